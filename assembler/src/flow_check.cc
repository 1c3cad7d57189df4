#include <algorithm>
#include <array>
#include <memory>
#include <set>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "npuforge/assembler/flow.h"

#include "flow_events.h"
#include "flow_joins.h"
#include "flow_scalar.h"

namespace npuforge::assembler {
namespace {

constexpr std::size_t kUnits = isa::kUnitCount;
constexpr std::size_t kMostProblems = 20;

struct Loop {
  uint32_t first, end;
  int32_t turns; ///< that are left, this one included
};

struct State {
  uint32_t pc = 0;
  Tokens tokens{}; ///< given less taken by all that has been dispatched
  FlowUnits units;
  Registers registers;
  std::vector<Loop> loops; ///< of the sequencer, counted
};

/// What became of a way: it came to where the ways meet, ended, or has to be taken again from a
/// loop's head, of which more has become known.
struct Outcome {
  enum { Met, Ended, Again } kind;
  State state;
};

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

/// Registers that differ are not known. Did any become so?
bool widen(Registers& registers, const Registers& others) {
  bool changed = false;
  for (std::size_t i = 0; i < registers.size(); ++i) {
    if (registers[i] && registers[i] != others[i]) {
      registers[i].reset();
      changed = true;
    }
  }
  return changed;
}

std::string arrow(std::size_t from, std::size_t to) {
  return fmt::format("{} -> {}", isa::name(static_cast<isa::Unit>(from)),
                     isa::name(static_cast<isa::Unit>(to)));
}

class Checker {
public:
  Checker(const Program& program, const isa::Spec& spec, int64_t most)
      : program_(program), spec_(spec), text_(program, spec), most_(most) {}

  FlowCheck run() {
    find_ways();
    std::vector<std::vector<FlowStep>> cores;
    for (core_ = 0; core_ < spec_.machine.cores; ++core_) {
      cores.push_back(follow_core());
    }
    if (cores.size() > 1 && result_.problems.empty() && result_.left_out.empty()) {
      check_events_of(cores);
    }
    return std::move(result_);
  }

private:
  /// What the core's sequencer gives its units.
  std::vector<FlowStep> follow_core() {
    State state;
    state.registers.assign(static_cast<std::size_t>(spec_.machine.sequencer.registers), 0);
    recorded_.clear();
    left_ = most_;
    early_end_ = false;
    follow(state, text_.size(), text_.size());
    return std::move(recorded_);
  }

  void check_events_of(std::span<const std::vector<FlowStep>> cores) {
    if (undecided_) {
      result_.left_out = fmt::format("whether cores wait for each other in vain has not been "
                                     "checked: data decide over {}",
                                     text_.print(*undecided_));
      return;
    }
    EventCheck events =
        check_events(cores, spec_.machine, most_, [&](uint32_t pc) { return text_.print(pc); });
    result_.problems = std::move(events.problems);
    if (!events.complete) {
      give_up("of the cores' waits for each other");
    }
  }

  void give_up(const char* of_what) {
    result_.left_out = fmt::format(
        "{} only those of the first {} instructions that run have been checked", of_what, most_);
  }

  template <typename... Args>
  void problem(uint32_t pc, fmt::format_string<Args...> format, Args&&... args) {
    if (result_.problems.size() < kMostProblems && seen_.insert(pc).second) {
      result_.problems.push_back(
          fmt::format("{}{}: {}", spec_.machine.cores > 1 ? fmt::format("core {}: ", core_) : "",
                      text_.print(pc), fmt::format(format, std::forward<Args>(args)...)));
    }
  }

  // --- the text as a graph ---

  const Stop* stop_at(uint32_t pc) const {
    for (const Stop& stop : program_.stops) {
      if (stop.at == pc) {
        return &stop;
      }
    }
    return nullptr;
  }

  void find_ways() {
    Followers followers(text_.size());
    heads_.resize(text_.size());
    marks_.resize(text_.size());
    for (uint32_t pc = 0; pc < text_.size(); ++pc) {
      if (text_.at(pc).instruction == nullptr) {
        continue;
      }
      switch (text_.action(pc)) {
      case isa::Action::Branch:
        followers[pc] = {pc + 1, text_.target(pc)};
        if (text_.target(pc) <= pc) {
          heads_[text_.target(pc)] = std::make_unique<State>();
        }
        break;
      case isa::Action::Loop:
        followers[pc] = {pc + 1, text_.target(pc)};
        break;
      case isa::Action::Halt:
        if (const Stop* stop = stop_at(pc); stop == nullptr) {
          followers[pc] = {text_.size()};
        } else if (stop->resumes) {
          followers[pc] = {pc + 1};
        }
        break;
      default:
        followers[pc] = {pc + 1};
      }
      for (uint32_t& next : followers[pc]) {
        next = std::min(next, text_.size());
      }
    }
    joins_ = joins(followers);
  }

