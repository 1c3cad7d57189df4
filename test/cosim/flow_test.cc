// The static check and the simulator on random programs: what is right is not refused, and of
// programs with a mistake every one is refused in which a run meets it.
#include <filesystem>
#include <map>
#include <random>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <gtest/gtest.h>

#include "npuforge/assembler/flow.h"
#include "npuforge/isa/word.h"
#include "npuforge/simulator/simulator.h"

#include "random_program.h"

namespace npuforge::random_programs {
namespace {

constexpr int64_t kMost = 10'000'000;

/// A reference machine, or one of this folder.
const isa::Spec& spec_of(const std::string& machine) {
  static std::map<std::string, isa::Spec> specs;
  const std::filesystem::path own = std::filesystem::path(MACHINES) / (machine + ".yaml");
  auto [at, is_new] = specs.try_emplace(machine);
  if (is_new)
    at->second = isa::load_spec(exists(own) ? own : isa::find_machine(machine));
  return at->second;
}

struct Programs {
  const char* machine;
  uint64_t first_seed;
  int count;
  bool looping = false;
};
void PrintTo(const Programs& programs, std::ostream* out) {
  *out << programs.machine << (programs.looping ? ", looping" : "");
}

class Random : public testing::TestWithParam<Programs> {
protected:
  const isa::Spec& spec() const { return spec_of(GetParam().machine); }
  assembler::Program program(int number) const {
    return random_program(
        spec(), {GetParam().first_seed + static_cast<uint64_t>(number), 60, GetParam().looping});
  }
};

using Right = Random;

TEST_P(Right, ProgramsAreNotRefused) {
  for (int i = 0; i < GetParam().count; ++i) {
    const assembler::FlowCheck check = assembler::check_flow(program(i), spec(), kMost);
    EXPECT_TRUE(check.problems.empty()) << "program " << i << ":\n"
                                        << fmt::format("{}", fmt::join(check.problems, "\n"));
  }
}

INSTANTIATE_TEST_SUITE_P(Machines, Right,
                         testing::Values(Programs{"tile4", 1, 60}, Programs{"npu16", 2000, 15},
                                         Programs{"access4", 9000, 40}, Programs{"duo4", 40000, 40},
                                         Programs{"four4", 42000, 20}, Programs{"quad16", 41000, 5},
                                         Programs{"tile4", 60000, 30, true},
                                         Programs{"access4", 63000, 20, true},
                                         Programs{"four4", 64000, 10, true}));

/// Makes one or a few mistakes in a program.
class Mistakes {
public:
  Mistakes(const isa::Spec& spec, assembler::Program& program, uint64_t seed)
      : spec_(spec), random_(seed) {
    for (const isa::Word& word : program.text)
      text_.push_back(*isa::decode(spec, word));
    for (int64_t left = between(1, 10); left > 0; --left)
      between(0, 2) == 0 ? shift() : drop_tokens();
    for (std::size_t i = 0; i < text_.size(); ++i)
      program.text[i] = isa::encode(spec, text_[i]);
  }

private:
  int64_t between(int64_t low, int64_t high) {
    return std::uniform_int_distribution<int64_t>(low, high)(random_);
  }

  /// One of the tokens from a unit to another one is neither given nor waited for.
  void drop_tokens() {
    struct Bit {
      std::size_t instruction;
      int other;
    };
    std::vector<Bit> waits;
    for (std::size_t i = 0; i < text_.size(); ++i)
      for (int unit = 0; unit < isa::kUnitCount; ++unit)
        if ((text_[i].wait >> unit & 1) != 0)
          waits.push_back({i, unit});
    if (waits.empty())
      return;
    const Bit taken = waits[static_cast<std::size_t>(between(0, std::ssize(waits) - 1))];
    const auto taker = static_cast<int>(text_[taken.instruction].instruction->unit);
    int64_t number = 0; // of the tokens, in the text's order
    for (std::size_t i = 0; i < taken.instruction; ++i)
      number += static_cast<int>(text_[i].instruction->unit) == taker &&
                (text_[i].wait >> taken.other & 1) != 0;
    text_[taken.instruction].wait &= ~(1u << taken.other);
    for (isa::Decoded& word : text_)
      if (static_cast<int>(word.instruction->unit) == taken.other &&
          (word.post >> taker & 1) != 0 && number-- == 0)
        word.post &= ~(1u << taker);
  }

  /// A stream begins elsewhere.
  void shift() {
    for (int tries = 0; tries < 100; ++tries) {
      isa::Decoded& word = text_[static_cast<std::size_t>(between(0, std::ssize(text_) - 1))];
      for (std::size_t o = 0; o < word.operands.size(); ++o) {
        const isa::Operand& operand = word.instruction->operands[o];
        if (operand.kind != isa::OperandKind::Stream || between(0, 1) == 0)
          continue;
        const int64_t row = operand.space == isa::Space::Accumulator ? 1 : spec_.machine.array.cols;
        const int64_t moved = word.operands[o].value + row * between(-40, 40);
        const auto [low, high] = isa::value_range(spec_, *word.instruction, operand);
        if (moved < low || moved > high)
          continue;
        word.operands[o].value = moved;
        return;
      }
    }
  }

  const isa::Spec& spec_;
  std::mt19937_64 random_;
  std::vector<isa::Decoded> text_;
};

using Wrong = Random;

TEST_P(Wrong, ProgramsAreRefusedWhereARunFails) {
  simulator::Simulator simulator(
      spec(), {.max_cycles = 1'000'000, .check_order = spec().machine.cores > 1});
  int failed = 0, refused = 0, passed = 0;
  for (int i = 0; i < GetParam().count; ++i) {
    assembler::Program wrong = program(i);
    const Mistakes made(spec(), wrong, static_cast<uint64_t>(i));
    const assembler::FlowCheck check = assembler::check_flow(wrong, spec(), kMost);
    refused += !check.problems.empty();
    passed += check.problems.empty() && check.left_out.empty();
    simulator.load(wrong);
    try {
      simulator.run(nullptr);
    } catch (const simulator::SimulationError& error) {
      ++failed;
      EXPECT_FALSE(check.problems.empty() && check.left_out.empty())
          << "program " << i << ": " << error.what();
    }
  }
  fmt::print("of {} programs {} fail, {} are refused; in {} the check finds nothing\n",
             GetParam().count, failed, refused, passed);
  EXPECT_GT(failed, GetParam().count / 20);
  EXPECT_GE(refused, failed / 2);
}

INSTANTIATE_TEST_SUITE_P(Machines, Wrong,
                         testing::Values(Programs{"tile4", 100, 500},
                                         Programs{"access4", 9100, 200},
                                         Programs{"duo4", 40100, 150},
                                         Programs{"tile4", 60100, 200, true}));

} // namespace
} // namespace npuforge::random_programs
