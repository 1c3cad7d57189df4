#include "flow_order.h"

#include <algorithm>
#include <utility>

namespace npuforge::assembler {

using isa::Action;
using isa::Unit;

namespace {

void pop(std::deque<Clock>& credits, Clock& clock) {
  join(clock, credits.front());
  credits.pop_front();
}

} // namespace

Order::Order(std::span<const std::span<const FlowStep>> cores, const isa::Machine& machine)
    : machine_(machine), nothing_(cores.size() * isa::kUnitCount), signals_(cores) {
  for (const std::span<const FlowStep> steps : cores) {
    Core& core = cores_.emplace_back(Core{.steps = steps});
    for (std::size_t i = 0; i < steps.size(); ++i)
      core.of_unit[static_cast<std::size_t>(steps[i].unit)].push_back(static_cast<uint32_t>(i));
  }
}

const FlowStep* Order::step_at(const Place& place) const {
  const Core& core = cores_[place.core];
  return &core.steps[core.of_unit[static_cast<std::size_t>(place.unit)][place.number]];
}

void Order::walk(const Visitor& visit) {
  if (cores_.size() > 1)
    do
      pass([](const Place&, const FlowStep&, const Clock&) {});
    while (!signals_.settle());
  pass(visit);
}

void Order::reset() {
  signals_.reset();
  for (Core& old : cores_) {
    Core core{.steps = old.steps, .of_unit = std::move(old.of_unit)};
    auto credits = [&](int count) { return Credits(static_cast<std::size_t>(count), nothing_); };
    core.issue.fill(nothing_);
    core.done.fill(nothing_);
    for (std::size_t unit = 0; unit < isa::kUnitCount; ++unit) {
      core.places[unit] = credits(machine_.queue[unit]);
      core.room[unit].fill(credits(machine_.token_max));
    }
    core.engine[static_cast<std::size_t>(Unit::Load)] = credits(machine_.load.instructions);
    core.engine[static_cast<std::size_t>(Unit::Store)] = credits(machine_.store.instructions);
    core.left = credits(machine_.array.weight_sets - 1);
    old = std::move(core);
  }
}

void Order::pass(const Visitor& visit) {
  reset();
  for (bool any = true; any;) {
    any = false;
    for (std::size_t core = 0; core < cores_.size(); ++core) {
      while (execute(core, visit))
        any = true;
      for (int unit = 1; unit < isa::kUnitCount; ++unit)
        while (issue(core, static_cast<Unit>(unit), visit))
          any = true;
    }
  }
}

/// The sequencer's next step: its own, or one that it gives to a unit.
bool Order::execute(std::size_t number, const Visitor& visit) {
  Core& core = cores_[number];
  if (core.executed == core.steps.size())
    return false;
  const FlowStep& step = core.steps[core.executed];
  Clock& sequencer = core.issue[0];
  if (step.unit == Unit::Sequencer) {
    if (!has_tokens(core, step) || (step.action == Action::Halt && !drained(core)))
      return false;
    Clock clock = sequencer;
    take(number, core, step, clock);
    happen(number, step, std::move(clock), visit);
  } else {
    const auto unit = static_cast<std::size_t>(step.unit);
    if (core.places[unit].empty())
      return false;
    pop(core.places[unit], sequencer);
    core.queue[unit].push_back(sequencer);
  }
  ++core.executed;
  return true;
}

bool Order::issue(std::size_t number, Unit unit, const Visitor& visit) {
  Core& core = cores_[number];
  const auto u = static_cast<std::size_t>(unit);
  if (core.queue[u].empty())
    return false;
  const FlowStep& step = core.steps[core.of_unit[u][core.issued[u]]];
  if (!has_tokens(core, step) || !has_weight_set(core, step) ||
      (step.action == Action::Await && !signals_.there(number, step)))
    return false;
  Clock clock = core.issue[u];
  pop(core.queue[u], clock);
  take(number, core, step, clock);
  core.places[u].push_back(clock);
  happen(number, step, std::move(clock), visit);
  return true;
}

bool Order::has_tokens(const Core& core, const FlowStep& step) {
  const auto unit = static_cast<std::size_t>(step.unit);
  for (std::size_t other = 0; (step.wait | step.post) >> other != 0; ++other)
    if (((step.wait >> other & 1) != 0 && core.tokens[other][unit].empty()) ||
        ((step.post >> other & 1) != 0 && core.room[unit][other].empty()))
      return false;
  return true;
}

bool Order::has_weight_set(const Core& core, const FlowStep& step) {
  return !((step.action == Action::Preload && core.left.empty()) ||
           (step.next && core.loaded.empty()));
}

bool Order::drained(const Core& core) {
  return std::ranges::all_of(core.queue, [](const auto& queue) { return queue.empty(); });
}

/// Takes what the step waits for; `clock` knows then what is complete.
void Order::take(std::size_t number, Core& core, const FlowStep& step, Clock& clock) {
  const auto unit = static_cast<std::size_t>(step.unit);
  for (std::size_t from = 0; step.wait >> from != 0; ++from)
    if ((step.wait >> from & 1) != 0)
      pop(core.tokens[from][unit], clock);
  for (std::size_t to = 0; step.post >> to != 0; ++to)
    if ((step.post >> to & 1) != 0)
      pop(core.room[unit][to], clock);
  if (!core.engine[unit].empty())
    pop(core.engine[unit], clock);
  if (step.action == Action::Await)
    signals_.take(number, step, core.issued[unit], clock);
  if (step.action == Action::Preload)
    pop(core.left, clock);
  if (step.next) {
    join(clock, core.loaded.front().issue);
    join(core.done[unit], core.loaded.front().done);
    core.loaded.pop_front();
  }
  if (step.action == Action::Halt)
    for (const Clock& done : core.done)
      join(clock, done);
  if (step.unit == Unit::Vector)
    pass_time(core, step, clock[entry_of(number, step.unit)]);
}

/// The vector unit's step issues, as early as the ones before let it; `complete`: how many of them
/// are, at least.
void Order::pass_time(Core& core, const FlowStep& step, uint32_t& complete) {
  const FlowTiming& timing = step.timing;
  const int64_t at = std::max(core.vector_front, core.vector_exit - timing.pace + 1);
  while (!core.running.empty() && core.running.front().complete <= at) {
    complete = std::max(complete, core.running.front().number + 1);
    core.running.pop_front();
  }
  core.vector_front = at + timing.occupancy;
  core.vector_exit = core.vector_front + timing.pace - 1;
  const int64_t most = timing.latency == INT64_MAX ? INT64_MAX : at + timing.latency;
  core.running.push_back({core.issued[static_cast<std::size_t>(Unit::Vector)], most});
}

/// It issues when `clock` is complete, and completes.
void Order::happen(std::size_t number, const FlowStep& step, Clock clock, const Visitor& visit) {
  Core& core = cores_[number];
  const auto unit = static_cast<std::size_t>(step.unit);
  const Place place{number, step.unit, core.issued[unit]++};
  visit(place, step, clock);
  for (std::size_t from = 0; step.wait >> from != 0; ++from)
    if ((step.wait >> from & 1) != 0)
      core.room[from][unit].push_back(clock);
  core.issue[unit] = std::move(clock);
  Clock& done = core.done[unit];
  join(done, core.issue[unit]);
  done[entry_of(number, step.unit)] = place.number + 1;
  if (step.unit == Unit::Sequencer) // it goes on when the step is complete
    core.issue[unit] = done;
  give(number, core, step);
}

/// What the step gives when it has issued and when it is complete.
void Order::give(std::size_t number, Core& core, const FlowStep& step) {
  const auto unit = static_cast<std::size_t>(step.unit);
  const Clock &issue = core.issue[unit], &done = core.done[unit];
  for (std::size_t to = 0; step.post >> to != 0; ++to)
    if ((step.post >> to & 1) != 0)
      core.tokens[unit][to].push_back(done);
  if (step.unit == Unit::Load || step.unit == Unit::Store)
    core.engine[unit].push_back(done);
  if (step.action == Action::Signal)
    signals_.signal(number, step, done);
  if (step.action == Action::Preload)
    core.loaded.push_back({issue, done});
  if (step.next)
    core.left.push_back(issue);
}

std::vector<Place> Order::without_weight_set() const {
  std::vector<Place> places;
  for (std::size_t number = 0; number < cores_.size(); ++number)
    for (const Unit unit : {Unit::Weights, Unit::Matrix}) {
      const Core& core = cores_[number];
      const Place place{number, unit, core.issued[static_cast<std::size_t>(unit)]};
      if (place.number < core.of_unit[static_cast<std::size_t>(unit)].size() &&
          has_tokens(core, step(place)) && !has_weight_set(core, step(place)))
        places.push_back(place);
    }
  return places;
}

} // namespace npuforge::assembler