  // --- ways ---

  /// Follows the text to `end`. `fork`: the branch behind which this is one of two ways; what goes
  /// back to it or before it is another turn of a loop around it.
  Outcome follow(State state, uint32_t end, uint32_t fork) {
    std::set<uint32_t> entered; // heads on this way
    bool again = false;
    while (state.pc != end) {
      const uint32_t pc = state.pc;
      if (left_-- <= 0) {
        give_up("of the units' waits");
        return {Outcome::Ended, {}};
      }
      if (pc >= text_.size() || text_.at(pc).instruction == nullptr) {
        problem(before_, "execution goes on to {}, where there is no instruction", pc);
        return {Outcome::Ended, {}};
      }
      before_ = pc;
      if (heads_[pc] != nullptr && !again) {
        *heads_[pc] = state;
        marks_[pc] = recorded_.size();
        entered.insert(pc);
      }
      again = false;
      dispatch(state);
      Outcome outcome = step(state, fork);
      if (outcome.kind == Outcome::Again && entered.contains(outcome.state.pc)) {
        again = true;
        recorded_.resize(marks_[outcome.state.pc]);
        outcome = {Outcome::Met, *heads_[outcome.state.pc]};
      }
      if (outcome.kind != Outcome::Met) {
        return outcome;
      }
      state = std::move(outcome.state);
    }
    if (end == text_.size()) {
      problem(before_, "execution goes on to {}, where there is no instruction", end);
      return {Outcome::Ended, {}};
    }
    return {Outcome::Met, std::move(state)};
  }

