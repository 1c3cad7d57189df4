#include "flow_events.h"

#include <algorithm>
#include <map>
#include <optional>

#include <fmt/format.h>

namespace npuforge::assembler {
namespace {

/// An event's counter of a core.
struct Counter {
  std::size_t core, event;
  auto operator<=>(const Counter&) const = default;
};

struct Core {
  std::span<const FlowStep> steps;
  std::size_t given = 0; ///< to units
  FlowUnits units;
  std::vector<int> signals; ///< of each event, that nobody has taken
};

/// Lets everything happen that can, but for the awaits of a counter that is held.
class Walk {
public:
  Walk(std::span<const std::span<const FlowStep>> cores, const isa::Machine& machine, int64_t most)
      : machine_(machine), left_(most) {
    for (const std::span<const FlowStep> steps : cores)
      cores_.push_back(
          {steps, 0, {}, std::vector<int>(static_cast<std::size_t>(machine.events.count))});
  }

  void hold(const Counter& counter) { held_ = counter; }

  /// As far as it comes. Returns false where that is farther than it may go.
  bool run() {
    for (bool any = true; any && left_ > 0;) {
      any = false;
      for (std::size_t core = 0; core < cores_.size(); ++core)
        any = advance(core) || any;
    }
    return left_ > 0;
  }

  /// The await that is held back; null: none has come.
  const FlowStep* held() const {
    const auto unit = held_unit();
    return unit ? &cores_[held_->core].units.queues[*unit].front() : nullptr;
  }
  /// Lets it happen. Returns false where it cannot.
  bool release() {
    const auto unit = held_unit();
    if (!unit)
      return false;
    Core& core = cores_[held_->core];
    std::vector<FlowStep>& queue = core.units.queues[*unit];
    const FlowStep await = queue.front();
    if (core.signals[held_->event] < await.count ||
        missing(core.units.there, await, machine_.token_max) != nullptr)
      return false;
    queue.erase(queue.begin());
    exchange(core.units.there, await);
    done(held_->core, await);
    return true;
  }

  int signals(const Counter& counter) const { return cores_[counter.core].signals[counter.event]; }
  const std::vector<Core>& cores() const { return cores_; }

private:
  /// The one in front of which the await is that is held back. A counter is awaited by one unit.
  std::optional<std::size_t> held_unit() const {
    const auto& queues = cores_[held_->core].units.queues;
    for (std::size_t unit = 0; unit < queues.size(); ++unit)
      if (!queues[unit].empty() && is_held(held_->core, queues[unit].front()))
        return unit;
    return {};
  }

  bool is_held(std::size_t core, const FlowStep& step) const {
    return step.action == isa::Action::Await && held_ &&
           *held_ == Counter{core, static_cast<std::size_t>(step.event)};
  }

  bool ready(std::size_t core, const FlowStep& step) const {
    return step.action != isa::Action::Await ||
           (!is_held(core, step) &&
            cores_[core].signals[static_cast<std::size_t>(step.event)] >= step.count);
  }

  void done(std::size_t core, const FlowStep& step) {
    const auto event = static_cast<std::size_t>(step.event);
    if (step.action == isa::Action::Await)
      cores_[core].signals[event] -= step.count;
    if (step.action == isa::Action::Signal)
      for (std::size_t to = 0; to < cores_.size(); ++to)
        cores_[to].signals[event] += static_cast<int>(step.cores >> to & 1);
  }

  /// Gives units what they have room for.
  bool advance(std::size_t number) {
    Core& core = cores_[number];
    bool any = false;
    for (;;) {
      any = core.units.execute(
                machine_.token_max, [&](const FlowStep& step) { return ready(number, step); },
                [&](const FlowStep& step) { done(number, step); }) ||
            any;
      if (core.given == core.steps.size() || full(core))
        return any;
      core.units.give(core.steps[core.given++]);
      any = true;
      --left_;
    }
  }

  /// Is there no room for what was given last, so that the sequencer waits?
  bool full(Core& core) const {
    if (core.given == 0)
      return false;
    const FlowStep& last = core.steps[core.given - 1];
    const int depth = machine_.queue[static_cast<std::size_t>(last.unit)];
    return core.units.queue_of(last).size() > static_cast<std::size_t>(depth);
  }

  const isa::Machine& machine_;
  int64_t left_;
  std::optional<Counter> held_;
  std::vector<Core> cores_;
};

class Checker {
public:
  Checker(std::span<const std::span<const FlowStep>> cores, const isa::Machine& machine,
          int64_t most, const std::function<std::string(uint32_t)>& print)
      : cores_(cores), machine_(machine), most_(most), print_(print) {}

