#pragma once
// What is complete when an instruction issues, in every timing.
//
// The rules are those of TIMING.md: a unit issues and completes in its order; a token is given when
// an instruction is complete, and a signal comes then, too; a unit's instruction is dispatched
// behind what the sequencer did before, and when its queue has a place; a token is given when there
// is room for it; a multiply takes a weight set when its preload has issued, and completes behind
// it; a preload issues when a multiply has left a set; load and store hold so many instructions;
// the vector unit's instructions follow each other, and complete, in the cycles that the spec says.
// What is waited for is a clock in a queue: what its giver knew.

#include <array>
#include <deque>
#include <functional>
#include <span>
#include <vector>

#include "npuforge/isa/spec.h"

#include "flow_clock.h"
#include "flow_signals.h"
#include "flow_units.h"

namespace npuforge::assembler {

/// A step of a unit, by its number among the unit's steps.
struct Place {
  std::size_t core = 0;
  isa::Unit unit{};
  uint32_t number = 0;
};

class Order {
public:
  /// `cores`: what each core's sequencer gives its units, in order, with every event known.
  Order(std::span<const std::span<const FlowStep>> cores, const isa::Machine& machine);

  /// A step that issues, and what is complete then.
  using Visitor = std::function<void(const Place&, const FlowStep&, const Clock&)>;
  /// Lets everything happen that can, in an order that the machine may take.
  void walk(const Visitor& visit);

  const FlowStep& step(const Place& place) const { return *step_at(place); }
  /// Does a step stand behind another one in the program of the same core?
  bool behind(const Place& place, const Place& other) const {
    return place.core == other.core && step_at(place) > step_at(other);
  }
  /// After a walk: the steps that wait for weight sets, though their tokens are there.
  std::vector<Place> without_weight_set() const;

private:
  using Credits = std::deque<Clock>;
  template <typename T>
  using OfUnits = std::array<T, isa::kUnitCount>;
  struct Preloaded {
    Clock issue, done;
  };
  struct Running { ///< in the vector unit, its cycle of completion
    uint32_t number;
    int64_t complete;
  };
  struct Core {
    std::span<const FlowStep> steps;
    OfUnits<std::vector<uint32_t>> of_unit{}; ///< steps
    // of a walk
    std::size_t executed = 0; ///< steps of the sequencer
    OfUnits<uint32_t> issued{};
    OfUnits<Clock> issue{}, done{};             ///< of each unit's last step
    OfUnits<std::deque<Clock>> queue{};         ///< of each step in it: of its dispatch
    OfUnits<Credits> places{};                  ///< of the queues
    OfUnits<Credits> engine{};                  ///< instructions that load and store do not hold
    OfUnits<OfUnits<Credits>> tokens{}, room{}; ///< [from][to]
    std::deque<Preloaded> loaded{};             ///< weight sets
    Credits left{};                             ///< weight sets
    std::deque<Running> running{};
    int64_t vector_front = 0, vector_exit = 0; ///< of the vector unit, by its own time
  };

  const FlowStep* step_at(const Place& place) const;
  void reset();
  void pass(const Visitor& visit);
  bool execute(std::size_t core, const Visitor& visit);
  bool issue(std::size_t core, isa::Unit unit, const Visitor& visit);
  static bool has_tokens(const Core& core, const FlowStep& step);
  static bool has_weight_set(const Core& core, const FlowStep& step);
  static bool drained(const Core& core);
  void take(std::size_t number, Core& core, const FlowStep& step, Clock& clock);
  static void pass_time(Core& core, const FlowStep& step, uint32_t& complete);
  void happen(std::size_t number, const FlowStep& step, Clock clock, const Visitor& visit);
  void give(std::size_t number, Core& core, const FlowStep& step);

  const isa::Machine& machine_;
  const Clock nothing_;
  Signals signals_;
  std::vector<Core> cores_;
};

} // namespace npuforge::assembler
