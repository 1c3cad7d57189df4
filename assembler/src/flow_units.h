#pragma once
// Units that execute what the sequencer gave them, as soon as its tokens are there.

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "npuforge/isa/stream.h"

namespace npuforge::assembler {

/// When a step of the vector unit lets the next one issue, and is complete, in cycles from its
/// issue; of other units, and where data decide over it, nothing is known.
struct FlowTiming {
  int64_t occupancy = 1, latency = INT64_MAX;
  int pace = 1; ///< cycles of a row
};

/// An instruction that a unit was given, with what it waits for and gives.
struct FlowStep {
  uint32_t pc = 0;
  isa::Unit unit{};
  isa::Action action{};
  uint32_t wait = 0, post = 0;  ///< tokens: masks of units
  int32_t event = 0, count = 0; ///< of a signal or an await
  uint32_t cores = 0;           ///< of a signal, or a copy to other cores: a mask
  bool known = true;            ///< are event, count and cores?
  bool next = false;            ///< of a multiply: it takes the next weight set
  FlowTiming timing{};
  uint8_t touches = 0;                              ///< regions
  std::array<uint32_t, isa::kMaxStreams> regions{}; ///< by their numbers

  std::span<const uint32_t> touched() const { return {regions.data(), touches}; }
  bool of_event() const { return action == isa::Action::Signal || action == isa::Action::Await; }
};

/// [from][to]
using Tokens = std::array<std::array<int, isa::kUnitCount>, isa::kUnitCount>;

/// Takes and gives a step's tokens.
void exchange(Tokens& tokens, const FlowStep& step);

/// Why the step's tokens cannot be exchanged; null: they can.
const char* missing(const Tokens& there, const FlowStep& step, int token_max);

/// A core's units.
struct FlowUnits {
  Tokens there{};                                            ///< by what has been executed
  std::array<std::vector<FlowStep>, isa::kUnitCount> queues; ///< what waits

  void give(const FlowStep& step) { queue_of(step).push_back(step); }
  std::vector<FlowStep>& queue_of(const FlowStep& step) {
    return queues[static_cast<std::size_t>(step.unit)];
  }

  /// Executes all that has its tokens and is `ready`, and says so to `done`. The way in which units
  /// take turns does not matter: what can be executed stays so. Was there anything?
  template <typename Ready, typename Done>
  bool execute(int token_max, Ready ready, Done done) {
    bool any = false;
    for (bool changed = true; changed;) {
      changed = false;
      for (std::vector<FlowStep>& queue : queues) {
        while (!queue.empty() && ready(queue.front()) &&
               missing(there, queue.front(), token_max) == nullptr) {
          const FlowStep step = queue.front();
          queue.erase(queue.begin());
          exchange(there, step);
          done(step);
          any = changed = true;
        }
      }
    }
    return any;
  }
};

} // namespace npuforge::assembler
