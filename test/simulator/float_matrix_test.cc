// Matrices of floats against std::fma, for every type that npu16's array multiplies: values, among
// them what is no number, and the cycles of TIMING.md.
#include <bit>
#include <cmath>
#include <cstring>
#include <map>
#include <memory>
#include <random>

#include "run.h"

namespace npuforge::simulator {
namespace {

using isa::Type;

struct Case {
  const char* name;
  Type type;
  std::string preload, multiply;
};

constexpr int kSize = 16;         // rows and columns of the array
constexpr uint64_t kDram = 65536; // where the inputs lie
constexpr uint32_t kNan = 0x7fc00000;

/// The value of an element's bits; no code shared with the model.
float value(Type type, uint32_t bits) {
  if (type == Type::F32)
    return std::bit_cast<float>(bits);
  if (type == Type::BF16)
    return std::bit_cast<float>(bits << 16);
  const int exponent = static_cast<int>(bits >> 10 & 31), mantissa = static_cast<int>(bits & 1023);
  float magnitude = std::ldexp(static_cast<float>(exponent ? 1024 + mantissa : mantissa),
                               (exponent ? exponent : 1) - 25);
  if (exponent == 31)
    magnitude = mantissa ? NAN : INFINITY;
  return bits & 0x8000 ? -magnitude : magnitude;
}

uint32_t canonical(float value) {
  return std::isnan(value) ? kNan : std::bit_cast<uint32_t>(value);
}

class FloatMatrix : public testing::TestWithParam<Case> {
protected:
  static int bytes() { return isa::bytes_of(GetParam().type); }

  /// `text` after 16 KiB of elements were loaded to scratchpad 0. g1: `weights` rows of weights,
  /// g2: rows of activations one behind the other, g3: accumulator rows.
  static std::unique_ptr<Bench> bench(int weights, int rows, const std::string& text) {
    const std::string row = std::to_string(kSize * bytes());
    return std::make_unique<Bench>(
        "npu16", "ld [0, g0], [65536, g0], 16384 post(sequencer)\n sync wait(load)\n gen g1.0, " +
                     std::to_string(weights) + ", " + row + ", keep=0\n gen g2.0, " +
                     std::to_string(rows) + ", " + row + ", keep=0\n gen g3.0, " +
                     std::to_string(rows) + ", 1, keep=0\n" + text + "\n halt");
  }

  static uint32_t element(Bench& b, size_t index) {
    uint32_t bits = 0;
    const auto size = static_cast<size_t>(bytes());
    std::memcpy(&bits, b.simulator.dram().at(kDram + index * size, size).data(), size);
    return bits;
  }
  static float input(Bench& b, size_t index) { return value(GetParam().type, element(b, index)); }

  /// Numbers of moderate size, so that sums round; `wild`: any bits, with specials among them.
  static void fill(Bench& b, bool wild) {
    std::mt19937 random(wild ? 3 : 4);
    const auto size = static_cast<size_t>(bytes());
    const int mantissa = GetParam().type == Type::F16 ? 10 : GetParam().type == Type::BF16 ? 7 : 23;
    const uint32_t one = GetParam().type == Type::F16    ? 0x3c00
                         : GetParam().type == Type::BF16 ? 0x3f80
                                                         : 0x3f800000;
    for (size_t i = 0; i < 16384 / size; ++i) {
      uint32_t bits = one + (random() % 7 << mantissa) + (random() & ((1u << mantissa) - 1));
      bits |= (random() & 1) << (size * 8 - 1);
      if (wild && random() % 16 == 0)
        bits = static_cast<uint32_t>(random());
      if (wild && random() % 24 == 0) // a zero, a subnormal number, an infinity, a NaN
        bits = std::array{0u, 1u, ~0u << mantissa, ~0u}[random() % 4];
      std::memcpy(b.simulator.dram().at(kDram + i * size, size).data(), &bits, size);
    }
  }

