#include "order.h"

#include <algorithm>

#include <fmt/format.h>

namespace npuforge::simulator {
namespace {

using isa::Unit;

constexpr size_t kNowhere = ~size_t{0};

/// What the walk holds back: a unit's instruction, by its number among the unit's.
struct Held {
  int core = -1;
  int unit = 0;
  size_t issue = kNowhere;    ///< it never issues
  size_t complete = kNowhere; ///< it never completes
};

bool meet(const std::vector<std::pair<int64_t, int64_t>>& a,
          const std::vector<std::pair<int64_t, int64_t>>& b) {
  for (size_t i = 0, j = 0; i < a.size() && j < b.size();) {
    if (a[i].first < b[j].second && b[j].first < a[i].second)
      return true;
    a[i].second <= b[j].second ? ++i : ++j;
  }
  return false;
}

} // namespace

/// Lets everything happen that can.
class OrderWalk {
public:
  OrderWalk(const Order& order, Held held) : held_(held) {
    for (const Order::Program& program : order.cores_)
      cores_.push_back({&program, 0, {}, {}, {}, {}, std::vector<int>(order.events_.count), {}});
    for (State& core : cores_)
      core.taken_signals.assign(core.signals.size(), 0);
    while (round()) {
    }
  }

  size_t issued(int core, Unit unit) const {
    return cores_[static_cast<size_t>(core)].issued[static_cast<size_t>(unit)];
  }
  /// Signals of an event that a core's counter has got and nobody has taken.
  int left(int core, int event) const {
    const State& state = cores_[static_cast<size_t>(core)];
    const auto e = static_cast<size_t>(event);
    return state.signals[e] - state.taken_signals[e];
  }

private:
  using Counts = std::array<std::array<int, isa::kUnitCount>, isa::kUnitCount>;
  struct State {
    const Order::Program* program;
    size_t executed; ///< steps of the sequencer
    std::array<size_t, isa::kUnitCount> dispatched, issued, completed;
    Counts tokens; ///< [from][to]
    std::vector<int> signals, taken_signals;
  };

  bool round() {
    bool any = false;
    for (size_t core = 0; core < cores_.size(); ++core) {
      while (execute(static_cast<int>(core)))
        any = true;
      for (int unit = 1; unit < isa::kUnitCount; ++unit)
        while (issue(static_cast<int>(core), unit) || complete(static_cast<int>(core), unit))
          any = true;
    }
    return any;
  }

  const Order::Step& step(const State& core, int unit, size_t number) const {
    return core.program->steps[core.program->of_unit[static_cast<size_t>(unit)][number]];
  }

  bool take_tokens(State& core, const Order::Step& step, int unit) {
    for (int from = 0; step.wait >> from; ++from)
      if ((step.wait >> from & 1) && core.tokens[from][unit] == 0)
        return false;
    for (int from = 0; step.wait >> from; ++from)
      if (step.wait >> from & 1)
        --core.tokens[from][unit];
    return true;
  }

  void post(State& core, const Order::Step& step, int unit) {
    for (int to = 0; step.post >> to; ++to)
      if (step.post >> to & 1)
        ++core.tokens[unit][to];
  }

  bool execute(int number) {
    State& core = cores_[static_cast<size_t>(number)];
    if (core.executed == core.program->steps.size())
      return false;
    const Order::Step& step = core.program->steps[core.executed];
    if (step.unit == Unit::Sequencer) {
      if (!take_tokens(core, step, 0))
        return false;
      post(core, step, 0);
    } else {
      ++core.dispatched[static_cast<size_t>(step.unit)];
    }
    ++core.executed;
    return true;
  }

  bool issue(int number, int unit) {
    State& core = cores_[static_cast<size_t>(number)];
    size_t& issued = core.issued[static_cast<size_t>(unit)];
    if (issued == core.dispatched[static_cast<size_t>(unit)] ||
        (is_held(number, unit) && issued == held_.issue))
      return false;
    const Order::Step& next = step(core, unit, issued);
    const auto event = static_cast<size_t>(next.event);
    const bool awaits = next.action == isa::Action::Await;
    if (awaits && core.signals[event] - core.taken_signals[event] < next.count)
      return false;
    if (!take_tokens(core, next, unit))
      return false;
    if (awaits)
      core.taken_signals[event] += next.count;
    ++issued;
    return true;
  }

