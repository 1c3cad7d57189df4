// Encoding and decoding against an oracle that shares nothing with the library: it reads the bits
// of the fields from the YAML itself and works on single bits.
#include <bitset>
#include <map>
#include <random>

#include <gtest/gtest.h>
#include <yaml-cpp/yaml.h>

#include "npuforge/isa/word.h"

namespace npuforge::isa {
namespace {

using Bits = std::bitset<256>;

const std::string kEdge16 = std::string(NPUFORGE_MACHINE_DIR) + "/edge16.yaml";

/// The oracle.
class Oracle {
public:
  explicit Oracle(const std::string& file) : yaml_(YAML::LoadFile(file)) {}

  Bits encode(const std::string& mnemonic, const Decoded& decoded) const {
    YAML::Node instruction = yaml_["instructions"][mnemonic];
    YAML::Node fields = yaml_["formats"][instruction["format"].as<std::string>()]["fields"];
    Bits bits;
    put(bits, fields["opcode"], instruction["opcode"].as<int64_t>());
    put(bits, fields["wait"], decoded.wait);
    put(bits, fields["post"], decoded.post);
    std::size_t i = 0;
    for (const auto& entry : instruction["operands"]) {
      const OperandBits& operand = decoded.operands.at(i++);
      YAML::Node own = entry.second["field"];
      YAML::Node field = fields[own ? own.as<std::string>() : entry.first.as<std::string>()];
      put(bits, field.IsMap() ? field["offset"] : field, operand.value);
      if (field.IsMap())
        put(bits, field["base"], operand.base);
      if (field.IsMap() && field["generator"])
        put(bits, field["generator"], operand.generator);
    }
    return bits;
  }

private:
  static void put(Bits& bits, const YAML::Node& field, int64_t value) {
    std::string text = field.as<std::string>();
    int high = std::stoi(text), low = std::stoi(text.substr(text.find(':') + 1));
    for (int bit = low; bit <= high; ++bit)
      bits[bit] = (value >> (bit - low)) & 1;
  }

  YAML::Node yaml_;
};

Bits bits_of(const Word& word) {
  Bits bits;
  for (int i = 0; i < 256; ++i)
    bits[i] = (word.bits[i / 64] >> (i % 64)) & 1;
  return bits;
}

class WordTest : public testing::Test {
protected:
  int64_t pick(int64_t low, int64_t high) {
    return std::uniform_int_distribution<int64_t>(low, high)(random_);
  }

  /// Random operands, the ends of the ranges more often than chance would have it.
  Decoded random_operands(const Instruction& instruction) {
    Decoded decoded{&instruction, uint32_t(pick(0, 63)), uint32_t(pick(0, 63)), {}};
    for (const Operand& operand : instruction.operands) {
      auto [low, high] = value_range(spec_, instruction, operand);
      OperandBits bits;
      int64_t dice = pick(0, 9);
      bits.value = dice == 0 ? low : dice == 1 ? high : pick(low, high);
      if (operand.base >= 0)
        bits.base = int(pick(0, spec_.machine.sequencer.registers - 1));
      if (operand.generator >= 0)
        bits.generator = int(pick(0, spec_.machine.sequencer.generators - 1));
      decoded.operands.push_back(bits);
    }
    return decoded;
  }

