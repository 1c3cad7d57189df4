// Peak rates: the units reach what the machine's sizes promise.
#include "run.h"

namespace npuforge::simulator {
namespace {

TEST(Rate, MatrixRunsWithoutABubble) {
  Bench bench("edge16", "gen g1.0, 128, 16, keep=0\n gen g2.0, 128, 1, keep=0\n loop 100, end\n"
                        "mm [0, g2], [0, g1], fill=0, accumulate=1, next=0\nend: halt");
  RunStats stats = bench.run();
  EXPECT_EQ(stats.units[3].busy, 100 * 128);
  EXPECT_EQ(bench.events[3 + 99].issue - bench.events[3].issue, 99 * 128);
}

TEST(Rate, ATileOfWeightsEverySixteenCycles) {
  // With one row for each set the weights are the limit: 16 cycles a tile; the multiplies hide
  // behind them.
  Bench bench("edge16",
              "gen g1.0, 16, 16, keep=0\n addi r1, r0, 65536\n loop 50, end\n ldw [0, g1]\n"
              "mm [0, g0], [r1, g0], fill=0, accumulate=1, next=1\nend: halt");
  bench.run();
  int64_t first = bench.events[3 + 2 * 10].issue, last = bench.events[3 + 2 * 40].issue;
  EXPECT_EQ(last - first, 30 * 16);
}

TEST(Rate, LoadMovesABeatACycle) {
  Bench bench("edge16", "loop 8, end\n ld [0, g0], [4096, g0], 32768\n sync\nend: halt");
  RunStats stats = bench.run();
  EXPECT_EQ(stats.dram_read, 8 * 32768);
  EXPECT_EQ(bench.events[1 + 2 * 7].complete - bench.events[1].complete, 7 * 2048);
}

TEST(Rate, VectorComputesARowACycle) {
  Bench bench("edge16",
              "gen g1.0, 1000, 16, keep=0\n loop 10, end\n vfill [0, g1], l0\n sync\nend: halt");
  RunStats stats = bench.run();
  EXPECT_EQ(stats.units[4].busy, 10000);
  EXPECT_EQ(bench.events[2 + 2 * 9].issue - bench.events[2].issue, 9 * 1000);
}

} // namespace
} // namespace npuforge::simulator
