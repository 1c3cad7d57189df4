#pragma once
// Both sides of a co-simulation, and what differs between them.

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "npuforge/assembler/program.h"
#include "npuforge/rtl/runner.h"
#include "npuforge/simulator/simulator.h"

namespace npuforge::cosim {

/// Tensor files by network input.
struct Input {
  std::string name;
  std::filesystem::path file;
};

struct Job {
  const isa::Spec& spec;
  const assembler::Program& program;
  std::vector<Input> inputs;
  int64_t max_cycles; ///< of the RTL
  std::function<void(int64_t cycle, int64_t total)>
      progress;            ///< now and then during the RTL's run; may be empty
  rtl::Stress stress = {}; ///< with a memory seed cycles are not compared
};

/// Events of a core by sequence number.
using Events = std::vector<simulator::InstructionEvent>;

struct Outcome {
  simulator::RunStats model; ///< of the SystemC model
  int64_t rtl_cycles = 0;
  double model_seconds = 0, rtl_seconds = 0; ///< of the processor
  int64_t instructions = 0;                  ///< compared
  int64_t differing_cycles = 0; ///< instructions with a differing cycle; the run stops at the first
  int64_t differing_bytes = 0;  ///< of DRAM, scratchpad and accumulator
  std::vector<std::string> notes; ///< for the user, about the inputs
  std::string report;             ///< what differs, for a reader; empty: nothing
  bool equal() const { return report.empty(); }
};

/// Runs the model, then the RTL on its own copy of program and inputs, and compares. Throws what
/// either side throws. `model` is of the job's spec.
Outcome co_simulate(const Job& job, const rtl::Library& library, simulator::Simulator& model);

/// The first difference of a core's two event streams around `sequence`, with the events before it
/// on both sides.
std::string explain(const Job& job, int core, const Events& model, const Events& rtl,
                    uint64_t sequence);

} // namespace npuforge::cosim