  Spec spec_ = load_spec(kEdge16);
  Oracle oracle_{kEdge16};
  std::mt19937_64 random_{20};
};

TEST_F(WordTest, RandomOperandsOfEveryInstructionEncodeAsTheOracleSaysAndDecodeBack) {
  for (const Instruction& instruction : spec_.instructions) {
    for (int round = 0; round < 300; ++round) {
      Decoded decoded = random_operands(instruction);
      Word word = encode(spec_, decoded);
      ASSERT_EQ(bits_of(word), oracle_.encode(instruction.mnemonic, decoded))
          << instruction.mnemonic;
      auto back = decode(spec_, word);
      ASSERT_TRUE(back) << instruction.mnemonic;
      EXPECT_EQ(back->instruction, &instruction);
      EXPECT_EQ(back->wait, decoded.wait);
      EXPECT_EQ(back->post, decoded.post);
      EXPECT_EQ(back->operands, decoded.operands) << instruction.mnemonic;
    }
  }
}

TEST_F(WordTest, RandomWordsDecodeOnlyToWhatEncodesToThem) {
  int legal = 0;
  for (int round = 0; round < 100'000; ++round) {
    Word word;
    word.bits[0] = random_();
    word.bits[1] = random_();
    // Random words are hardly ever legal; most get a real opcode, and many end in zeros as real
    // words do.
    if (round % 4)
      word.set(*spec_.formats[0].find("opcode"),
               spec_.instructions[round % spec_.instructions.size()].opcode);
    if (round % 2)
      word.bits[1] &= (uint64_t{1} << pick(0, 63)) - 1;
    auto decoded = decode(spec_, word);
    if (!decoded)
      continue;
    ++legal;
    ASSERT_EQ(encode(spec_, *decoded), word);
    ASSERT_EQ(oracle_.encode(decoded->instruction->mnemonic, *decoded), bits_of(word));
  }
  EXPECT_GT(legal, 5'000);
}

TEST_F(WordTest, EveryBitThatNoOperandOwnsMustBeZero) {
  for (const Instruction& instruction : spec_.instructions) {
    Decoded decoded{&instruction, 0, 0, std::vector<OperandBits>(instruction.operands.size())};
    Word zero = encode(spec_, decoded);
    Bits owned; // the bits that some operand or mask sets
    for (int round = 0; round < 200; ++round)
      owned |= oracle_.encode(instruction.mnemonic, random_operands(instruction));
    const Field& opcode = *spec_.formats[0].find("opcode");
    for (int bit = 0; bit < 8 * spec_.word_bytes(); ++bit) {
      if (bit >= opcode.low && bit <= opcode.high)
        continue;
      Word word = zero;
      word.bits[bit / 64] ^= uint64_t{1} << (bit % 64);
      EXPECT_EQ(decode(spec_, word).has_value(), owned[bit])
          << instruction.mnemonic << " bit " << bit;
    }
  }
}

TEST_F(WordTest, UnknownOpcodesDoNotDecode) {
  int known = 0;
  for (int opcode = 0; opcode < 256; ++opcode) {
    Word word;
    word.set(*spec_.formats[0].find("opcode"), opcode);
    bool decodes = decode(spec_, word).has_value();
    EXPECT_EQ(decodes, spec_.find_opcode(opcode) != nullptr);
    known += decodes;
  }
  EXPECT_EQ(known, int(spec_.instructions.size()));
}

TEST_F(WordTest, NumbersJustOutsideTheirRangeAreRefusedByName) {
  for (const Instruction& instruction : spec_.instructions) {
    for (std::size_t i = 0; i < instruction.operands.size(); ++i) {
      auto [low, high] = value_range(spec_, instruction, instruction.operands[i]);
      for (int64_t value : {low - 1, high + 1}) {
        Decoded decoded{&instruction, 0, 0, std::vector<OperandBits>(instruction.operands.size())};
        decoded.operands[i].value = value;
        try {
          encode(spec_, decoded);
          ADD_FAILURE() << instruction.mnemonic << " takes " << value;
        } catch (const std::out_of_range& error) {
          EXPECT_NE(std::string(error.what()).find(instruction.operands[i].name), std::string::npos)
              << error.what();
        }
      }
    }
  }
}

TEST_F(WordTest, RegistersGeneratorsAndMasksAreChecked) {
  for (const Instruction& instruction : spec_.instructions) {
    Decoded zero{&instruction, 0, 0, std::vector<OperandBits>(instruction.operands.size())};
    Decoded bad = zero;
    bad.wait = 64;
    EXPECT_THROW(encode(spec_, bad), std::out_of_range);
    bad = zero;
    bad.operands.emplace_back();
    EXPECT_THROW(encode(spec_, bad), std::out_of_range);
    for (std::size_t i = 0; i < instruction.operands.size(); ++i) {
      bad = zero;
      bad.operands[i].base =
          instruction.operands[i].base >= 0 ? spec_.machine.sequencer.registers : 1;
      EXPECT_THROW(encode(spec_, bad), std::out_of_range);
      bad = zero;
      bad.operands[i].generator =
          instruction.operands[i].generator >= 0 ? spec_.machine.sequencer.generators : 1;
      EXPECT_THROW(encode(spec_, bad), std::out_of_range);
    }
  }
}

TEST_F(WordTest, NumbersOfAMachineSmallerThanItsFieldsDoNotDecode) {
  Spec spec = parse_spec(
      "base: edge16.yaml\nmachine: {sequencer: {registers: 20, generators: 9, levels: 3}}\n",
      std::string(NPUFORGE_MACHINE_DIR) + "/few.yaml");
  int decoded = 0, refused = 0;
  for (const Instruction& instruction : spec_.instructions) {
    for (int round = 0; round < 100; ++round) {
      Decoded full = random_operands(instruction);
      bool legal = true;
      for (std::size_t i = 0; i < full.operands.size(); ++i) {
        OperandKind kind = instruction.operands[i].kind;
        const OperandBits& bits = full.operands[i];
        legal = legal && bits.base < 20 && bits.generator < 9 &&
                (kind != OperandKind::Register || bits.value < 20) &&
                (kind != OperandKind::Generator || bits.value < 9) &&
                (kind != OperandKind::Level || bits.value < 3);
      }
      EXPECT_EQ(decode(spec, encode(spec_, full)).has_value(), legal) << instruction.mnemonic;
      (legal ? decoded : refused)++;
    }
  }
  EXPECT_GT(decoded, 100);
  EXPECT_GT(refused, 100);
}

TEST_F(WordTest, BytesAreLittleEndian) {
  Word word;
  for (int i = 0; i < 16; ++i)
    word.bits[i / 8] |= uint64_t(i + 1) << (8 * (i % 8));
  std::array<std::byte, 16> bytes{};
  store_word(spec_, word, bytes);
  for (int i = 0; i < 16; ++i)
    EXPECT_EQ(int(bytes[i]), i + 1);
  EXPECT_EQ(load_word(spec_, bytes), word);
}

TEST(Word, FieldsMayCrossTheBordersOf64Bits) {
  std::mt19937_64 random(7);
  for (int low = 0; low < 250; ++low) {
    for (int bits : {1, 2, 6, 31, 32, 33, 63, 64}) {
      if (low + bits > 256)
        continue;
      Field field{"f", low + bits - 1, low};
      Word word;
      for (uint64_t& part : word.bits)
        part = random();
      Bits before = bits_of(word);
      uint64_t value = random() >> (64 - bits);
      word.set(field, value);
      ASSERT_EQ(word.get(field), value) << low << " " << bits;
      Bits after = bits_of(word);
      for (int bit = 0; bit < 256; ++bit)
        ASSERT_EQ(after[bit],
                  bit < low || bit >= low + bits ? before[bit] : bool((value >> (bit - low)) & 1));
    }
  }
}

} // namespace
} // namespace npuforge::isa
