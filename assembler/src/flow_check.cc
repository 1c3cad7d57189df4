#include <fmt/format.h>
#include <fmt/ranges.h>

#include "npuforge/assembler/flow.h"

#include "flow_events.h"
#include "flow_findings.h"
#include "flow_order.h"
#include "flow_races.h"
#include "flow_walk.h"

namespace npuforge::assembler {
namespace {

class Checker {
public:
  Checker(const Program& program, const isa::Spec& spec, int64_t most)
      : spec_(spec), text_(program, spec), ways_(program, text_),
        findings_(text_, spec.machine.cores > 1), touches_(program, spec, text_, findings_),
        most_(most) {}

  FlowCheck run() {
    check(Arm::First);
    touches_.finish();
    return findings_.take();
  }

private:
  using Cores = std::vector<std::span<const FlowStep>>;

  void check(Arm arm) {
    FlowWalk walk(spec_, text_, ways_, touches_, findings_);
    std::vector<FlowTrace> cores;
    for (int core = 0; core < spec_.machine.cores; ++core) {
      cores.push_back(walk.follow(core, arm, most_));
      if (!cores.back().complete)
        give_up("of the units' waits");
    }
    const Cores steps = steps_of(cores);
    if (steps.size() > 1 &&
        !(findings_.none() && all_complete(cores) && check_events_of(cores, steps)))
      return;
    check_races_of(cores, steps);
    const bool forks = std::ranges::any_of(cores, &FlowTrace::forks);
    if (forks && arm == Arm::First)
      check(Arm::Second);
  }

  /// Unordered accesses, and weight sets that nobody loads or leaves.
  void check_races_of(const std::vector<FlowTrace>& cores, const Cores& steps) {
    if (!findings_.none())
      return;
    Order order(steps, spec_.machine);
    Races races(spec_.machine, text_, touches_.regions(), order, findings_);
    order.walk([&](const Place& place, const FlowStep& step, const Clock& clock) {
      races.issue(place, step, clock);
    });
    if (all_complete(cores))
      for (const Place& place : order.without_weight_set())
        findings_.problem(static_cast<int>(place.core), order.step(place).pc,
                          "waits for a weight set that no {}: a deadlock",
                          place.unit == isa::Unit::Matrix ? "preload loads" : "multiply leaves");
  }

  static bool all_complete(const std::vector<FlowTrace>& cores) {
    return std::ranges::all_of(cores, [](const FlowTrace& core) { return core.complete; });
  }

  /// Do all signals come?
  bool check_events_of(const std::vector<FlowTrace>& cores, const Cores& steps) {
    for (const FlowTrace& core : cores)
      if (core.undecided) {
        findings_.leave_out(
            fmt::format("whether cores wait for each other in vain, and what orders "
                        "their accesses, has not been checked: data decide over {}",
                        text_.print(*core.undecided)));
        return false;
      }
    EventCheck events =
        check_events(steps, spec_.machine, most_, [&](uint32_t pc) { return text_.print(pc); });
    findings_.add(std::move(events.problems));
    if (!events.complete)
      give_up("of the cores' waits for each other");
    return events.complete && findings_.none();
  }

  static Cores steps_of(const std::vector<FlowTrace>& cores) {
    Cores steps;
    for (const FlowTrace& core : cores)
      steps.push_back(core.steps);
    return steps;
  }

  void give_up(const char* of_what) {
    findings_.leave_out(fmt::format(
        "{} only those of the first {} instructions that run have been checked", of_what, most_));
  }

  const isa::Spec& spec_;
  const ScalarText text_;
  const Ways ways_;
  Findings findings_;
  Touches touches_;
  const int64_t most_;
};

} // namespace

FlowCheck check_flow(const Program& program, const isa::Spec& spec, int64_t most) {
  return Checker(program, spec, most).run();
}

std::vector<std::string> require_flow(const Program& program, const isa::Spec& spec, int64_t most) {
  FlowCheck flow = check_flow(program, spec, most);
  if (!flow.problems.empty())
    throw ProgramError(fmt::format("{}", fmt::join(flow.problems, "\n")));
  return std::move(flow.left_out);
}

} // namespace npuforge::assembler
