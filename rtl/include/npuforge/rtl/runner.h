#pragma once
// Runs programs on a Verilated core: the RTL's counterpart of the simulator's library. It gets the
// program and the DRAM's contents, nothing else.

#include <filesystem>
#include <functional>
#include <memory>
#include <stdexcept>
#include <vector>

#include "npuforge/assembler/program.h"
#include "npuforge/rtl/model.h"
#include "npuforge/simulator/dram.h"
#include "npuforge/simulator/events.h"

namespace npuforge::rtl {

/// The model cannot be loaded, the program did not end, or the core did something that no program
/// can make it do.
class RtlError : public std::runtime_error {
public:
  using std::runtime_error::runtime_error;
};

/// A model's shared library, loaded. Throws RtlError if it is missing or was built from another
/// spec.
class Library {
public:
  Library(const std::filesystem::path& file, const isa::Spec& spec);
  ~Library();
  Library(const Library&) = delete;
  Library& operator=(const Library&) = delete;
  const NpuRtlModel& model() const { return *model_; }

private:
  void* handle_;
  const NpuRtlModel* model_;
};

/// One npu_top of a model. It may run any number of programs, one after the other.
class Core {
public:
  /// `seed`: of what its registers hold before the first reset (NpuRtlModel::create).
  explicit Core(const Library& library, uint32_t seed = 0);
  ~Core();
  Core(const Core&) = delete;
  Core& operator=(const Core&) = delete;
  const NpuRtlModel& model() const { return model_; }
  void* handle() const { return handle_; }

private:
  const NpuRtlModel& model_;
  void* handle_;
};

/// What no result of a program may depend on.
struct Stress {
  Core* core = nullptr;    ///< one that has run other programs; null: a new one
  uint32_t state_seed = 0; ///< of a new core
  /// The program runs for so many cycles, and then from its start: after a reset if the number is
  /// odd, else the register that starts it alone sets the core back.
  int64_t reset_after = 0;
  uint64_t memory_seed = 0; ///< not 0: random latencies and back-pressure on every channel of AXI
};

struct Limits {
  int64_t max_cycles = 1'000'000'000'000;
  int64_t max_silence =
      1'000'000; ///< cycles without any execution, issue or completion: a deadlock
  std::function<void(int64_t cycle)> progress = {}; ///< called now and then; may be empty
};

struct RtlResult {
  int64_t cycles = 0;              ///< as TIMING.md counts: the cycle after `halt` executed
  std::vector<uint8_t> scratchpad; ///< contents after the run, one core's after the other's
  std::vector<uint8_t> accumulator;
  std::vector<uint64_t> counters; ///< of isa::registers(spec), in their order
};

/// Runs a program on a core out of reset. `dram` holds text and data (see load_program) and
/// the result afterwards. `sink` may be null. Throws RtlError; what() names the cycle, and the pc
/// where the sequencer stands.
RtlResult run(const Library& library, const isa::Spec& spec, const assembler::Program& program,
              simulator::DramData& dram, simulator::EventSink* sink, const Limits& limits = {},
              const Stress& stress = {});

/// Copies text and segments to DRAM. Throws std::out_of_range.
void load_program(const isa::Spec& spec, const assembler::Program& program,
                  simulator::DramData& dram);

} // namespace npuforge::rtl
