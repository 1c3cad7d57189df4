#pragma once
// Which signals have come when an await issues, in every timing.
//
// Where one unit gives all signals of a counter they come in its order. Several units' signals may
// come in any order that their own waits leave: an await is behind the m-th signal of a unit if
// without it, and without all that comes behind it or behind the await, there are too few. What
// comes behind what depends on what awaits are behind of. So a first walk takes an await to be
// behind all that is there then; what turns out not to be so is given up until all the rest holds:
// in any run the first await that came without a signal that it was behind of would have found too
// few.

#include <map>
#include <span>
#include <vector>

#include "flow_clock.h"
#include "flow_units.h"

namespace npuforge::assembler {

class Signals {
public:
  explicit Signals(std::span<const std::span<const FlowStep>> cores);

  /// Another walk begins.
  void reset();
  /// A signal is complete; `done` knows what else is.
  void signal(std::size_t core, const FlowStep& step, const Clock& done);
  /// Are there enough for the await?
  bool there(std::size_t core, const FlowStep& await) const;
  /// It takes them, as its unit's number `number`, and `clock` knows then what they say.
  void take(std::size_t core, const FlowStep& await, uint32_t number, Clock& clock);
  /// A walk has ended. Does all that awaits were taken to be behind of hold? What does not is given
  /// up, and another walk is needed.
  bool settle();

private:
  struct Giver { ///< a unit that signals a counter
    std::size_t entry = 0;
    std::vector<Clock> done; ///< of each of its signals, in order
  };
  struct Await {
    std::size_t entry = 0;
    uint32_t number = 0;
    uint32_t needs = 0;             ///< signals from the start on
    std::vector<uint32_t> behind{}; ///< of each giver, how many of its signals
  };
  struct Counter {
    std::vector<Giver> givers;
    std::vector<Await> awaits;
    std::size_t taken = 0; ///< awaits of this walk
    uint32_t given = 0;    ///< signals of this walk
  };
  using Key = std::pair<std::size_t, int>; ///< core and event

  static bool holds(const Counter& counter, const Await& await, std::size_t giver, uint32_t signal);

  std::map<Key, Counter> counters_;
};

} // namespace npuforge::assembler
