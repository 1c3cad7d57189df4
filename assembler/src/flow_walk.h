#pragma once
// Follows what a core's sequencer does, every way that branches and loops may take: tokens, and
// what each instruction touches.

#include <memory>
#include <optional>
#include <set>
#include <vector>

#include "flow_findings.h"
#include "flow_touch.h"
#include "flow_ways.h"

namespace npuforge::assembler {

/// Which of the two ways behind a branch that data decide over a trace takes.
enum class Arm : uint8_t { First, Second };

/// What a core's sequencer gives its units, in order: one of the ways that its program may take.
/// Loops that data end make two turns and begin a third one.
struct FlowTrace {
  std::vector<FlowStep> steps;
  bool complete = true;                ///< false: the core does more than was to be followed
  bool forks = false;                  ///< have branches been met whose other way was not taken?
  std::optional<uint32_t> undecided{}; ///< an event's instruction that data decide over
};

class FlowWalk {
public:
  FlowWalk(const isa::Spec& spec, const ScalarText& text, const Ways& ways, Touches& touches,
           Findings& findings)
      : spec_(spec), text_(text), ways_(ways), touches_(touches), findings_(findings) {}

  /// Follows a core for at most `most` instructions.
  FlowTrace follow(int core, Arm arm, int64_t most);

private:
  struct Loop {
    uint32_t first, end;
    int32_t turns; ///< that are left, this one included
  };
  struct State {
    uint32_t pc = 0;
    Tokens tokens{}; ///< given less taken by all that has been dispatched
    FlowUnits units;
    Scalars scalars;
    std::vector<Loop> loops; ///< of the sequencer, counted
  };
  /// A branch's target at or before it: the state in which the way came there last.
  struct Head {
    State state;
    std::size_t mark = 0; ///< how much was recorded then
  };
  /// What became of a way: it came to where the ways meet, ended, has made a turn of the loop from
  /// `head` on, or has to be taken again from there, since less is known than was.
  struct Outcome {
    enum { Met, Ended, Turned, Again } kind;
    uint32_t head = 0;
  };

  using Steps = std::vector<FlowStep>;

  Outcome follow(State& state, uint32_t end, uint32_t fork);
  void dispatch(State& state);
  void record(const FlowStep& step);
  void stuck(const State& state, const FlowStep& step);
  Outcome step(State& state, uint32_t fork);
  Outcome go(State& state, uint32_t next, uint32_t fork);
  Outcome turn(const State& state, uint32_t head);
  void compare(const State& state, const Tokens& before, const std::string& what);
  Outcome both(State& state);
  Steps take_steps(std::size_t mark);
  void add_steps(const Steps& steps);
  void turn_twice(std::size_t head, const Steps& rest);
  Outcome loop(State& state);
  Outcome some_turns(State& state, uint32_t end);

  template <typename... Args>
  void problem(uint32_t pc, fmt::format_string<Args...> format, Args&&... args) {
    findings_.problem(core_, pc, format, std::forward<Args>(args)...);
  }

  const isa::Spec& spec_;
  const ScalarText& text_;
  const Ways& ways_;
  Touches& touches_;
  Findings& findings_;
  int core_ = 0;
  Arm arm_{};
  int64_t left_ = 0; ///< that may be followed
  std::vector<std::unique_ptr<Head>> heads_;
  int forks_ = 0;          ///< ways around this one that data decide over
  bool early_end_ = false; ///< may the core have ended by what data decided?
  uint32_t before_ = 0;    ///< the instruction that was followed last
  FlowTrace trace_;
};

} // namespace npuforge::assembler
