#pragma once
// A memory for virtual platforms: as large as the spec's DRAM, and as fast as a machine takes it.

#include <systemc>

#include <tlm_utils/simple_target_socket.h>

#include "npuforge/simulator/dram.h"

namespace npuforge::platform {

/// Bytes behind a TLM-2.0 socket: blocking and debug transport, byte enables. It annotates `delay`
/// on every access: without any, an Npu's bursts take what the spec says of DRAM.
class Memory : public sc_core::sc_module {
public:
  tlm_utils::simple_target_socket<Memory> socket{"socket"};

  Memory(const sc_core::sc_module_name& name, int64_t bytes,
         const sc_core::sc_time& delay = sc_core::SC_ZERO_TIME);
  /// Contents, for loaders.
  simulator::DramData& data() { return data_; }

private:
  void transport(::tlm::tlm_generic_payload& payload, sc_core::sc_time& delay);
  unsigned debug(::tlm::tlm_generic_payload& payload);
  /// All of it, or nothing and false: no such address.
  bool move(::tlm::tlm_generic_payload& payload);

  simulator::DramData data_;
  sc_core::sc_time delay_;
};

} // namespace npuforge::platform