  static uint32_t result(Bench& b, int row, int column) {
    return static_cast<uint32_t>(
        b.simulator.accumulator()[static_cast<size_t>(row * kSize + column)]);
  }
};

TEST_P(FloatMatrix, AColumnIsAChainOfFusedMultiplyAdds) {
  const int rows = 23, source = 64 * kSize; // elements before the activations
  for (bool wild : {false, true})
    for (int weights : {16, 5}) {
      const std::string multiply = GetParam().multiply + " [7, g3], [" +
                                   std::to_string(source * bytes()) + ", g2], fill=0, accumulate=";
      auto b = bench(weights, rows,
                     GetParam().preload + " [0, g1]\n" + multiply + "0, next=1\n" + multiply +
                         "1, next=0");
      fill(*b, wild);
      b->run();
      int numbers = 0;
      for (int row = 0; row < rows; ++row)
        for (int c = 0; c < kSize; ++c) {
          float sum = 0;
          for (int k = 0; k < weights; ++k)
            sum = std::fma(input(*b, static_cast<size_t>(source + row * kSize + k)),
                           input(*b, static_cast<size_t>(k * kSize + c)), sum);
          sum += sum;
          numbers += std::isfinite(sum);
          ASSERT_EQ(result(*b, 7 + row, c), canonical(sum)) << row << " " << c << " " << weights;
        }
      EXPECT_GE(numbers, wild ? 5 : rows * kSize);
      if (wild) {
        EXPECT_LT(numbers, rows * kSize) << "nothing special came by";
      }
    }
}

TEST_P(FloatMatrix, RowsOutsideAreTheFillRounded) {
  // Byte-aligned rows; what lies outside is 1 + 2^-20 + 2^-8, which bf16 and f16 round.
  const float fill_value = 1 + 0x1p-20F + 0x1p-8F;
  const std::map<Type, float> rounded{
      {Type::BF16, 1 + 0x1p-7F}, {Type::F16, 1 + 0x1p-8F}, {Type::F32, fill_value}};
  auto b =
      bench(16, 3,
            "genw g2.0, 3, " + std::to_string(bytes()) + ", 1, 2, keep=0\n" + GetParam().preload +
                " [0, g1]\n addi r5, r0, " + std::to_string(std::bit_cast<int32_t>(fill_value)) +
                "\n" + GetParam().multiply + " [0, g3], [" + std::to_string(2048 + bytes()) +
                ", g2], fill=r5, accumulate=0, next=1");
  fill(*b, false);
  b->run();
  for (int row = 0; row < 3; ++row)
    for (int c = 0; c < kSize; ++c) {
      float sum = 0;
      for (int k = 0; k < kSize; ++k)
        sum = std::fma(row == 1 ? input(*b, static_cast<size_t>(2048 / bytes() + 2 + k))
                                : rounded.at(GetParam().type),
                       input(*b, static_cast<size_t>(k * kSize + c)), sum);
      ASSERT_EQ(result(*b, row, c), canonical(sum)) << row << " " << c;
    }
}

TEST_P(FloatMatrix, BypassedRowsMeetNoZero) {
  auto b = bench(1, 1,
                 GetParam().preload + " [0, g1]\n" + GetParam().multiply +
                     " [0, g3], [2048, g2], fill=0, accumulate=0, next=1");
  fill(*b, false);
  const auto size = static_cast<size_t>(bytes());
  const uint32_t infinity = GetParam().type == Type::F16    ? 0x7c00
                            : GetParam().type == Type::BF16 ? 0x7f80
                                                            : 0x7f800000;
  std::memcpy(b->simulator.dram().at(kDram + 2048 + 3 * size, size).data(), &infinity, size);
  b->run();
  for (int c = 0; c < kSize; ++c)
    EXPECT_EQ(result(*b, 0, c),
              canonical(input(*b, 2048 / size) * input(*b, static_cast<size_t>(c))));
}

TEST_P(FloatMatrix, TakesTheCyclesOfTheContract) {
  const int s = bytes(), beats = s, stages = 2, rows = 16;
  auto b = bench(rows, 9,
                 "addi r5, r0, 65536\n" + GetParam().preload + " [0, g1]\n" + GetParam().multiply +
                     " [0, g3], [r5, g2], fill=0, accumulate=0, next=1"); // of another bank
  b->run();
  const InstructionEvent *preload = nullptr, *multiply = nullptr;
  for (const InstructionEvent& event : b->events) {
    if (event.unit == isa::Unit::Weights)
      preload = &event;
    if (event.unit == isa::Unit::Matrix)
      multiply = &event;
  }
  EXPECT_EQ(preload->complete - preload->issue, s * rows + 2);
  EXPECT_EQ(multiply->complete - multiply->issue, rows * stages + 16 + 2 + beats * 9);
  // The set may be taken before all of it is there: row j of the array is needed stages * j later.
  const int lead = std::max(0, s - beats + (s - stages) * (rows - 1));
  EXPECT_EQ(multiply->issue - preload->issue, std::max(1, lead + 1));
}

INSTANTIATE_TEST_SUITE_P(Types, FloatMatrix,
                         testing::Values(Case{"bf16", Type::BF16, "ldwb", "mmb"},
                                         Case{"f16", Type::F16, "ldwh", "mmh"},
                                         Case{"f32", Type::F32, "ldwf", "mmf"}),
                         [](const auto& info) { return std::string(info.param.name); });

TEST(FloatMatrixErrors, WeightsOfAnotherTypeAreNamed) {
  const std::string error =
      error_of("npu16", "gen g1.0, 2, 64, keep=0\n gen g2.0, 2, 1, keep=0\n ldwf [0, g1]\n"
                        "mmb [0, g2], [0, g1], fill=0, accumulate=0, next=1\n halt");
  EXPECT_NE(error.find("multiplies bf16 with weights that were preloaded as f32"),
            std::string::npos)
      << error;
}

} // namespace
} // namespace npuforge::simulator
