#pragma once
// What a Verilated npu_vector_alu looks like from outside, as a shared library (alu_model.cc).

#include <cstdint>

namespace npuforge {

/// Ports as the module has them, little-endian; all lanes side by side.
struct AluPorts {
  uint32_t op, first;
  const void *a, *b, *lanes, *state;
  void *state_out, *result;
};
using AluRun = void (*)(const AluPorts&);
inline constexpr const char* kAluRun = "npu_alu_run";

} // namespace npuforge
