#pragma once
// Whether a run's accesses by different cores, to DRAM and by copies to each other's scratchpads,
// are ordered by tokens and events, whatever the cycles are that anything takes. A run shows one
// timing; this looks at all timings of the same instructions.
//
// Nothing in a program chooses: a token goes to one unit, a counter's signals to one, in order. So
// what can happen does not depend on what happens first, and one walk that lets everything happen
// that can finds all that is possible: if instruction y does not issue in the walk in which x never
// completes, x is complete before y issues in every timing.

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "job.h"

namespace npuforge::simulator {

class Order {
public:
  /// `across`: whether the program may copy between cores; only then accesses to scratchpads
  /// matter.
  void reset(const isa::Machine& machine, bool across);
  /// What each core's sequencer does, in its order; `values` are its operands'.
  void executed(int core, const MicroOp& op, uint32_t pc, std::span<const int32_t> values);
  void dispatched(int core, const Job& job);

  /// An instruction of a core.
  struct Place {
    int core;
    uint32_t pc;
  };
  struct Wrong {
    Place place;
    std::string reason;
  };
  /// An access that nothing orders with one of another core, or a counter that can hold too much.
  std::optional<Wrong> wrong() const;

private:
  struct Step {
    isa::Unit unit;
    isa::Action action;
    uint32_t wait = 0, post = 0, pc = 0;
    uint32_t cores = 0;       ///< of a signal
    int event = 0, count = 0; ///< of a signal or an await
  };
  struct Access {
    int core;
    isa::Unit unit;
    size_t index; ///< among the unit's steps, the sequencer's among all of the core
    uint32_t pc;
    Stream stream;
    mutable std::vector<std::pair<int64_t, int64_t>> pieces; ///< of it, when somebody has asked
    bool writes() const { return stream.access == isa::Access::Write; }
    bool meets(const Access& other) const;
  };
  /// Accesses to a memory, by indices.
  struct Memory {
    std::string name;
    std::vector<size_t> own;     ///< by the core whose it is
    std::vector<size_t> foreign; ///< by others; of DRAM all
  };
  struct Program {
    std::vector<Step> steps;                                    ///< in the sequencer's order
    std::array<std::vector<size_t>, isa::kUnitCount> of_unit{}; ///< indices of each unit's
  };
  friend class OrderWalk;

  void access(Memory& memory, Access access, bool foreign);
  std::optional<Wrong> race() const;
  std::optional<Wrong> overflow() const;

  isa::EventParams events_;
  bool across_ = false;
  std::vector<Program> cores_;
  Memory dram_;
  std::vector<Memory> pads_; ///< scratchpads, of each core
  std::vector<Access> accesses_;
};

} // namespace npuforge::simulator