  /// Dispatches the instruction; units execute what has its tokens. Signals of events are taken to
  /// come: check_events() looks at them, over what all cores have recorded.
  void dispatch(State& state) {
    const FlowStep step = text_.step(state.pc, state.registers);
    record(step);
    exchange(state.tokens, step);
    if (step.action == isa::Action::Halt) {
      for (const auto& queue : state.units.queues) {
        if (!queue.empty()) {
          stuck(state, queue.front());
        }
      }
    }
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

  void record(const FlowStep& step) {
    if (spec_.machine.cores == 1) {
      return;
    }
    if (step.of_event() && (forks_ > 0 || early_end_ || !step.known) && !undecided_) {
      undecided_ = step.pc;
    }
    if (step.unit != isa::Unit::Sequencer || step.wait != 0 || step.post != 0) {
      recorded_.push_back(step);
    }
  }

  void stuck(const State& state, const FlowStep& step) {
    problem(step.pc, "{}: a deadlock", missing(state.units.there, step, spec_.machine.token_max));
  }

  Outcome step(State& state, uint32_t fork) {
    const uint32_t pc = state.pc;
    switch (text_.action(pc)) {
    case isa::Action::Branch:
      if (const auto taken = text_.taken(pc, state.registers)) {
        return go(state, *taken ? text_.target(pc) : pc + 1, fork);
      }
      return both(state);
    case isa::Action::Loop:
      return loop(state);
    case isa::Action::Halt:
      if (const Stop* stop = stop_at(pc); stop == nullptr || !stop->resumes) {
        early_end_ = early_end_ || forks_ > 0;
        return {Outcome::Ended, {}};
      }
      return go(state, pc + 1, fork);
    default:
      text_.execute(pc, core_, state.registers);
      return go(state, pc + 1, fork);
    }
  }

  Outcome go(State& state, uint32_t next, uint32_t fork) {
    if (next <= state.pc && fork < text_.size() && next <= fork) {
      return turn(state, next);
    }
    state.pc = next;
    while (!state.loops.empty() && state.pc == state.loops.back().end) {
      Loop& last = state.loops.back();
      if (--last.turns > 0) {
        state.pc = last.first;
        break;
      }
      state.loops.pop_back();
    }
    return {Outcome::Met, std::move(state)};
  }

  /// Back to the head of a loop that data end.
  Outcome turn(const State& state, uint32_t head) {
    State& first = *heads_[head];
    const auto event =
        std::find_if(recorded_.begin() + static_cast<std::ptrdiff_t>(marks_[head]), recorded_.end(),
                     [](const FlowStep& s) { return s.of_event(); });
    if (event != recorded_.end() && !undecided_) {
      undecided_ = event->pc;
    }
    compare(state, first.tokens, fmt::format("a turn of the loop that begins at {}", head));
    return {widen(first.registers, state.registers) ? Outcome::Again : Outcome::Ended, first};
  }

  void compare(const State& state, const Tokens& before, const std::string& what) {
    for (std::size_t from = 0; from < kUnits; ++from) {
      for (std::size_t to = 0; to < kUnits; ++to) {
        if (before[from][to] != state.tokens[from][to]) {
          problem(before_, "{} changes the number of tokens {} from {} to {}", what,
                  arrow(from, to), before[from][to], state.tokens[from][to]);
        }
      }
    }
  }

  /// A branch of which only the data know which way it goes. One way is recorded: the other has to
  /// give and take as many tokens.
  Outcome both(const State& state) {
    const uint32_t pc = state.pc, meet = joins_[pc].value_or(text_.size());
    std::vector<State> met;
    auto ways = std::make_optional<Fork>(forks_);
    for (uint32_t next : {pc + 1, text_.target(pc)}) {
      const std::size_t mark = recorded_.size();
      State own = state;
      own.loops.clear(); // no way leaves a loop of the sequencer
      Outcome way = go(own, next, pc);
      if (way.kind == Outcome::Met) {
        way = follow(std::move(way.state), meet, pc);
      }
      if (way.kind == Outcome::Again) {
        return way;
      }
      if (way.kind == Outcome::Met) {
        met.push_back(std::move(way.state));
      }
      if (way.kind != Outcome::Met || met.size() == 2) {
        recorded_.resize(mark);
      }
    }
    ways.reset();
    if (met.empty()) {
      return {Outcome::Ended, {}};
    }
    if (met.size() == 2) {
      before_ = pc;
      compare(met[1], met[0].tokens, fmt::format("one of its two ways to {}", meet));
      widen(met[0].registers, met[1].registers);
    }
    met[0].loops = state.loops;
    return go(met[0], meet, text_.size());
  }

  Outcome loop(State& state) {
    const uint32_t pc = state.pc, end = text_.target(pc);
    if (end < pc + 2) {
      problem(pc, "the loop has no instructions: its end is {}", end);
      return {Outcome::Ended, {}};
    }
    if (state.loops.size() == static_cast<std::size_t>(spec_.machine.sequencer.loop_depth)) {
      problem(pc, "loops nest deeper than {}", state.loops.size());
      return {Outcome::Ended, {}};
    }
    const auto turns = text_.count(pc, state.registers);
    if (!turns) {
      return some_turns(state, end);
    }
    if (*turns <= 0) {
      return go(state, end, text_.size());
    }
    state.loops.push_back({pc + 1, end, *turns});
    state.pc = pc + 1;
    return {Outcome::Met, std::move(state)};
  }

  /// A loop of which only the data know how many turns it has, none among them.
  Outcome some_turns(State& state, uint32_t end) {
    for (bool changed = true; changed;) {
      State body = state;
      body.pc = state.pc + 1;
      body.loops.clear();
      const Fork ways(forks_);
      const std::size_t mark = recorded_.size();
      Outcome turn = follow(std::move(body), end, text_.size());
      recorded_.resize(mark); // as good as no turn
      if (turn.kind != Outcome::Met) {
        return turn;
      }
      before_ = state.pc;
      compare(turn.state, state.tokens, "a turn of the loop");
      changed = widen(state.registers, turn.state.registers);
    }
    return go(state, end, text_.size());
  }

  const Program& program_;
  const isa::Spec& spec_;
  const ScalarText text_;
  const int64_t most_;
  int64_t left_ = 0; ///< that may be followed
  int core_ = 0;
  /// Where branches go back to: the state in which the way came there last. Null: nowhere.
  std::vector<std::unique_ptr<State>> heads_;
  std::vector<std::size_t> marks_;    ///< of each head: how much was recorded then
  std::vector<FlowStep> recorded_;    ///< of a core among several: what units are given, either way
  int forks_ = 0;                     ///< ways around this one that data decide over
  bool early_end_ = false;            ///< may the core have ended by what data decided?
  std::optional<uint32_t> undecided_; ///< an event's instruction that data decide over
  std::vector<std::optional<uint32_t>> joins_;
  std::set<uint32_t> seen_; ///< instructions with a problem
  uint32_t before_ = 0;     ///< the instruction that was followed last
  FlowCheck result_;
};

} // namespace

FlowCheck check_flow(const Program& program, const isa::Spec& spec, int64_t most) {
  return Checker(program, spec, most).run();
}

std::string require_flow(const Program& program, const isa::Spec& spec, int64_t most) {
  const FlowCheck flow = check_flow(program, spec, most);
  if (!flow.problems.empty())
    throw ProgramError(fmt::format("{}", fmt::join(flow.problems, "\n")));
  return flow.left_out;
}

} // namespace npuforge::assembler
