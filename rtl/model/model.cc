// The Verilated core behind npuforge/rtl/model.h. Built by build_model.sh, once for each machine.

#include "npuforge/rtl/model.h"

#include <algorithm>
#include <cstring>
#include <memory>
#include <type_traits>

#include "Vnpu_top.h"
#include "Vnpu_top___024root.h"
#include "model_config.h" // NPU_MODEL_*: from the generated package
#include "verilated.h"
#if VM_COVERAGE
#include "verilated_cov.h"
#endif

namespace {

/// A context whose values before the reset are those of the seed.
struct Context : VerilatedContext {
  explicit Context(uint32_t seed) {
    randReset(seed == 0 ? 0 : 2);
    randSeed(static_cast<int>(seed));
    Verilated::threadContextp(this); // of which the model takes its random values
  }
};

struct Core {
  explicit Core(uint32_t seed) : context(seed) {}
  Context context;
  Vnpu_top top{&context};
  uint8_t data[NPU_MODEL_BEAT_BYTES];
  uint8_t strobe[(NPU_MODEL_BEAT_BYTES + 7) / 8];
};

/// Verilator keeps up to 64 bits in an integer, more in an array of words; both are little-endian
/// bytes here.
template <class Port>
void put(Port& port, const uint8_t* bytes, size_t count) {
  std::memcpy(&port, bytes, count);
}
template <class Port>
void get(const Port& port, uint8_t* bytes, size_t count) {
  std::memcpy(bytes, &port, count);
}

/// Up to 32 bits of a port, from bit `low` on.
template <class Port>
uint32_t bits(const Port& port, int low, int count) {
  uint8_t bytes[8] = {};
  const int first = low / 8;
  std::memcpy(bytes, reinterpret_cast<const uint8_t*>(&port) + first,
              std::min<size_t>(sizeof bytes, sizeof port - first));
  uint64_t word;
  std::memcpy(&word, bytes, sizeof word);
  return static_cast<uint32_t>(word >> (low % 8) & ((uint64_t{1} << count) - 1));
}

void sample(Core& core, NpuRtlOutputs& out) {
  Vnpu_top& top = core.top;
  out.run = top.run_o;
  out.done = top.done_o;
  out.error = top.error_o;
  out.ar_valid = top.axi_ar_valid_o;
  out.ar_id = top.axi_ar_id_o;
  out.aw_id = top.axi_aw_id_o;
  out.ar_address = top.axi_ar_addr_o;
  out.ar_beats = top.axi_ar_len_o + 1u;
  out.aw_valid = top.axi_aw_valid_o;
  out.aw_address = top.axi_aw_addr_o;
  out.aw_beats = top.axi_aw_len_o + 1u;
  out.w_valid = top.axi_w_valid_o;
  out.w_last = top.axi_w_last_o;
  if (out.w_valid) {
    get(top.axi_w_data_o, core.data, sizeof core.data);
    get(top.axi_w_strb_o, core.strobe, sizeof core.strobe);
  }
  out.w_data = core.data;
  out.w_strobe = core.strobe;
  for (int core_number = 0; core_number < NPU_MODEL_CORES; ++core_number) {
    NpuRtlTrace& trace = out.trace[core_number];
    trace.execute = bits(top.trace_execute_o, core_number, 1) != 0;
    trace.execute_pc = bits(top.trace_pc_o, 32 * core_number, 32);
    trace.execute_unit = static_cast<uint8_t>(bits(top.trace_unit_o, 3 * core_number, 3));
    trace.issue = static_cast<uint8_t>(bits(top.trace_issue_o, 6 * core_number, 6));
    trace.complete = static_cast<uint8_t>(bits(top.trace_complete_o, 6 * core_number, 6));
  }
  out.axil_aw_ready = top.axil_aw_ready_o;
  out.axil_w_ready = top.axil_w_ready_o;
  out.axil_b_valid = top.axil_b_valid_o;
  out.axil_b_resp = top.axil_b_resp_o;
  out.axil_ar_ready = top.axil_ar_ready_o;
  out.axil_r_valid = top.axil_r_valid_o;
  out.axil_r_resp = top.axil_r_resp_o;
  out.axil_r_data = top.axil_r_data_o;
  out.interrupt = top.interrupt_o;
}

void clock(Core& core) {
  core.top.clk_i = 1;
  core.top.eval();
  core.top.clk_i = 0;
  core.top.eval();
}

#include "model_memories.h" // copy_*, clear_*: generated, they name every bank's memory

void* create(uint32_t seed) {
  return new Core(seed);
}
void destroy(void* handle) {
  Core* core = static_cast<Core*>(handle);
  core->top.final();
  delete core;
}

void apply(const NpuRtlInputs& in, Vnpu_top& top) {
  top.axi_ar_ready_i = in.ar_ready;
  top.axi_aw_ready_i = in.aw_ready;
  top.axi_w_ready_i = in.w_ready;
  top.axi_b_valid_i = in.b_valid;
  top.axi_b_id_i = in.b_id;
  top.axi_r_valid_i = in.r_valid;
  top.axi_r_id_i = in.r_id;
  if (in.r_valid)
    put(top.axi_r_data_i, in.r_data, NPU_MODEL_BEAT_BYTES);
  top.axil_aw_valid_i = in.axil_aw_valid;
  top.axil_aw_addr_i = in.axil_aw_address;
  top.axil_w_valid_i = in.axil_w_valid;
  top.axil_w_data_i = in.axil_w_data;
  top.axil_w_strb_i = 0xf;
  top.axil_b_ready_i = in.axil_b_ready;
  top.axil_ar_valid_i = in.axil_ar_valid;
  top.axil_ar_addr_i = in.axil_ar_address;
  top.axil_r_ready_i = in.axil_r_ready;
}

void reset(void* handle, NpuRtlOutputs* outputs) {
  Core& core = *static_cast<Core*>(handle);
  apply({}, core.top);
  core.context.assertOn(false); // nothing holds before the reset
  core.top.rst_ni = 1;
  core.top.clk_i = 0;
  core.top.eval();
  core.top.rst_ni = 0;
  core.top.eval(); // it is asynchronous: what the first edge sees is reset
  for (int i = 0; i < 4; ++i)
    clock(core);
  core.top.rst_ni = 1;
  core.context.assertOn(true);
  core.top.eval();
  sample(core, *outputs);
}

void step(void* handle, const NpuRtlInputs* in, NpuRtlOutputs* outputs) {
  Core& core = *static_cast<Core*>(handle);
  apply(*in, core.top);
  clock(core);
  sample(core, *outputs);
}

void clear(void* handle) {
  clear_memories(*static_cast<Core*>(handle)->top.rootp);
}
void scratchpad(void* handle, uint8_t* bytes) {
  copy_scratchpad(*static_cast<Core*>(handle)->top.rootp, bytes);
}
void accumulator(void* handle, uint8_t* bytes) {
  copy_accumulator(*static_cast<Core*>(handle)->top.rootp, bytes);
}

#if VM_COVERAGE
void coverage(void* handle, const char* file) {
  static_cast<Core*>(handle)->context.coveragep()->write(file);
}
#else
constexpr auto* coverage = static_cast<void (*)(void*, const char*)>(nullptr);
#endif

constexpr NpuRtlModel kModel{NPU_MODEL_NAME,
                             NPU_MODEL_HASH,
                             NPU_MODEL_BEAT_BYTES,
                             NPU_MODEL_CORES,
                             NPU_MODEL_FAULT,
                             create,
                             destroy,
                             reset,
                             clear,
                             step,
                             scratchpad,
                             accumulator,
                             coverage};

} // namespace

extern "C" __attribute__((visibility("default"))) const NpuRtlModel* npuforge_rtl_model() {
  return &kModel;
}
