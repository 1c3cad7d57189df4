// assemble(disassemble(p)) == p and read(write(p)) == p for random programs of every instruction.

#include <cstdlib>

#include <gtest/gtest.h>

#include "npuforge/assembler/text.h"

#include "random_program.h"
#include "support.h"

namespace npuforge::assembler::test {
namespace {

constexpr int kPrograms = 100;

void expect_text_round_trip(const isa::Spec& spec, const Program& program) {
  const std::string text = disassemble(spec, program);
  const Program again = assemble(spec, text, "text.s");
  EXPECT_EQ(again.text, program.text);
  EXPECT_EQ(again.segments, program.segments);
  EXPECT_EQ(again.symbols, program.symbols);
  EXPECT_EQ(again.inputs, program.inputs);
  EXPECT_EQ(again.outputs, program.outputs);
  EXPECT_EQ(again.layers, program.layers);
  EXPECT_TRUE(again == program);
  EXPECT_EQ(disassemble(spec, again), text);
}

TEST(RoundTrip, TextOfRandomPrograms) {
  for (int seed = 0; seed < kPrograms && !HasFailure(); ++seed) {
    SCOPED_TRACE(seed);
    Random random = seeded(static_cast<uint64_t>(seed));
    const Program program = random_program(random, edge16());
    ASSERT_EQ(problems(program, edge16()), std::vector<std::string>{});
    expect_text_round_trip(edge16(), program);
  }
}

TEST(RoundTrip, FilesOfRandomPrograms) {
  const TemporaryFolder folder;
  for (int seed = 0; seed < kPrograms && !HasFailure(); ++seed) {
    SCOPED_TRACE(seed);
    Random random = seeded(static_cast<uint64_t>(1000 + seed));
    const Program program = random_program(random, edge16());
    write_program(program, edge16(), folder / "p.bin");
    EXPECT_TRUE(read_program(folder / "p.bin", edge16()) == program);
    EXPECT_EQ(read_machine_name(folder / "p.bin"), "edge16");
  }
}

TEST(RoundTrip, EveryInstructionAlone) {
  Random random = seeded(7);
  for (const isa::Instruction& instruction : edge16().instructions) {
    for (int i = 0; i < 50; ++i) {
      Program program;
      program.machine_name = edge16().machine.name;
      program.spec_hash = edge16().hash;
      program.text = {random_word(random, edge16(), instruction, 1)};
      const std::string text = disassemble(edge16(), program);
      ASSERT_EQ(text.find(".insn"), std::string::npos) << text;
      ASSERT_TRUE(assemble(edge16(), text, "text.s") == program) << text;
    }
  }
}

TEST(RoundTrip, MnemonicsAreOnlyTheSpecs) {
  isa::Spec renamed = edge16();
  for (std::size_t i = 0; i < renamed.instructions.size(); ++i) {
    renamed.instructions[i].mnemonic = "do_" + std::to_string(i) + ".x";
  }
  Random random = seeded(3);
  expect_text_round_trip(renamed, random_program(random, renamed));
}

TEST(RoundTrip, WordsThatDecodeToNothingStayThemselves) {
  Program program;
  program.machine_name = edge16().machine.name;
  program.spec_hash = edge16().hash;
  program.text.resize(2);
  program.text[0].bits = {0xffff'ffff'ffff'ffff, 0x0123'4567'89ab'cdef, 0, 0};
  const std::string text = disassemble(edge16(), program);
  EXPECT_NE(text.find(".insn 0x0123456789abcdefffffffffffffffff"), std::string::npos) << text;
  EXPECT_TRUE(assemble(edge16(), text, "text.s") == program);
}

} // namespace
} // namespace npuforge::assembler::test
