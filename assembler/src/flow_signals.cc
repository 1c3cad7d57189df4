#include "flow_signals.h"

namespace npuforge::assembler {
namespace {

/// How many of a giver's signals are not behind a step: those of which `entry` is below `number`.
uint32_t without(const std::vector<Clock>& done, std::size_t entry, uint32_t number) {
  const auto end = std::partition_point(done.begin(), done.end(),
                                        [=](const Clock& clock) { return clock[entry] < number; });
  return static_cast<uint32_t>(end - done.begin());
}

template <typename F>
void for_each_core(uint32_t mask, F&& f) {
  for (std::size_t core = 0; mask >> core != 0; ++core)
    if ((mask >> core & 1) != 0)
      f(core);
}

} // namespace

Signals::Signals(std::span<const std::span<const FlowStep>> cores) {
  for (std::size_t from = 0; from < cores.size(); ++from)
    for (const FlowStep& step : cores[from])
      if (step.action == isa::Action::Signal)
        for_each_core(step.cores, [&](std::size_t to) {
          std::vector<Giver>& givers = counters_[{to, step.event}].givers;
          const std::size_t entry = entry_of(from, step.unit);
          if (std::ranges::find(givers, entry, &Giver::entry) == givers.end())
            givers.push_back({entry, {}});
        });
}

void Signals::reset() {
  for (auto& [key, counter] : counters_) {
    counter.taken = counter.given = 0;
    for (Giver& giver : counter.givers)
      giver.done.clear();
  }
}

void Signals::signal(std::size_t core, const FlowStep& step, const Clock& done) {
  for_each_core(step.cores, [&](std::size_t to) {
    Counter& counter = counters_.at({to, step.event});
    std::ranges::find(counter.givers, entry_of(core, step.unit), &Giver::entry)
        ->done.push_back(done);
    ++counter.given;
  });
}

bool Signals::there(std::size_t core, const FlowStep& await) const {
  const auto counter = counters_.find({core, await.event});
  if (counter == counters_.end())
    return false;
  const auto& [givers, awaits, taken, given] = counter->second;
  const uint32_t before = taken == 0 ? 0 : awaits[taken - 1].needs;
  return given >= before + static_cast<uint32_t>(await.count);
}

void Signals::take(std::size_t core, const FlowStep& await, uint32_t number, Clock& clock) {
  Counter& counter = counters_.at({core, await.event});
  if (counter.taken == counter.awaits.size()) {
    const uint32_t before = counter.taken == 0 ? 0 : counter.awaits.back().needs;
    Await& made = counter.awaits.emplace_back(
        Await{entry_of(core, await.unit), number, before + static_cast<uint32_t>(await.count)});
    for (const Giver& giver : counter.givers)
      made.behind.push_back(counter.givers.size() == 1 ? made.needs
                                                       : static_cast<uint32_t>(giver.done.size()));
  }
  const Await& taken = counter.awaits[counter.taken++];
  for (std::size_t g = 0; g < counter.givers.size(); ++g)
    if (taken.behind[g] > 0)
      join(clock, counter.givers[g].done[taken.behind[g] - 1]);
}

bool Signals::settle() {
  bool settled = true;
  for (auto& [key, counter] : counters_) {
    if (counter.givers.size() == 1)
      continue;
    for (Await& await : counter.awaits)
      for (std::size_t g = 0; g < counter.givers.size(); ++g)
        while (await.behind[g] > 0 && !holds(counter, await, g, await.behind[g])) {
          --await.behind[g];
          settled = false;
        }
  }
  return settled;
}

/// Is the await behind a giver's signal, counted from 1?
bool Signals::holds(const Counter& counter, const Await& await, std::size_t giver,
                    uint32_t signal) {
  const std::size_t entry = counter.givers[giver].entry;
  const uint32_t number = counter.givers[giver].done[signal - 1][entry];
  uint32_t most = 0; // that may come without it
  for (std::size_t g = 0; g < counter.givers.size(); ++g) {
    const std::vector<Clock>& done = counter.givers[g].done;
    most += std::min(g == giver ? signal - 1 : without(done, entry, number),
                     without(done, await.entry, await.number + 1));
  }
  return most < await.needs;
}

} // namespace npuforge::assembler
