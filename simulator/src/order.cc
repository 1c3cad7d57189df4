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
    const State& state = cores_[static_cast<size_t>(core)];
    return unit == Unit::Sequencer ? state.executed : state.issued[static_cast<size_t>(unit)];
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
      if (is_held(number, 0) && core.executed == held_.complete)
        return false;
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

void Order::reset(const isa::Machine& machine, bool across) {
  events_ = machine.events;
  across_ = across;
  cores_.assign(static_cast<size_t>(machine.cores), Program{});
  dram_ = {"dram", {}, {}};
  pads_.clear();
  for (size_t core = 0; core < cores_.size(); ++core)
    pads_.push_back({fmt::format("the scratchpad of core {}", core), {}, {}});
  accesses_.clear();
}

bool Order::Access::meets(const Access& other) const {
  if (other.stream.last < stream.first || stream.last < other.stream.first)
    return false;
  for (const Access* one : {this, &other})
    if (one->pieces.empty())
      one->pieces = simulator::pieces(one->stream);
  const auto &a = pieces, &b = other.pieces;
  for (size_t i = 0, j = 0; i < a.size() && j < b.size();) {
    if (a[i].first < b[j].second && b[j].first < a[i].second)
      return true;
    a[i].second <= b[j].second ? ++i : ++j;
  }
  return false;
}

void Order::access(Memory& memory, Access access, bool foreign) {
  (foreign ? memory.foreign : memory.own).push_back(accesses_.size());
  accesses_.push_back(std::move(access));
}

void Order::executed(int core, const MicroOp& op, uint32_t pc, std::span<const int32_t> values) {
  const isa::Action action = op.plan->action;
  const bool loads = action == isa::Action::LoadScalar;
  const bool word = across_ && (loads || action == isa::Action::StoreScalar);
  if (op.wait == 0 && op.post == 0 && !word) // the others order nothing
    return;
  std::vector<Step>& steps = cores_[static_cast<size_t>(core)].steps;
  if (word) {
    Stream stream;
    stream.access = loads ? isa::Access::Read : isa::Access::Write;
    stream.unit = 4;
    stream.base = static_cast<uint32_t>(values[static_cast<size_t>(op.plan->roles.address)]);
    stream.first = stream.base;
    stream.last = stream.first + stream.unit - 1;
    access(pads_[static_cast<size_t>(core)], {core, Unit::Sequencer, steps.size(), pc, stream, {}},
           false);
  }
  steps.push_back({Unit::Sequencer, action, op.wait, op.post, pc});
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
  for (int s = 0; s < job.stream_count; ++s) {
    const Stream& stream = job.streams[s];
    const Access one{core, step.unit, of_unit.size(), job.pc, stream, {}};
    if (stream.empty || stream.space == isa::Space::Accumulator)
      continue;
    if (stream.space == isa::Space::Dram)
      access(dram_, one, true);
    else if (!job.is_far(stream) && across_)
      access(pads_[static_cast<size_t>(core)], one, false);
    for (size_t to = 0; job.is_far(stream) && to < pads_.size(); ++to)
      if (job.across() >> to & 1)
        access(pads_[to], one, true);
  }
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
  auto between = [&](const Memory& memory, size_t x, size_t y) -> std::optional<Wrong> {
    const Access &a = accesses_[x], &b = accesses_[y];
    if (a.core == b.core || !(a.writes() || b.writes()) || !a.meets(b) || before(x, y) ||
        before(y, x))
      return std::nullopt;
    return Wrong{{b.core, b.pc},
                 fmt::format("its {} of {} meets the {} of the instruction at pc {} of core "
                             "{}: neither tokens nor events order them in every timing",
                             b.writes() ? "write" : "read", memory.name,
                             a.writes() ? "write" : "read", a.pc, a.core)};
  };
  auto in = [&](const Memory& memory) -> std::optional<Wrong> {
    for (size_t i = 0; i < memory.foreign.size(); ++i) {
      for (size_t k = i + 1; k < memory.foreign.size(); ++k)
        if (auto wrong = between(memory, memory.foreign[i], memory.foreign[k]))
          return wrong;
      for (const size_t own : memory.own)
        if (auto wrong = between(memory, memory.foreign[i], own))
          return wrong;
    }
    return std::nullopt;
  };
  std::optional<Wrong> wrong = in(dram_);
  for (const Memory& pad : pads_)
    wrong = wrong ? wrong : in(pad);
  return wrong;
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
