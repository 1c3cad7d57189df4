#pragma once
// The Verilated RTL as a SystemC module with TLM-2.0 sockets.

#include <filesystem>

#include "npuforge/platform/npu.h"

namespace npuforge::platform {

/// `library`: of the machine, as rtl/build_model.sh makes it. Throws rtl::RtlError if it is missing
/// or of another spec, std::invalid_argument.
std::unique_ptr<Npu>
make_rtl_npu(const char* name, const isa::Spec& spec, const std::filesystem::path& library,
             const sc_core::sc_time& cycle = sc_core::sc_time(1, sc_core::SC_NS));

} // namespace npuforge::platform
