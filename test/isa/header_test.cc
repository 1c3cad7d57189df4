// The generated C++ header, compiled by another compiler and in its own standard, against the
// library.
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <random>
#include <sstream>

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "npuforge/isa/generate.h"
#include "npuforge/isa/word.h"

namespace npuforge::isa {
namespace {

namespace fs = std::filesystem;

class HeaderTest : public testing::Test {
protected:
  void SetUp() override {
    directory_ = fs::path(testing::TempDir()) /
                 fmt::format("npuforge-header-{}-{}", ::getpid(),
                             testing::UnitTest::GetInstance()->current_test_info()->name());
    fs::create_directories(directory_);
  }
  void TearDown() override { fs::remove_all(directory_); }

  void compile(const Spec& spec, const std::string& machine) {
    generate_cpp(spec, directory_);
    const std::string command =
        fmt::format("g++ -std=c++17 -O1 -Wall -Wextra -Wpedantic -Werror -DHEADER='\"{0}/{1}.h\"' "
                    "-DMACHINE={2} "
                    "{3}/test/isa/Inputs/header_driver.cc -o {0}/driver",
                    directory_.string(), spec.machine.name, machine, NPUFORGE_SOURCE_DIR);
    ASSERT_EQ(std::system(command.c_str()), 0) << command;
  }

  std::vector<std::string> answers(const std::string& requests) {
    std::ofstream(directory_ / "requests") << requests;
    const std::string command =
        fmt::format("{0}/driver < {0}/requests > {0}/answers", directory_.string());
    EXPECT_EQ(std::system(command.c_str()), 0);
    std::ifstream stream(directory_ / "answers");
    std::vector<std::string> lines;
    for (std::string line; std::getline(stream, line);)
      lines.push_back(line);
    return lines;
  }

  int64_t pick(int64_t low, int64_t high) {
    return std::uniform_int_distribution<int64_t>(low, high)(random_);
  }

  /// Mostly legal; one in ten has a number just outside its range.
  Decoded random_instruction(const Spec& spec) {
    const Instruction& instruction =
        spec.instructions[pick(0, int64_t(spec.instructions.size()) - 1)];
    Decoded decoded{&instruction, uint32_t(pick(0, 63)), uint32_t(pick(0, 63)), {}};
    for (const Operand& operand : instruction.operands) {
      auto [low, high] = value_range(spec, instruction, operand);
      const int64_t dice = pick(0, 99);
      OperandBits bits;
      bits.value = dice == 0   ? low - 1
                   : dice == 1 ? high + 1
                   : dice < 10 ? low
                   : dice < 20 ? high
                               : pick(low, high);
      if (operand.base >= 0)
        bits.base = int(pick(0, spec.machine.sequencer.registers - (pick(0, 99) ? 1 : 0)));
      if (operand.generator >= 0)
        bits.generator = int(pick(0, spec.machine.sequencer.generators - (pick(0, 99) ? 1 : 0)));
      decoded.operands.push_back(bits);
    }
    if (pick(0, 99) == 0)
      decoded.post = 64;
    return decoded;
  }

  /// Noise with a real opcode, which ends in zeros as real words do, or noise alone.
  Word random_word(const Spec& spec) {
    Word word;
    for (int part = 0; part < spec.word_bytes() / 8; ++part)
      word.bits[part] = random_();
    if (pick(0, 3) == 0)
      return word;
    for (int64_t bit = pick(8, 8 * spec.word_bytes()); bit < 8 * spec.word_bytes(); ++bit)
      word.bits[bit / 64] &= ~(uint64_t{1} << (bit % 64));
    const int64_t index = pick(0, int64_t(spec.instructions.size()) - 1);
    word.set(*spec.formats[0].find("opcode"), spec.instructions[index].opcode);
    return word;
  }

  void compare(const Spec& spec, const std::string& machine, int rounds) {
    compile(spec, machine);
    if (HasFatalFailure())
      return;
    std::string requests;
    std::vector<std::string> expected;
    int legal = 0, refused = 0;
    for (int round = 0; round < rounds; ++round) {
      const Word word = random_word(spec);
      requests += "word " + text_of(spec, word) + "\n";
      const auto decoded = decode(spec, word);
      expected.push_back(decoded ? text_of(*decoded) : "illegal");
      legal += decoded.has_value();
      const Decoded instruction = random_instruction(spec);
      requests += "instruction " + text_of(instruction) + "\n";
      try {
        const Word encoded = encode(spec, instruction);
        expected.push_back(text_of(spec, encoded));
        requests += "word " + text_of(spec, encoded) + "\n"; // and back
        expected.push_back(text_of(instruction));
      } catch (const std::out_of_range&) {
        expected.push_back("refused");
        ++refused;
      }
    }
    expected.push_back(spec.machine.name + " " + spec.hash);
    EXPECT_GT(legal, rounds / 100);
    EXPECT_GT(refused, rounds / 100);
    const std::vector<std::string> lines = answers(requests);
    ASSERT_EQ(lines.size(), expected.size());
    for (std::size_t i = 0; i < lines.size(); ++i)
      ASSERT_EQ(lines[i], expected[i]) << "answer " << i;
  }

private:
  static std::string text_of(const Spec& spec, const Word& word) {
    std::string text;
    for (int part = 0; part < spec.word_bytes() / 8; ++part)
      text += fmt::format("{:016x} ", word.bits[part]);
    return text;
  }
  static std::string text_of(const Decoded& decoded) {
    std::string text =
        fmt::format("{} {} {}", decoded.instruction->opcode, decoded.wait, decoded.post);
    for (const OperandBits& bits : decoded.operands)
      text += fmt::format(" {} {} {}", bits.value, bits.base, bits.generator);
    return text;
  }

  fs::path directory_;
  std::mt19937_64 random_{7};
};

const fs::path kMachines = NPUFORGE_MACHINE_DIR;

TEST_F(HeaderTest, DecodesAndEncodesAsTheLibraryDoes) {
  compare(load_spec(kMachines / "edge16.yaml"), "edge16", 100'000);
}

TEST_F(HeaderTest, NarrowWordsAndRangesSmallerThanTheirFields) {
  compare(load_spec(fs::path(NPUFORGE_SOURCE_DIR) / "test/isa/small.yaml"), "small", 20'000);
  Spec few = parse_spec("base: edge16.yaml\nname: few\n"
                        "machine: {sequencer: {registers: 20, generators: 9, levels: 3}}\n",
                        kMachines / "few.yaml");
  compare(few, "few", 20'000);
}

TEST_F(HeaderTest, NamesThatAreWordsOfCppOrOfTheHeader) {
  Spec spec = load_spec(kMachines / "edge16.yaml");
  spec.machine.name = "register";
  const char* names[] = {"xor", "int", "decode", "detail", "a.b", "a_b", "std", "sizes"};
  for (std::size_t i = 0; i < std::size(names); ++i)
    spec.instructions[i].mnemonic = names[i];
  spec.instructions[0].operands[0].name = "wait";
  spec.instructions[0].operands[1].name = "xor_";
  spec.instructions[0].operands[2].name = "class";
  spec.instructions[0].prose = "Ends in a backslash \\";
  compare(spec, "register_", 2'000);
}

} // namespace
} // namespace npuforge::isa
