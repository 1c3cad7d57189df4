#include "flow_walk.h"

#include <algorithm>

namespace npuforge::assembler {
namespace {

/// Behind a branch that data decide, until its ways have met.
class Fork {
public:
  explicit Fork(int& depth) : depth_(depth) { ++depth_; }
  ~Fork() { --depth_; }
  Fork(const Fork&) = delete;
  Fork& operator=(const Fork&) = delete;

private:
  int& depth_;
};

std::string arrow(std::size_t from, std::size_t to) {
  return fmt::format("{} -> {}", isa::name(static_cast<isa::Unit>(from)),
                     isa::name(static_cast<isa::Unit>(to)));
}

} // namespace

FlowTrace FlowWalk::follow(int core, Arm arm, int64_t most) {
  core_ = core;
  arm_ = arm;
  left_ = most;
  heads_.clear();
  heads_.resize(text_.size());
  forks_ = 0;
  early_end_ = false;
  before_ = 0;
  trace_ = {};
  State state;
  state.scalars = Scalars::at_reset(spec_.machine.sequencer);
  follow(state, text_.size(), text_.size());
  return std::move(trace_);
}

/// Follows the text to `end`. `fork`: the branch behind which this is one of two ways; what goes
/// back to it or before it is another turn of a loop around it.
FlowWalk::Outcome FlowWalk::follow(State& state, uint32_t end, uint32_t fork) {
  std::set<uint32_t> entered; // heads on this way
  bool again = false;
  while (state.pc != end) {
    const uint32_t pc = state.pc;
    if (left_-- <= 0) {
      trace_.complete = false;
      return {Outcome::Ended};
    }
    if (pc >= text_.size() || text_.at(pc).instruction == nullptr) {
      problem(before_, "execution goes on to {}, where there is no instruction", pc);
      return {Outcome::Ended};
    }
    before_ = pc;
    if (ways_.is_head(pc) && !again) {
      if (heads_[pc] == nullptr)
        heads_[pc] = std::make_unique<Head>();
      heads_[pc]->state = state;
      heads_[pc]->mark = trace_.steps.size();
      entered.insert(pc);
    }
    dispatch(state);
    const Outcome outcome = step(state, fork);
    again = outcome.kind == Outcome::Again && entered.contains(outcome.head);
    if (again) {
      trace_.steps.resize(heads_[outcome.head]->mark);
      state = heads_[outcome.head]->state;
    } else if (outcome.kind != Outcome::Met) {
      return outcome;
    }
  }
  if (end == text_.size()) {
    problem(before_, "execution goes on to {}, where there is no instruction", end);
    return {Outcome::Ended};
  }
  return {Outcome::Met};
}

/// Dispatches the instruction; units execute what has its tokens. Signals of events are taken to
/// come: check_events() looks at them, over what all cores have recorded.
void FlowWalk::dispatch(State& state) {
  FlowStep step = text_.step(state.pc, state.scalars);
  touches_.find(step, state.scalars, core_);
  record(step);
  assembler::exchange(state.tokens, step);
  if (step.action == isa::Action::Halt)
    for (const auto& queue : state.units.queues)
      if (!queue.empty())
        stuck(state, queue.front());
  state.units.give(step);
  state.units.execute(
      spec_.machine.token_max, [](const FlowStep&) { return true; }, [](const FlowStep&) {});
  // The sequencer, which has no queue, waits for its own tokens, and for room in a queue.
  auto& queue = state.units.queue_of(step);
  if (queue.size() >
      static_cast<std::size_t>(spec_.machine.queue[static_cast<std::size_t>(step.unit)])) {
    stuck(state, queue.front());
    queue.erase(queue.begin());
  }
}

/// Of the sequencer's instructions those that order something or touch a memory.
void FlowWalk::record(const FlowStep& step) {
  if (step.of_event() && (forks_ > 0 || early_end_ || !step.known) && !trace_.undecided)
    trace_.undecided = step.pc;
  if (step.unit != isa::Unit::Sequencer || step.wait != 0 || step.post != 0 || step.touches > 0 ||
      step.action == isa::Action::Halt)
    trace_.steps.push_back(step);
}

void FlowWalk::stuck(const State& state, const FlowStep& step) {
  problem(step.pc, "{}: a deadlock", missing(state.units.there, step, spec_.machine.token_max));
}

FlowWalk::Outcome FlowWalk::step(State& state, uint32_t fork) {
  const uint32_t pc = state.pc;
  switch (text_.action(pc)) {
  case isa::Action::Branch:
    if (const auto taken = text_.taken(pc, state.scalars))
      return go(state, *taken ? text_.target(pc) : pc + 1, fork);
    return both(state);
  case isa::Action::Loop:
    return loop(state);
  case isa::Action::Halt:
    if (ways_.ends(pc)) {
      early_end_ = early_end_ || forks_ > 0;
      return {Outcome::Ended};
    }
    return go(state, pc + 1, fork);
  default:
    text_.execute(pc, core_, state.scalars);
    return go(state, pc + 1, fork);
  }
}

FlowWalk::Outcome FlowWalk::go(State& state, uint32_t next, uint32_t fork) {
  if (next <= state.pc && fork < text_.size() && next <= fork)
    return turn(state, next);
  state.pc = next;
  while (!state.loops.empty() && state.pc == state.loops.back().end) {
    Loop& last = state.loops.back();
    if (--last.turns > 0) {
      state.pc = last.first;
      break;
    }
    state.loops.pop_back();
  }
  return {Outcome::Met};
}

/// Back to the head of a loop that data end.
FlowWalk::Outcome FlowWalk::turn(const State& state, uint32_t head) {
  Head& first = *heads_[head];
  const auto event =
      std::find_if(trace_.steps.begin() + static_cast<std::ptrdiff_t>(first.mark),
                   trace_.steps.end(), [](const FlowStep& step) { return step.of_event(); });
  if (event != trace_.steps.end() && !trace_.undecided)
    trace_.undecided = event->pc;
  compare(state, first.state.tokens, fmt::format("a turn of the loop that begins at {}", head));
  const bool less_known = first.state.scalars.widen(state.scalars);
  return {less_known ? Outcome::Again : Outcome::Turned, head};
}

void FlowWalk::compare(const State& state, const Tokens& before, const std::string& what) {
  for (std::size_t from = 0; from < isa::kUnitCount; ++from)
    for (std::size_t to = 0; to < isa::kUnitCount; ++to)
      if (before[from][to] != state.tokens[from][to])
        problem(before_, "{} changes the number of tokens {} from {} to {}", what, arrow(from, to),
                before[from][to], state.tokens[from][to]);
}

/// A branch of which only the data know which way it goes. One way is recorded: the other has to
/// give and take as many tokens.
FlowWalk::Outcome FlowWalk::both(State& state) {
  const uint32_t pc = state.pc, meet = ways_.join(pc);
  const std::size_t mark = trace_.steps.size();
  std::vector<State> met;
  Steps recorded, turn; // on the way that is taken, and on one that goes back to `head`
  std::optional<uint32_t> head;
  auto ways = std::make_optional<Fork>(forks_);
  for (uint32_t next : {pc + 1, text_.target(pc)}) {
    State own = state;
    own.loops.clear(); // no way leaves a loop of the sequencer
    Outcome way = go(own, next, pc);
    if (way.kind == Outcome::Met)
      way = follow(own, meet, pc);
    if (way.kind == Outcome::Again)
      return way;
    Steps steps = take_steps(mark);
    if (way.kind == Outcome::Met && (met.empty() || arm_ == Arm::Second))
      recorded = steps;
    if (way.kind == Outcome::Met)
      met.push_back(std::move(own));
    if (way.kind == Outcome::Turned) {
      head = way.head;
      turn = std::move(steps);
    }
  }
  ways.reset();
  if (met.empty())
    return {Outcome::Ended};
  if (head)
    turn_twice(heads_[*head]->mark, turn);
  add_steps(recorded);
  if (met.size() == 2) {
    trace_.forks = true;
    before_ = pc;
    compare(met[1], met[0].tokens, fmt::format("one of its two ways to {}", meet));
    met[0].scalars.widen(met[1].scalars);
  }
  met[0].loops = std::move(state.loops);
  state = std::move(met[0]);
  return go(state, meet, text_.size());
}

/// What was recorded from `mark` on, which is taken back.
FlowWalk::Steps FlowWalk::take_steps(std::size_t mark) {
  const auto from = trace_.steps.begin() + static_cast<std::ptrdiff_t>(mark);
  Steps steps(from, trace_.steps.end());
  trace_.steps.erase(from, trace_.steps.end());
  return steps;
}

void FlowWalk::add_steps(const Steps& steps) {
  trace_.steps.insert(trace_.steps.end(), steps.begin(), steps.end());
}

/// What was recorded from `head` on is a turn's beginning, `rest` its end: two turns, and the
/// beginning of a third, in which the loop is left.
void FlowWalk::turn_twice(std::size_t head, const Steps& rest) {
  const Steps begin = take_steps(head);
  for (int turns = 0; turns < 2; ++turns) {
    add_steps(begin);
    add_steps(rest);
  }
  add_steps(begin);
}

FlowWalk::Outcome FlowWalk::loop(State& state) {
  const uint32_t pc = state.pc, end = text_.target(pc);
  if (end < pc + 2) {
    problem(pc, "the loop has no instructions: its end is {}", end);
    return {Outcome::Ended};
  }
  if (state.loops.size() == static_cast<std::size_t>(spec_.machine.sequencer.loop_depth)) {
    problem(pc, "loops nest deeper than {}", state.loops.size());
    return {Outcome::Ended};
  }
  const auto turns = text_.count(pc, state.scalars);
  if (!turns)
    return some_turns(state, end);
  if (*turns <= 0)
    return go(state, end, text_.size());
  state.loops.push_back({pc + 1, end, *turns});
  state.pc = pc + 1;
  return {Outcome::Met};
}

/// A loop of which only the data know how many turns it has, none among them.
FlowWalk::Outcome FlowWalk::some_turns(State& state, uint32_t end) {
  const std::size_t mark = trace_.steps.size();
  Steps turn;
  for (bool changed = true; changed;) {
    State body = state;
    body.pc = state.pc + 1;
    body.loops.clear();
    const Fork ways(forks_);
    const Outcome outcome = follow(body, end, text_.size());
    if (outcome.kind != Outcome::Met)
      return outcome;
    turn = take_steps(mark);
    before_ = state.pc;
    compare(body, state.tokens, "a turn of the loop");
    changed = state.scalars.widen(body.scalars);
  }
  add_steps(turn);
  add_steps(turn);
  return go(state, end, text_.size());
}

} // namespace npuforge::assembler
