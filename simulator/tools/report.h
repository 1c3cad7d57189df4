#pragma once
// The results of a run: a summary for people, JSON for programs.

#include "npuforge/simulator/simulator.h"

#include "arguments.h"

namespace npuforge::simulator {

/// What all runs took together.
struct Total {
  int64_t runs = 0, cycles = 0, least_cycles = 0, most_cycles = 0; ///< least and most: of one run
  int64_t macs = 0, dram_read = 0, dram_written = 0, fetched = 0;
  void add(const RunStats& run);
};

struct Results {
  const isa::Spec& spec;
  const assembler::Program& program;
  RunStats stats; ///< of the last run
  Total total;
  std::vector<double> seconds; ///< wall time of each run, without loading
  std::vector<std::filesystem::path> outputs;
};

std::string summary(const Results& results, const Arguments& arguments);
void write_json(const Results& results, const Arguments& arguments);

} // namespace npuforge::simulator
