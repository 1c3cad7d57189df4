// Timing that no pipeline could have: cycles that shrink as streams grow, ports used after
// completion, an instruction that overtakes the one before it.
#include <algorithm>
#include <array>
#include <limits>

#include <fmt/format.h>

#include "npuforge/isa/evaluate.h"
#include "npuforge/isa/pace.h"
#include "npuforge/isa/timing.h"

#include "names.h"
#include "readers.h"

namespace npuforge::isa {
namespace {

// Numbers of rows to try: the smallest, some around powers of two, the largest (TIMING.md).
constexpr std::array<int64_t, 9> kSteps = {1, 2, 3, 15, 16, 17, 255, 65536, (1 << 24) - 1};

int64_t cycles(const Expr& expr, const Machine& machine, int64_t steps) {
  const auto sizes = timing_sizes(machine);
  return evaluate(expr, [&](std::string_view symbol) {
    for (const auto& [size, value] : sizes)
      if (size == symbol)
        return value;
    return steps; // NAME.steps
  });
}

std::string rows(int64_t steps) {
  return fmt::format("streams of {} {}", steps, steps == 1 ? "row" : "rows");
}

class TimingCheck {
public:
  TimingCheck(const Node& node, InstructionReading& reading)
      : node_(node), reading_(reading), machine_(reading.all.spec.machine) {}

  void run() {
    const Timing& timing = reading_.instruction.timing;
    if (!timing.occupancy || !timing.latency)
      return;
    monotone("occupancy", *timing.occupancy);
    monotone("latency", *timing.latency);
    for (const PortUse& use : timing.uses) {
      monotone("start", *use.start);
      monotone("cycles", *use.cycles);
      ends_before_completion(use);
    }
  }

private:
  void add(std::string message) { reading_.all.problems.add(node_, std::move(message)); }

  void monotone(const char* what, const Expr& expr) {
    int64_t before = std::numeric_limits<int64_t>::min();
    for (size_t i = 0; i < kSteps.size(); ++i) {
      const int64_t now = cycles(expr, machine_, kSteps[i]);
      if (now < before)
        return add(fmt::format("'{}' of {} is {} for {}, but {} for {}: it must not fall as "
                               "streams grow",
                               what, reading_.what, before, rows(kSteps[i - 1]), now, kSteps[i]));
      before = now;
    }
  }

  void ends_before_completion(const PortUse& use) {
    const Expr& latency = *reading_.instruction.timing.latency;
    for (int64_t steps : kSteps) {
      const int64_t end =
          cycles(*use.start, machine_, steps) + cycles(*use.cycles, machine_, steps);
      const int64_t completion = cycles(latency, machine_, steps);
      if (end > completion)
        return add(fmt::format(
            "{} holds the {} port of '{}' until cycle {} for {}, but its latency "
            "is {}",
            reading_.what, name(use.port), reading_.instruction.operands[use.stream].name, end,
            rows(steps), completion));
    }
  }

  const Node& node_;
  InstructionReading& reading_;
  const Machine& machine_;
};

/// What the exit of the vector unit waits for by itself: a row is written when all of it is
/// computed, and the unit issues no instruction whose results would overtake those before.
int64_t exit_wait(const Instruction& instruction, const Machine& machine) {
  return instruction.unit == Unit::Vector ? pace(machine, instruction) - 1 : 0;
}

/// The longest time by which an instruction completes after the unit may issue the next one.
int64_t lag(const Instruction& instruction, const Machine& machine) {
  int64_t longest = std::numeric_limits<int64_t>::min();
  for (int64_t steps : kSteps)
    longest = std::max(longest, cycles(*instruction.timing.latency, machine, steps) -
                                    cycles(*instruction.timing.occupancy, machine, steps));
  return longest - exit_wait(instruction, machine);
}

int64_t least_latency(const Instruction& instruction, const Machine& machine) {
  return cycles(*instruction.timing.latency, machine, 1) - exit_wait(instruction, machine);
}

const Instruction* quickest(const Spec& spec, Unit unit) {
  const Instruction* found = nullptr;
  const auto latency = [&](const Instruction& i) { return least_latency(i, spec.machine); };
  for (const Instruction& instruction : spec.instructions)
    if (instruction.unit == unit && (!found || latency(instruction) < latency(*found)))
      found = &instruction;
  return found;
}

bool has_closed_form(Unit unit) {
  return unit == Unit::Weights || unit == Unit::Matrix || unit == Unit::Vector;
}

} // namespace

void check_timing(const Node& node, InstructionReading& reading) {
  TimingCheck(node, reading).run();
}

void check_completion_order(const Node& instructions, Reading& all) {
  const Machine& machine = all.spec.machine;
  for (const Instruction& instruction : all.spec.instructions) {
    if (!has_closed_form(instruction.unit))
      continue;
    const Instruction* next = quickest(all.spec, instruction.unit);
    const int64_t after = lag(instruction, machine);
    const int64_t least = least_latency(*next, machine);
    if (after >= least)
      all.problems.add(
          *instructions.find(instruction.mnemonic)->find("timing"),
          fmt::format("'{}' completes up to {} cycles after its occupancy, and '{}' takes {}: "
                      "a unit completes its instructions in order, one a cycle at most",
                      instruction.mnemonic, after, next->mnemonic, least));
  }
}

} // namespace npuforge::isa
