#include "signals.h"

#include <algorithm>

namespace npuforge::simulator {

void Signals::reset(const isa::EventParams& events) {
  counters_.assign(static_cast<size_t>(events.count), Counter{});
  max_ = static_cast<size_t>(events.max);
  crowded_ = false;
}

void Signals::give(int event, Cycle at, Origin from) {
  Counter& counter = counters_[static_cast<size_t>(event)];
  counter.last = from;
  std::deque<Cycle>& there = counter.there;
  there.insert(std::upper_bound(there.begin(), there.end(), at), at);
  crowded_ = crowded_ || there.size() > max_;
}

Cycle Signals::ready(int event, int count) const {
  const std::deque<Cycle>& there = counters_[static_cast<size_t>(event)].there;
  const auto last = static_cast<size_t>(count) - 1;
  return last < there.size() ? there[last] : kNever;
}

void Signals::take(int event, int count) {
  std::deque<Cycle>& there = counters_[static_cast<size_t>(event)].there;
  there.erase(there.begin(), there.begin() + count);
}

int Signals::present(int event, Cycle at) const {
  const std::deque<Cycle>& there = counters_[static_cast<size_t>(event)].there;
  return static_cast<int>(std::upper_bound(there.begin(), there.end(), at) - there.begin());
}

std::optional<Signals::Overflow> Signals::overflow(Cycle at) const {
  if (crowded_)
    for (size_t event = 0; event < counters_.size(); ++event)
      if (static_cast<size_t>(present(static_cast<int>(event), at)) > max_)
        return Overflow{static_cast<int>(event), counters_[event].last};
  return std::nullopt;
}

isa::Unit Signals::awaiting(int event, isa::Unit unit) {
  std::optional<isa::Unit>& first = counters_[static_cast<size_t>(event)].awaiting;
  if (!first)
    first = unit;
  return *first;
}

} // namespace npuforge::simulator
