#pragma once
// One Verilated npu_top behind a C interface, so that a program can load the model of any machine
// at run time. Every shared library that build_model.sh makes exports npuforge_rtl_model(). The
// model has no memory outside the core: it speaks AXI, a cycle at a time.

#include <cstdint>

extern "C" {

enum { kNpuRtlMostCores = 16 };

/// The trace of a core, see npu_core.sv: what was executed in the cycle before, what issued and
/// completed in this one.
struct NpuRtlTrace {
  bool execute;
  uint8_t execute_unit;
  uint8_t issue;    ///< one bit a unit
  uint8_t complete; ///< one bit a unit
  uint32_t execute_pc;
};

/// What the cores show in the present cycle: state of their registers, valid before the cycle's
/// inputs are known.
struct NpuRtlOutputs {
  bool run, done, error; ///< run: from the program's first cycle on
  bool ar_valid, aw_valid, w_valid, w_last;
  uint8_t ar_id; ///< bit 0: 0 instruction cache, 1 load engine; above it the core
  uint8_t aw_id; ///< the core
  uint32_t ar_address, aw_address;
  uint32_t ar_beats, aw_beats;         ///< beats of the burst
  const uint8_t* w_data;               ///< beat_bytes bytes, valid until the next step
  const uint8_t* w_strobe;             ///< one bit a byte, lowest first
  NpuRtlTrace trace[kNpuRtlMostCores]; ///< of each core that there is
  // The registers' AXI4-Lite.
  bool axil_aw_ready, axil_w_ready, axil_b_valid, axil_ar_ready, axil_r_valid;
  uint8_t axil_b_resp, axil_r_resp; ///< 0: okay
  uint32_t axil_r_data;
  bool interrupt;
};

/// What the memory answers in the present cycle, and what a host asks of the registers.
struct NpuRtlInputs {
  bool ar_ready, aw_ready, w_ready, r_valid, b_valid;
  uint8_t r_id, b_id;
  const uint8_t* r_data; ///< beat_bytes bytes; read if r_valid
  bool axil_aw_valid, axil_w_valid, axil_b_ready, axil_ar_valid, axil_r_ready;
  uint32_t axil_aw_address, axil_w_data, axil_ar_address; ///< all bytes of a register are written
};

/// Functions of a model. A handle is one npu_top; a process may hold several.
struct NpuRtlModel {
  const char* machine;   ///< name of the spec
  const char* spec_hash; ///< of the spec it was built from
  uint32_t beat_bytes;
  uint32_t cores;
  int fault; ///< planted fault, 0: none
  /// `seed`: of what registers hold before the reset, 0: zeros. Of models with random initial
  /// values (build_model.sh --asserts); others take any seed for 0.
  void* (*create)(uint32_t seed);
  void (*destroy)(void* core);
  /// Holds reset for some cycles. At any time, any number of times.
  void (*reset)(void* core, NpuRtlOutputs* outputs);
  /// Zeroes the scratchpad and the accumulator, as the simulator's are before a program.
  void (*clear_memories)(void* core);
  /// Ends the present cycle with these inputs; `outputs` are those of the next.
  void (*step)(void* core, const NpuRtlInputs* inputs, NpuRtlOutputs* outputs);
  /// Bytes of the memories of all cores after a run, one core's after the other's, copied to
  /// `bytes` (each as large as the spec says).
  void (*scratchpad)(void* core, uint8_t* bytes);
  void (*accumulator)(void* core, uint8_t* bytes);
  /// Writes what was covered of lines and of values that toggle to a file of Verilator's; null in
  /// models that do not count (build_model.sh --coverage does).
  void (*coverage)(void* core, const char* file);
};

const NpuRtlModel* npuforge_rtl_model();

} // extern "C"
