#pragma once
// Runs a few lines of assembly and keeps every event.

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "npuforge/assembler/text.h"
#include "npuforge/simulator/simulator.h"

namespace npuforge::simulator {

const isa::Spec& spec_of(const std::string& machine);

/// A simulator with a program loaded; events by sequence number after run().
class Bench : public EventSink {
public:
  Bench(const std::string& machine, const std::string& text, Options options = {});
  RunStats run();
  void on_complete(const InstructionEvent& event) override;

  const isa::Spec& spec;
  assembler::Program program;
  Simulator simulator;
  std::vector<InstructionEvent> events;              ///< of core 0
  std::vector<std::vector<InstructionEvent>> others; ///< of cores 1, 2, ..
  /// Of a core, the event of its instruction number `sequence`.
  const InstructionEvent& event(int core, size_t sequence) const {
    return core == 0 ? events.at(sequence) : others.at(static_cast<size_t>(core) - 1).at(sequence);
  }

  /// Random bytes, the same for the same seed.
  void fill_dram(uint64_t address, size_t bytes, unsigned seed);
  int8_t pad(size_t address) const { return static_cast<int8_t>(simulator.scratchpad()[address]); }
};

/// The message of the SimulationError that the run ends with.
std::string error_of(const std::string& machine, const std::string& text, Options options = {});

} // namespace npuforge::simulator
