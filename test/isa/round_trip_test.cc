// A million words for each reference machine: a word decodes to an instruction that encodes to it,
// or is illegal. Random bits are nearly always illegal, so most words are drawn near legal ones.
#include <iostream>
#include <random>

#include <gtest/gtest.h>

#include "npuforge/isa/word.h"

namespace npuforge::isa {
namespace {

constexpr int kWords = 1'000'000;

class Words {
public:
  explicit Words(const Spec& spec) : spec_(spec) {}

  /// Of four words one is random bits, one random bits with an opcode and zeros where nothing is
  /// encoded, one random operands, one of those with a changed bit.
  Word draw() {
    const int kind = pick(4);
    if (kind == 0)
      return bits();
    const Instruction& instruction = spec_.instructions[pick(spec_.instructions.size())];
    if (kind == 1)
      return masked(instruction);
    Word word = encode(spec_, operands(instruction));
    if (kind == 3) {
      const int bit = pick(8 * spec_.word_bytes());
      word.bits[bit / 64] ^= uint64_t{1} << (bit % 64);
    }
    return word;
  }

private:
  int pick(std::size_t count) { return static_cast<int>(random_() % count); }

  Word bits() {
    Word word;
    for (int i = 0; i < spec_.word_bytes() / 8; ++i)
      word.bits[i] = random_();
    return word;
  }

  Word masked(const Instruction& instruction) {
    const Format& format = spec_.formats[instruction.format];
    const Word random = bits();
    Word word;
    for (const Field& field : format.fields)
      if (field.name == "opcode")
        word.set(field, instruction.opcode);
      else if (field.name == "wait" || field.name == "post")
        word.set(field, random.get(field) & 63);
    for (const Operand& operand : instruction.operands)
      for (int index : {operand.field, operand.offset, operand.base, operand.generator})
        if (index >= 0)
          word.set(format.fields[index], random.get(format.fields[index]));
    return word;
  }

  Decoded operands(const Instruction& instruction) {
    Decoded decoded{
        &instruction, static_cast<uint32_t>(pick(64)), static_cast<uint32_t>(pick(64)), {}};
    for (const Operand& operand : instruction.operands) {
      const auto [low, high] = value_range(spec_, instruction, operand);
      OperandBits bits;
      bits.value = low + static_cast<int64_t>(random_() % (high - low + 1));
      bits.base = operand.base < 0 ? 0 : pick(spec_.machine.sequencer.registers);
      bits.generator = operand.generator < 0 ? 0 : pick(spec_.machine.sequencer.generators);
      decoded.operands.push_back(bits);
    }
    return decoded;
  }

  const Spec& spec_;
  std::mt19937_64 random_{1};
};

class RoundTrip : public testing::TestWithParam<const char*> {};

TEST_P(RoundTrip, AWordDecodesToWhatEncodesToItOrIsIllegal) {
  const Spec spec = load_spec(find_machine(GetParam()));
  Words words(spec);
  int legal = 0;
  for (int i = 0; i < kWords; ++i) {
    const Word word = words.draw();
    const std::optional<Decoded> decoded = decode(spec, word);
    if (!decoded)
      continue;
    ++legal;
    ASSERT_EQ(encode(spec, *decoded), word) << decoded->instruction->mnemonic;
  }
  std::cout << GetParam() << ": " << legal << " legal words, " << kWords - legal << " illegal\n";
  EXPECT_GT(legal, kWords / 4);
  EXPECT_GT(kWords - legal, kWords / 4);
}

INSTANTIATE_TEST_SUITE_P(Machines, RoundTrip, testing::Values("edge16", "tile4", "npu16"),
                         [](const auto& info) { return std::string(info.param); });

} // namespace
} // namespace npuforge::isa
