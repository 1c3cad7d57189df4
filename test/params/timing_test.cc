// A wrong timing expression is found: each expression of each pipelined instruction, one cycle off,
// makes the model differ from the RTL, whose structure follows the sizes alone, and the report says
// which instruction, what was expected and what was seen.

#include <fstream>
#include <set>
#include <sstream>

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "npuforge/isa/evaluate.h"
#include "npuforge/isa/generate.h"
#include "npuforge/isa/pace.h"
#include "npuforge/isa/timing.h"
#include "npuforge/rtl/compare.h"

#include "../cosim/random_program.h"

namespace npuforge {
namespace {

/// One expression of one instruction, `by` cycles off.
struct Mutation {
  size_t instruction;
  std::string what; // "latency", "occupancy", "start of use 1", "cycles of use 0"
  int by;
};

/// Instructions of one, two and four cycles a row, and multiplies of two.
const isa::Spec& machine() {
  static const isa::Spec spec = isa::load_spec(NPUFORGE_TIMING_MACHINE);
  return spec;
}

isa::ExprPtr shifted(const isa::ExprPtr& expr, int by) {
  isa::Expr literal{isa::ExprKind::Literal, std::to_string(by), by, isa::Type::I64, {}, 0};
  isa::Expr sum{isa::ExprKind::Binary,
                "+",
                0,
                isa::Type::I64,
                {expr, std::make_shared<isa::Expr>(literal)},
                0};
  return std::make_shared<isa::Expr>(sum);
}

/// The cycles when every stream has one row.
int64_t least(const isa::Expr& expr) {
  return isa::evaluate(expr, [](std::string_view name) -> int64_t {
    for (const auto& [size, value] : isa::timing_sizes(machine().machine))
      if (size == name)
        return value;
    return 1;
  });
}

/// The expressions that a mutation may name, with the least value that the checker takes.
template <class Visitor>
void for_each_expression(isa::Timing& timing, Visitor visit) {
  visit("latency", timing.latency, 1);
  visit("occupancy", timing.occupancy, 1);
  for (size_t u = 0; u < timing.uses.size(); ++u) {
    visit(fmt::format("start of use {}", u), timing.uses[u].start, 0);
    visit(fmt::format("cycles of use {}", u), timing.uses[u].cycles, 1);
  }
}

/// What an instruction's timing can depend on: equal for instructions that differ in what they
/// compute.
std::string shape(const isa::Instruction& instruction) {
  std::string text = isa::name(instruction.action);
  for (const isa::Operand& operand : instruction.operands)
    if (operand.kind == isa::OperandKind::Stream)
      text += fmt::format(" {} {} x{}", isa::name(operand.space), isa::name(operand.access),
                          isa::beats(machine().machine, instruction, operand));
  return text;
}

/// The machine with one instruction of each shape: programs of these meet each more often.
const isa::Spec& one_of_each() {
  static const isa::Spec spec = [] {
    isa::Spec all = machine();
    std::set<std::string> shapes;
    std::erase_if(all.instructions, [&](const isa::Instruction& instruction) {
      return instruction.unit != isa::Unit::Sequencer && !shapes.insert(shape(instruction)).second;
    });
    return all;
  }();
  return spec;
}

std::vector<Mutation> mutations() {
  std::vector<Mutation> all;
  isa::Spec spec = machine();
  for (size_t i = 0; i < spec.instructions.size(); ++i)
    if (const isa::Instruction& instruction = spec.instructions[i];
        instruction.unit != isa::Unit::Sequencer && !instruction.timing.dynamic &&
        one_of_each().find(instruction.mnemonic))
      for_each_expression(spec.instructions[i].timing,
                          [&](const std::string& what, const isa::ExprPtr& expr, int64_t low) {
                            for (int by : {-1, 1})
                              if (least(*expr) + by >= low)
                                all.push_back({i, what, by});
                          });
  return all;
}

isa::Spec mutated(const Mutation& mutation) {
  isa::Spec spec = machine();
  for_each_expression(spec.instructions[mutation.instruction].timing,
                      [&](const std::string& what, isa::ExprPtr& expr, int64_t) {
                        if (what == mutation.what)
                          expr = shifted(expr, mutation.by);
                      });
  return spec;
}

/// Of the vector unit.
int longest_pace() {
  int longest = 1;
  for (const isa::Instruction& instruction : machine().instructions)
    if (instruction.unit == isa::Unit::Vector)
      longest = std::max(longest, isa::pace(machine().machine, instruction));
  return longest;
}

/// What makes no difference to anybody. The matrix unit writes accumulators one instruction after
/// the other: when its writes start rarely does. And the next vector instruction waits for the exit
/// as long as for the front, unless its rows take more cycles; none take more than the longest.
bool unseen(const Mutation& mutation) {
  const isa::Instruction& instruction = machine().instructions[mutation.instruction];
  if (mutation.what == "occupancy" && mutation.by < 0 && instruction.unit == isa::Unit::Vector &&
      isa::pace(machine().machine, instruction) == longest_pace())
    return true;
  for (size_t u = 0; u < instruction.timing.uses.size(); ++u) {
    const isa::PortUse& use = instruction.timing.uses[u];
    if (instruction.unit == isa::Unit::Matrix && use.port == isa::Access::Write &&
        instruction.operands[use.stream].space == isa::Space::Accumulator &&
        mutation.what == fmt::format("start of use {}", u))
      return true;
  }
  return false;
}

/// The report of the first random program that differs; empty if none does.
std::string first_difference(const isa::Spec& spec, const rtl::Library& library,
                             uint64_t programs = 600) {
  simulator::Simulator model(spec, {});
  for (uint64_t seed = 1; seed <= programs; ++seed) {
    const auto program = random_programs::random_program(one_of_each(), {seed, 60});
    const cosim::Outcome outcome =
        cosim::co_simulate({spec, program, {}, 10'000'000, nullptr}, library, model);
    if (!outcome.equal())
      return outcome.report;
  }
  return "";
}

std::string read(const std::filesystem::path& file) {
  std::ostringstream text;
  text << std::ifstream(file).rdbuf();
  return text.str();
}

const std::filesystem::path kModel = NPUFORGE_TIMING_MODEL;

TEST(Timing, WrongExpressionsAreFoundAndNamed) {
  const rtl::Library library(kModel, machine());
  ASSERT_EQ(first_difference(machine(), library, 20), "");
  int found = 0;
  for (const Mutation& mutation : mutations()) {
    const isa::Instruction& instruction = machine().instructions[mutation.instruction];
    const std::string name =
        fmt::format("{} of {} by {:+}", mutation.what, instruction.mnemonic, mutation.by);
    if (unseen(mutation))
      continue;
    const std::string report = first_difference(mutated(mutation), library);
    EXPECT_NE(report, "") << name << " is not found";
    if (report.empty())
      continue;
    ++found;
    EXPECT_NE(report.find(": expected "), std::string::npos) << name << "\n" << report;
    if (mutation.what == "latency") {
      const std::string line = report.substr(0, report.find('\n'));
      EXPECT_NE(line.find(instruction.mnemonic + " "), std::string::npos) << name << "\n" << report;
      EXPECT_NE(report.find("completion: expected "), std::string::npos) << name << "\n" << report;
    }
  }
  RecordProperty("found", found);
  EXPECT_GE(found, 50);
}

TEST(Timing, TheReportSaysWhatWasExpectedAndSeen) {
  const rtl::Library library(kModel, machine());
  for (const Mutation& mutation : mutations()) {
    if (mutation.what != "latency")
      continue;
    const std::string report = first_difference(mutated(mutation), library);
    const size_t at = report.find("completion: expected ");
    ASSERT_NE(at, std::string::npos) << report;
    int64_t expected = 0, seen = 0;
    ASSERT_EQ(
        std::sscanf(report.c_str() + at, "completion: expected %ld, seen %ld", &expected, &seen), 2)
        << report;
    EXPECT_EQ(expected - seen, mutation.by) << report;
  }
}

TEST(Timing, TheRtlDoesNotFollowExpressions) {
  const std::filesystem::path folder =
      std::filesystem::temp_directory_path() / fmt::format("npuforge-timing-{}", ::getpid());
  isa::generate_systemverilog(machine(), folder / "right");
  for (const Mutation& mutation : mutations()) {
    isa::generate_systemverilog(mutated(mutation), folder / "wrong");
    for (const auto& file : std::filesystem::directory_iterator(folder / "right"))
      EXPECT_EQ(read(file.path()), read(folder / "wrong" / file.path().filename()))
          << mutation.what;
  }
  std::filesystem::remove_all(folder);
}

} // namespace
} // namespace npuforge