  bool complete(int number, int unit) {
    State& core = cores_[static_cast<size_t>(number)];
    size_t& completed = core.completed[static_cast<size_t>(unit)];
    if (completed == core.issued[static_cast<size_t>(unit)] ||
        (is_held(number, unit) && completed == held_.complete))
      return false;
    const Order::Step& done = step(core, unit, completed++);
    post(core, done, unit);
    if (done.action == isa::Action::Signal)
      for (size_t to = 0; to < cores_.size(); ++to)
        if (done.cores >> to & 1)
          ++cores_[to].signals[static_cast<size_t>(done.event)];
    return true;
  }

  bool is_held(int core, int unit) const { return core == held_.core && unit == held_.unit; }

  Held held_;
  std::vector<State> cores_;
};

void Order::reset(const isa::Machine& machine) {
  events_ = machine.events;
  cores_.assign(static_cast<size_t>(machine.cores), Program{});
  accesses_.clear();
}

void Order::executed(int core, const MicroOp& op, uint32_t pc) {
  if (op.wait != 0 || op.post != 0) // the others order nothing
    cores_[static_cast<size_t>(core)].steps.push_back(
        {Unit::Sequencer, op.plan->action, op.wait, op.post, pc});
}

void Order::dispatched(int core, const Job& job) {
  Program& program = cores_[static_cast<size_t>(core)];
  Step step{job.unit(), job.plan->action, job.op->wait, job.op->post, job.pc};
  const Roles& roles = job.plan->roles;
  if (step.action == isa::Action::Signal || step.action == isa::Action::Await)
    step.event = job.values[roles.event];
  if (step.action == isa::Action::Signal)
    step.cores = static_cast<uint32_t>(job.values[roles.cores]);
  if (step.action == isa::Action::Await)
    step.count = job.values[roles.count];
  std::vector<size_t>& of_unit = program.of_unit[static_cast<size_t>(step.unit)];
  for (int s = 0; s < job.stream_count; ++s)
    if (const Stream& stream = job.streams[s]; stream.space == isa::Space::Dram && !stream.empty)
      accesses_.push_back({core, step.unit, of_unit.size(), job.pc,
                           stream.access == isa::Access::Write, pieces(stream)});
  of_unit.push_back(program.steps.size());
  program.steps.push_back(step);
}

std::optional<Order::Wrong> Order::wrong() const {
  std::optional<Wrong> found = race();
  return found ? found : overflow();
}

std::optional<Order::Wrong> Order::race() const {
  std::vector<std::optional<OrderWalk>> without(accesses_.size()); // made when needed
  auto before = [&](size_t x, size_t y) {
    const Access &first = accesses_[x], &second = accesses_[y];
    if (!without[x])
      without[x].emplace(
          *this,
          Held{.core = first.core, .unit = static_cast<int>(first.unit), .complete = first.index});
    return without[x]->issued(second.core, second.unit) <= second.index;
  };
  for (size_t x = 0; x < accesses_.size(); ++x)
    for (size_t y = x + 1; y < accesses_.size(); ++y) {
      const Access &a = accesses_[x], &b = accesses_[y];
      if (a.core == b.core || !(a.writes || b.writes) || !meet(a.pieces, b.pieces))
        continue;
      if (!before(x, y) && !before(y, x))
        return Wrong{{b.core, b.pc},
                     fmt::format("its {} of dram meets the {} of the instruction at pc {} of core "
                                 "{}: neither tokens nor events order them in every timing",
                                 b.writes ? "write" : "read", a.writes ? "write" : "read", a.pc,
                                 a.core)};
    }
  return std::nullopt;
}

/// A counter holds most just before an await takes from it: what comes without that await.
std::optional<Order::Wrong> Order::overflow() const {
  const OrderWalk all(*this, {});
  for (int core = 0; core < static_cast<int>(cores_.size()); ++core) {
    const Program& program = cores_[static_cast<size_t>(core)];
    for (int unit = 1; unit < isa::kUnitCount; ++unit) {
      const std::vector<size_t>& own = program.of_unit[static_cast<size_t>(unit)];
      for (size_t index = 0; index < own.size(); ++index) {
        const Step& step = program.steps[own[index]];
        if (step.action != isa::Action::Await)
          continue;
        const OrderWalk without(*this, {.core = core, .unit = unit, .issue = index});
        if (const int most = without.left(core, step.event); most > events_.max)
          return Wrong{{core, step.pc},
                       fmt::format("before it the counter of event {} can hold {} signals, more "
                                   "than {}",
                                   step.event, most, events_.max)};
      }
    }
    for (int event = 0; event < events_.count; ++event)
      if (const int most = all.left(core, event); most > events_.max)
        return Wrong{{core, program.steps.empty() ? 0 : program.steps.back().pc},
                     fmt::format("the counter of event {} can hold {} signals, more than {}", event,
                                 most, events_.max)};
  }
  return std::nullopt;
}

} // namespace npuforge::simulator
