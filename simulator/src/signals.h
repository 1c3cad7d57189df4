#pragma once
// The event counters of a core (TIMING.md section 7). As all credits here, each count carries the
// cycle from which on it is there.

#include <deque>
#include <optional>
#include <string>
#include <vector>

#include "npuforge/isa/machine.h"

#include "credits.h"

namespace npuforge::simulator {

class Signals {
public:
  void reset(const isa::EventParams& events);

  /// The instruction that signals.
  struct Origin {
    int core;
    uint32_t pc;
  };
  /// One more of the event, there from cycle `at` on.
  void give(int event, Cycle at, Origin from);
  /// Cycle from which on `count` of them are there; kNever while that is not known.
  Cycle ready(int event, int count) const;
  void take(int event, int count);
  /// How many are there in a cycle, of those that nobody has taken.
  int present(int event, Cycle at) const;

  /// An event of which more are there in a cycle than a counter holds. Whatever is taken later
  /// does not hide it: so it is enough to look before something is taken, and in the end.
  struct Overflow {
    int event;
    Origin last; ///< that signalled it
  };
  std::optional<Overflow> overflow(Cycle at) const;

  /// The unit that awaits the event: the first that does, which it then is for all of the run.
  isa::Unit awaiting(int event, isa::Unit unit);

private:
  struct Counter {
    std::deque<Cycle> there; ///< ascending
    std::optional<isa::Unit> awaiting;
    Origin last{};
  };
  std::vector<Counter> counters_;
  size_t max_ = 0;
  bool crowded_ = false; ///< one has had more than max_, those to come included
};

} // namespace npuforge::simulator