  EventCheck run() {
    for (std::size_t core = 0; core < cores_.size(); ++core)
      for (const FlowStep& step : cores_[core])
        if (step.of_event())
          check_operands(core, step);
    if (result_.problems.empty())
      deadlocks();
    if (result_.problems.empty())
      for (const auto& [counter, unit] : counters_)
        overflow(counter);
    return std::move(result_);
  }

private:
  template <typename... Args>
  void problem(std::size_t core, uint32_t pc, fmt::format_string<Args...> format, Args&&... args) {
    std::string text = fmt::format("core {}: {}: {}", core, print_(pc),
                                   fmt::format(format, std::forward<Args>(args)...));
    if (std::ranges::find(result_.problems, text) == result_.problems.end())
      result_.problems.push_back(std::move(text));
  }

  void check_operands(std::size_t core, const FlowStep& step) {
    const isa::EventParams& events = machine_.events;
    if (step.event < 0 || step.event >= events.count) {
      problem(core, step.pc, "there is no event {}: the machine has 0 to {}", step.event,
              events.count - 1);
      return;
    }
    if (step.action == isa::Action::Signal)
      check_signal(core, step);
    else
      check_await(core, step);
  }

  void check_signal(std::size_t core, const FlowStep& step) {
    if (step.cores == 0 || step.cores >> machine_.cores != 0)
      problem(core, step.pc, "the mask of cores is {:#x}; it names at least one of cores 0 to {}",
              step.cores, machine_.cores - 1);
    for (std::size_t to = 0; to < cores_.size(); ++to)
      if ((step.cores >> to & 1) != 0)
        counters_[{to, static_cast<std::size_t>(step.event)}];
  }

  void check_await(std::size_t core, const FlowStep& step) {
    const isa::EventParams& events = machine_.events;
    if (step.count < 1 || step.count > events.max)
      problem(core, step.pc, "waits for {} signals; a counter holds 1 to {}", step.count,
              events.max);
    std::optional<isa::Unit>& unit = counters_[{core, static_cast<std::size_t>(step.event)}];
    if (unit.value_or(step.unit) != step.unit)
      problem(core, step.pc, "the {} unit awaits event {}, too", isa::name(*unit), step.event);
    unit = step.unit;
  }

  void deadlocks() {
    Walk walk(cores_, machine_, most_);
    result_.complete = walk.run() && result_.complete;
    if (!result_.complete)
      return;
    for (std::size_t core = 0; core < cores_.size(); ++core)
      for (const std::vector<FlowStep>& queue : walk.cores()[core].units.queues)
        if (!queue.empty() && queue.front().action == isa::Action::Await)
          stuck(walk, core, queue.front());
  }

  void stuck(const Walk& walk, std::size_t core, const FlowStep& step) {
    const int there = walk.signals({core, static_cast<std::size_t>(step.event)});
    if (there < step.count)
      problem(core, step.pc, "waits for {} of event {}, of which {} come{}: a deadlock", step.count,
              step.event, there, giver(walk, core, step.event));
  }

  /// Who would give a signal, and does not come to it.
  std::string giver(const Walk& walk, std::size_t to, int event) const {
    for (std::size_t core = 0; core < cores_.size(); ++core)
      if (const FlowStep* step = waiting_signal(walk.cores()[core], to, event))
        return fmt::format("; {} of core {} would give one, but is not reached", print_(step->pc),
                           core);
    return "; no instruction gives another";
  }

  static const FlowStep* waiting_signal(const Core& core, std::size_t to, int event) {
    auto gives = [&](const FlowStep& step) {
      return step.action == isa::Action::Signal && step.event == event &&
             (step.cores >> to & 1) != 0;
    };
    for (const std::vector<FlowStep>& queue : core.units.queues)
      if (const auto step = std::ranges::find_if(queue, gives); step != queue.end())
        return &*step;
    const auto later = core.steps.subspan(core.given);
    const auto step = std::ranges::find_if(later, gives);
    return step == later.end() ? nullptr : &*step;
  }

  /// One walk for all awaits of the counter: what happens while one is held back happens, too,
  /// while a later one is.
  void overflow(const Counter& counter) {
    Walk walk(cores_, machine_, most_);
    walk.hold(counter);
    for (;;) {
      if (!walk.run()) {
        result_.complete = false;
        return;
      }
      const FlowStep* await = walk.held();
      if (walk.signals(counter) > machine_.events.max) {
        result_.problems.push_back(fmt::format(
            "core {}: {}the counter of event {} can hold {} signals, more than {}", counter.core,
            await != nullptr ? fmt::format("{}: before it ", print_(await->pc)) : "", counter.event,
            walk.signals(counter), machine_.events.max));
        return;
      }
      if (await == nullptr || !walk.release())
        return;
    }
  }

  const std::span<const std::span<const FlowStep>> cores_;
  const isa::Machine& machine_;
  const int64_t most_;
  const std::function<std::string(uint32_t)>& print_;
  std::map<Counter, std::optional<isa::Unit>> counters_; ///< that are used; who awaits them
  EventCheck result_;
};

} // namespace

EventCheck check_events(std::span<const std::span<const FlowStep>> cores,
                        const isa::Machine& machine, int64_t most,
                        const std::function<std::string(uint32_t pc)>& print) {
  return Checker(cores, machine, most, print).run();
}

} // namespace npuforge::assembler
