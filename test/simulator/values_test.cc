// Values against straightforward C++.
#include <algorithm>
#include <cmath>
#include <cstring>
#include <random>

#include "run.h"

namespace npuforge::simulator {
namespace {

/// Half to even, by way of long double: no code shared with the model.
int64_t rounded(int64_t value, int shift) {
  long double exact = static_cast<long double>(value) / std::pow(2.0L, shift);
  return static_cast<int64_t>(std::nearbyintl(exact));
}

int8_t requantised(int64_t sum, int64_t mult, int shift, int zero, int low, int high) {
  return static_cast<int8_t>(std::clamp<int64_t>(rounded(sum * mult, shift) + zero, low, high));
}

/// Loads 16 KiB of random bytes to scratchpad 0 and, for later, to bank 4; then runs `text`, which
/// waits for them where it must.
struct Values : Bench {
  Values(const std::string& machine, int bytes, const std::string& text)
      : Bench(
            machine,
            "ld [0, g0], [65536, g0], " + std::to_string(bytes) +
                " post(sequencer)\n sync wait(load)\n addi r1, r0, 65536\n addi r2, r0, 131072\n" +
                text) {
    fill_dram(65536, static_cast<size_t>(bytes), 7);
  }
  int8_t in(size_t address) {
    return static_cast<int8_t>(simulator.dram().at(65536 + address, 1)[0]);
  }
};

class Multiply : public testing::TestWithParam<const char*> {};

TEST_P(Multiply, AccumulatesWindowsAndFills) {
  // 5 x 7 positions of a 3 x 9 window: rows outside read the fill value; byte-aligned rows, 3 bytes
  // apart; sums go to rows in another order, and the second multiply adds.
  std::string cols = std::to_string(spec_of(GetParam()).machine.array.cols);
  Values b(GetParam(), 2048,
           "gen g1.0, " + cols + ", " + cols +
               ", keep=0\n ldw [0, g1] post(matrix)\n"
               "genw g2.0, 9, 3, 1, 7, keep=0\n genw g2.1, 5, 31, -2, 4, keep=1\n"
               "gen g3.0, 9, 5, keep=0\n gen g3.1, 5, 1, keep=1\n"
               "mm [10, g3], [301, g2], fill=-5, accumulate=0, next=1\n"
               "mm [10, g3], [702, g2], fill=-1, accumulate=1, next=0\n halt");
  b.run();
  const int n = b.spec.machine.array.cols;
  for (int y = 0; y < 5; ++y)
    for (int x = 0; x < 9; ++x)
      for (int c = 0; c < n; ++c) {
        int32_t want = 0;
        for (auto [base, fill] : {std::pair{301, -5}, std::pair{702, -1}})
          for (int k = 0; k < n; ++k) {
            bool inside = x >= 1 && x < 7 && y < 4;
            int a = inside ? b.in(static_cast<size_t>(base + x * 3 + y * 31 + k)) : fill;
            want += a * b.in(static_cast<size_t>(k * n + c));
          }
        ASSERT_EQ(b.simulator.accumulator()[static_cast<size_t>((10 + x * 5 + y) * n + c)], want)
            << x << " " << y << " " << c;
      }
}

TEST_P(Multiply, FewerWeightRowsBypassTheRest) {
  std::string cols = std::to_string(spec_of(GetParam()).machine.array.cols);
  Values b(GetParam(), 2048,
           "gen g1.0, 3, " + cols + ", keep=0\n ldw [0, g1]\n gen g2.0, 6, " + cols +
               ", keep=0\n gen g3.0, 6, 0, keep=0\n"
               "mm [1, g3], [512, g2], fill=0, accumulate=1, next=1\n halt");
  b.run();
  const int n = b.spec.machine.array.cols;
  for (int c = 0; c < n; ++c) { // six rows into one: each adds to what the one before left
    int32_t want = 0;
    for (int row = 0; row < 6; ++row)
      for (int k = 0; k < 3; ++k)
        want += b.in(static_cast<size_t>(512 + row * n + k)) * b.in(static_cast<size_t>(k * n + c));
    ASSERT_EQ(b.simulator.accumulator()[static_cast<size_t>(n + c)], want);
  }
}

INSTANTIATE_TEST_SUITE_P(Machines, Multiply, testing::Values("tile4", "edge16"));

TEST(Vector, Requantise) {
  // Accumulators by a multiply; bias loaded, the other parameters set. 40 rows: more than a block
  // of the kernel.
  Values b("edge16", 4096,
           "gen g1.0, 16, 16, keep=0\n ldw [0, g1]\n gen g2.0, 40, 16, keep=0\n gen g3.0, 40, 1, "
           "keep=0\n gen g4.0, 4, 16, keep=0\n"
           "mm [0, g3], [512, g2], fill=0, accumulate=0, next=1 post(vector)\n"
           "vld l0, [2048, g4]\n vset l1, 1103515245\n vset l2, 38\n vset l3, -7\n vset l4, -100\n "
           "vset l5, 90\n"
           "vrequant [r2, g2], [0, g3], bias=l0, mult=l1, shift=l2, zero=l3, low=l4, high=l5 "
           "wait(matrix)\n halt");
  b.fill_dram(65536 + 2048, 64, 9);
  for (size_t lane = 0; lane < 16; ++lane) // biases of a believable size
    std::memset(b.simulator.dram().at(65536 + 2048 + lane * 4 + 2, 2).data(), lane % 2 ? 0xff : 0,
                2);
  b.run();
  for (size_t row = 0; row < 40; ++row)
    for (size_t c = 0; c < 16; ++c) {
      int32_t bias;
      std::memcpy(&bias, b.simulator.dram().at(65536 + 2048 + c * 4, 4).data(), 4);
      int64_t sum = b.simulator.accumulator()[row * 16 + c] + bias;
      ASSERT_EQ(b.pad(131072 + row * 16 + c), requantised(sum, 1103515245, 38, -7, -100, 90))
          << row << " " << c;
    }
}

TEST(Vector, AddOfTwoScales) {
  Values b("edge16", 1024,
           "ld [r2, g0], [65536 + 4096, g0], 1024 post(sequencer)\n sync wait(load)\n gen g1.0, "
           "60, 16, keep=0\n"
           "vset l0, 5\n vset l1, 700001\n vset l2, -9\n vset l3, 500009\n vset l4, 20\n vset l5, "
           "3\n vset l6, -128\n vset l7, 127\n"
           "vadd [r1, g1], [0, g1], [r2, g1], zero_a=l0, mult_a=l1, zero_b=l2, mult_b=l3, "
           "shift=l4, zero=l5, low=l6, high=l7\n halt");
  b.fill_dram(65536 + 4096, 1024, 11);
  b.run();
  for (size_t i = 0; i < 960; ++i) {
    int64_t sum = (b.in(i)-5) * 700001ll + (b.in(4096 + i) + 9) * 500009ll;
    ASSERT_EQ(b.pad(65536 + i), requantised(sum, 1, 20, 3, -128, 127)) << i;
  }
}

TEST(Vector, MaximumOfWindows) {
  // 2 x 2 windows over 6 x 10 rows with a border: taps below, positions above; outside is the fill
  // lane.
  Values b(
      "edge16", 1024,
      "vset l0, -128\n vset l1, 100\n genw g1.0, 2, 16, 0, 2, keep=0\n gen g1.1, 2, 160, keep=1\n"
      "genw g1.2, 5, 32, 0, 4, keep=1\n gen g1.3, 3, 320, keep=1\n gen g2.0, 15, 16, keep=0\n"
      "vmaxpool [r1, g2], [0, g1], levels=2, fill=l0, low=l0, high=l1\n halt");
  b.run();
  for (size_t y = 0; y < 3; ++y)
    for (size_t x = 0; x < 5; ++x)
      for (size_t c = 0; c < 16; ++c) {
        int want = -128;
        for (size_t ky = 0; ky < 2; ++ky)
          for (size_t kx = 0; kx < 2; ++kx)
            if (x < 4)
              want = std::max<int>(want, b.in((y * 2 + ky) * 160 + (x * 2 + kx) * 16 + c));
        ASSERT_EQ(b.pad(65536 + (y * 5 + x) * 16 + c), std::min(want, 100))
            << y << " " << x << " " << c;
      }
}

TEST(Vector, DepthwiseConvolution) {
  // 3 taps in a row, 50 positions, weights in another bank; the border has the zero point's value.
  Values b("edge16", 1024,
           "ld [r2, g0], [65536 + 4096, g0], 48 post(sequencer)\n sync wait(load)\n"
           "vset l0, 17\n vset l1, 12345\n vset l2, 16\n vset l3, -3\n vset l4, -128\n vset l5, "
           "127\n vset l6, 4\n"
           "gen g1.0, 3, 16, keep=0\n genw g1.1, 50, 16, 0, 48, keep=1\n gen g2.0, 3, 16, keep=0\n "
           "gen g2.1, 50, 0, keep=1\n"
           "gen g3.0, 50, 16, keep=0\n"
           "vdwconv [r1, g3], [0, g1], [r2, g2], levels=1, fill=l6, bias=l0, mult=l1, shift=l2, "
           "zero=l3, low=l4, high=l5\n halt");
  b.fill_dram(65536 + 4096, 48, 13);
  b.run();
  for (size_t x = 0; x < 50; ++x)
    for (size_t c = 0; c < 16; ++c) {
      int64_t sum = 17;
      for (size_t k = 0; k < 3; ++k)
        sum += (x < 48 ? b.in((x + k) * 16 + c) : 4) * b.in(4096 + k * 16 + c);
      ASSERT_EQ(b.pad(65536 + x * 16 + c), requantised(sum, 12345, 16, -3, -128, 127))
          << x << " " << c;
    }
}

TEST(Vector, FillOfANarrowStreamIsTheLowByte) {
  Values b("tile4", 64,
           "vset l0, 300\n vset l1, -128\n vset l2, 127\n genw g1.0, 2, 4, 0, 0, keep=0\n gen "
           "g2.0, 1, 4, keep=0\n"
           "vmaxpool [2048, g2], [0, g1], levels=1, fill=l0, low=l1, high=l2\n halt");
  b.run();
  EXPECT_EQ(b.pad(2048), 300 - 256);
}

TEST(Values, TimingOnlyHasTheSameCycles) {
  std::string text =
      "addi r2, r0, 131072\n ld [0, g0], [65536, g0], 512 post(weights)\n gen g1.0, 16, 16, "
      "keep=0\n ldw [0, g1] wait(load) post(matrix)\n"
      "gen g2.0, 32, 1, keep=0\n gen g1.0, 32, 16, keep=0\n"
      "mm [0, g2], [0, g1], fill=0, accumulate=0, next=1 wait(weights) post(vector)\n"
      "vrequant [r2, g1], [0, g2], bias=l0, mult=l0, shift=l0, zero=l0, low=l0, high=l0 "
      "wait(matrix) post(store)\n"
      "st [131072, g0], [r2, g0], 512 wait(vector)\n halt";
  Bench values("edge16", text), timing("edge16", text, {.timing_only = true});
  EXPECT_EQ(values.run().cycles, timing.run().cycles);
  for (size_t i = 0; i < values.events.size(); ++i)
    EXPECT_EQ(values.events[i].complete, timing.events[i].complete) << i;
}

TEST(Values, RunsAgainAfterLoad) {
  Values b("tile4", 64, "st [0x20000, g0], [0, g0], 64\n halt");
  RunStats first = b.run();
  b.simulator.load(b.program);
  b.fill_dram(65536, 64, 21);
  RunStats second = b.run();
  EXPECT_EQ(first.cycles, second.cycles);
  EXPECT_EQ(std::memcmp(b.simulator.dram().at(0x20000, 64).data(),
                        b.simulator.dram().at(65536, 64).data(), 64),
            0);
}

} // namespace
} // namespace npuforge::simulator
