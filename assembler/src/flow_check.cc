#include <algorithm>
#include <array>
#include <memory>
#include <set>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "npuforge/assembler/flow.h"

#include "flow_joins.h"
#include "flow_scalar.h"

namespace npuforge::assembler {
namespace {

constexpr std::size_t kUnits = isa::kUnitCount;
constexpr std::size_t kMostProblems = 20;

/// [from][to]
using Tokens = std::array<std::array<int, kUnits>, kUnits>;

struct Loop {
  uint32_t first, end;
  int32_t turns; ///< that are left, this one included
};

struct State {
  uint32_t pc = 0;
  Tokens tokens{}; ///< given less taken by all that has been dispatched
  Tokens there{};  ///< by what has been executed
  std::array<std::vector<uint32_t>, kUnits> queues; ///< what waits for tokens
  Registers registers;
  std::vector<Loop> loops; ///< of the sequencer, counted
};

/// What became of a way: it came to where the ways meet, ended, or has to be taken again from a
/// loop's head, of which more has become known.
struct Outcome {
  enum { Met, Ended, Again } kind;
  State state;
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
      : program_(program), spec_(spec), text_(program, spec), left_(most) {}

  FlowCheck run() {
    find_ways();
    State state;
    state.registers.assign(static_cast<std::size_t>(spec_.machine.sequencer.registers), 0);
    follow(state, text_.size(), text_.size());
    return std::move(result_);
  }

private:
  template <typename... Args>
  void problem(uint32_t pc, fmt::format_string<Args...> format, Args&&... args) {
    if (result_.problems.size() < kMostProblems && seen_.insert(pc).second) {
      result_.problems.push_back(
          fmt::format("{}: {}", text_.print(pc), fmt::format(format, std::forward<Args>(args)...)));
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
        result_.complete = false;
        return {Outcome::Ended, {}};
      }
      if (pc >= text_.size() || text_.at(pc).instruction == nullptr) {
        problem(before_, "execution goes on to {}, where there is no instruction", pc);
        return {Outcome::Ended, {}};
      }
      before_ = pc;
      if (heads_[pc] != nullptr && !again) {
        *heads_[pc] = state;
        entered.insert(pc);
      }
      again = false;
      exchange(state);
      Outcome outcome = step(state, fork);
      if (outcome.kind == Outcome::Again && entered.contains(outcome.state.pc)) {
        again = true;
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

  /// Dispatches the instruction; units execute what has its tokens.
  void exchange(State& state) {
    const isa::Decoded& word = text_.at(state.pc);
    const auto unit = static_cast<std::size_t>(word.instruction->unit);
    for (std::size_t other = 0; (word.wait | word.post) >> other != 0; ++other) {
      state.tokens[other][unit] -= static_cast<int>(word.wait >> other & 1);
      state.tokens[unit][other] += static_cast<int>(word.post >> other & 1);
    }
    if (word.instruction->action == isa::Action::Halt) {
      for (const auto& queue : state.queues) {
        if (!queue.empty()) {
          stuck(state, queue.front());
        }
      }
    }
    state.queues[unit].push_back(state.pc);
    execute(state);
    // The sequencer, which has no queue, waits for its own tokens, and for room in a queue.
    auto& queue = state.queues[unit];
    if (queue.size() > static_cast<std::size_t>(spec_.machine.queue[unit])) {
      stuck(state, queue.front());
      queue.erase(queue.begin());
    }
  }

  /// The way in which units take turns does not matter: what can be executed stays so.
  void execute(State& state) {
    for (bool changed = true; changed;) {
      changed = false;
      for (std::size_t unit = 0; unit < kUnits; ++unit) {
        auto& queue = state.queues[unit];
        while (!queue.empty() && missing(state, queue.front()) == nullptr) {
          const isa::Decoded& word = text_.at(queue.front());
          for (std::size_t other = 0; (word.wait | word.post) >> other != 0; ++other) {
            state.there[other][unit] -= static_cast<int>(word.wait >> other & 1);
            state.there[unit][other] += static_cast<int>(word.post >> other & 1);
          }
          queue.erase(queue.begin());
          changed = true;
        }
      }
    }
  }

  /// Why an instruction cannot be executed; null: it can.
  const char* missing(const State& state, uint32_t pc) const {
    const isa::Decoded& word = text_.at(pc);
    const auto unit = static_cast<std::size_t>(word.instruction->unit);
    for (std::size_t other = 0; (word.wait | word.post) >> other != 0; ++other) {
      if ((word.wait >> other & 1) != 0 && state.there[other][unit] == 0) {
        return "waits for tokens that no instruction gives";
      }
      if ((word.post >> other & 1) != 0 && state.there[unit][other] == spec_.machine.token_max) {
        return "gives a token where there are as many as there may be";
      }
    }
    return nullptr;
  }

  void stuck(const State& state, uint32_t pc) { problem(pc, "{}: a deadlock", missing(state, pc)); }

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
        return {Outcome::Ended, {}};
      }
      return go(state, pc + 1, fork);
    default:
      text_.execute(pc, state.registers);
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

  /// A branch of which only the data know which way it goes.
  Outcome both(const State& state) {
    const uint32_t pc = state.pc, meet = joins_[pc].value_or(text_.size());
    std::vector<State> met;
    for (uint32_t next : {pc + 1, text_.target(pc)}) {
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
    }
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
      Outcome turn = follow(std::move(body), end, text_.size());
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
  int64_t left_;
  /// Where branches go back to: the state in which the way came there last. Null: nowhere.
  std::vector<std::unique_ptr<State>> heads_;
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
  return flow.complete ? ""
                       : fmt::format("of the units' waits only those of the first {} instructions "
                                     "that run have been checked",
                                     most);
}

} // namespace npuforge::assembler
