#pragma once
// The results of a run: a summary for people, JSON for programs.

#include "npuforge/simulator/simulator.h"

#include "arguments.h"

namespace npuforge::simulator {

struct Results {
  const isa::Spec& spec;
  const assembler::Program& program;
  const RunStats& stats;
  std::vector<double> seconds; ///< wall time of each run; the other results are the last run's
  std::vector<std::filesystem::path> outputs;
};

std::string summary(const Results& results, const Arguments& arguments);
void write_json(const Results& results, const Arguments& arguments);

} // namespace npuforge::simulator
