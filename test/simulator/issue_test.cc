// The issue arbiter: order, tokens, ports, weight sets. edge16 unless said: the first instruction executes in 118; what is
// dispatched in t can issue in t+2. X = 16 + 16 + 2 = 34.
#include "run.h"

namespace npuforge::simulator {
namespace {

const std::string kGens = "gen g1.0, 50, 16, keep=0\n gen g2.0, 50, 1, keep=0\n"; // rows of scratchpad, of accumulator: 118, 119

TEST(Issue, BackToBackWithoutABubble) {
  Bench bench("edge16", kGens + "mm [0, g2], [0, g1], fill=0, accumulate=0, next=0\n"
                                "mm [50, g2], [0, g1], fill=0, accumulate=0, next=0\n halt");
  bench.run();
  EXPECT_EQ(bench.events[2].issue, 122);
  EXPECT_EQ(bench.events[2].complete, 122 + 34 + 50);
  EXPECT_EQ(bench.events[3].issue, 172);
}

TEST(Issue, TokenIsSeenInTheCycleOfCompletion) {
  // ld dispatched in 120, issues in 122: 16 bytes, 1 beat: accepted in 123, on R in 223, written in 224, complete in 225.
  Bench bench("edge16", kGens + "ld [0, g0], [4096, g0], 16 post(matrix)\n"
                                "mm [0, g2], [0, g1], fill=0, accumulate=0, next=0 wait(load)\n halt");
  bench.run();
  EXPECT_EQ(bench.events[2].complete, 225);
  EXPECT_EQ(bench.events[3].issue, 226); // the test of cycle 225 sees it
}

const std::string kRequant = "vrequant [131072, g1], [100, g2], bias=l0, mult=l0, shift=l0, zero=l0, low=l0, high=l0\n";
const std::string kOlder = kGens + "mm [0, g2], [0, g1], fill=0, accumulate=1, next=0\n" + kRequant;

TEST(Issue, OlderRequestBlocksYoungerOnItsPorts) {
  // The first multiply issues in 122 and holds the read port of accumulator bank 0 until 122 + 33 + 50 = 205. The
  // requantisation (rows 100.. of the same bank) issues in 205 and holds it until 255. The second multiply could have issued
  // in 172, but the older candidate claims the port; it issues when 255 <= I + 33.
  Bench bench("edge16", kOlder + "mm [50, g2], [0, g1], fill=0, accumulate=1, next=0\n halt");
  RunStats stats = bench.run();
  EXPECT_EQ(bench.events[3].issue, 205);
  EXPECT_EQ(bench.events[3].complete, 205 + 5 + 50);
  EXPECT_EQ(bench.events[4].issue, 222);
  EXPECT_GT(stats.port_conflicts[3][4], 0);
  EXPECT_GT(stats.port_conflicts[4][3], 0);
}

TEST(Issue, OtherBanksAreNotBlocked) {
  // The same, with the second multiply in bank 1 (rows 256..): nothing in its way but the first one's front.
  Bench bench("edge16", kOlder + "mm [256, g2], [0, g1], fill=0, accumulate=1, next=0\n halt");
  bench.run();
  EXPECT_EQ(bench.events[4].issue, 172);
}

TEST(Issue, PreloadsWaitForASet) {
  // Three sets, one of them active: two preloads go, the third waits until the first swap has retired a set. Loads are
  // dispatched in 119, 120, 121 (16 rows each): 121, 137, and the third not before the multiply's set is free. The multiply
  // (next=1), dispatched in 122, needs a loaded set, there from 121 on: issues in 124; its old set is free in 124 + 16 = 140, when
  // the third is a candidate (its front is free too, 153 is later): 153.
  Bench bench("edge16", "gen g1.0, 16, 16, keep=0\n ldw [0, g1]\n ldw [32768, g1]\n ldw [65536, g1]\n"
                        "mm [0, g2], [98304, g0], fill=0, accumulate=0, next=1\n halt");
  bench.run();
  EXPECT_EQ(bench.events[1].issue, 121);
  EXPECT_EQ(bench.events[2].issue, 137);
  EXPECT_EQ(bench.events[3].issue, 153);
  EXPECT_EQ(bench.events[4].issue, 124);
}

TEST(Issue, PreloadIssuesWhenTheRetiredSetIsFree) {
  // As above, but the multiply waits for a vector instruction that completes late: vfill of 40 rows, dispatched in 120, issues in
  // 122, completes in 122 + 5 + 40 = 167: the multiply issues in 168; the set is free in 184, the test of 184 sees it: 185.
  Bench bench("edge16", "gen g1.0, 16, 16, keep=0\n gen g3.0, 40, 16, keep=0\n vfill [196608, g3], l0 post(matrix)\n"
                        "ldw [0, g1]\n ldw [32768, g1]\n ldw [65536, g1]\n"
                        "mm [0, g2], [98304, g0], fill=0, accumulate=0, next=1 wait(vector)\n halt");
  RunStats stats = bench.run();
  EXPECT_EQ(bench.events[6].issue, 168);
  EXPECT_EQ(bench.events[5].issue, 185);
  EXPECT_GT(stats.units[2].stalls[static_cast<int>(Stall::WeightSet)], 0);
}

TEST(Issue, PostWaitsForRoom) {
  // tile4 counts to 3: the fourth post waits until the load takes one. The first three vsets (dispatched 38..40) issue in
  // 40..42; the fourth, dispatched in 41, waits. The load, dispatched in 76 (line 1), takes a token when it issues, in 78: the
  // fourth's test of 78 sees the room: 79.
  Bench bench("tile4", "vset l0, 1 post(load)\n vset l1, 1 post(load)\n vset l2, 1 post(load)\n vset l3, 1 post(load)\n"
                       "ld [0, g0], [4096, g0], 16 wait(vector)\n halt");
  RunStats stats = bench.run();
  EXPECT_EQ(bench.events[2].issue, 42);
  EXPECT_EQ(bench.events[4].issue, 78);
  EXPECT_EQ(bench.events[3].issue, 79);
  EXPECT_EQ(stats.units[4].stalls[static_cast<int>(Stall::Post)], 79 - 43);
}

TEST(Issue, VectorLatencies) {
  // Map and reduction of 48 rows: C = I + 5 + 48; loading lanes: the same closed form; vset: one step.
  Bench bench("edge16", "gen g1.0, 4, 16, keep=0\n gen g1.1, 12, 64, keep=1\n gen g2.0, 12, 16, keep=0\n"
                        "vset l0, 3\n vld l1, [0, g2]\n vmaxpool [65536, g2], [0, g1], levels=1, fill=l0, low=l0, high=l0\n halt");
  bench.run();
  EXPECT_EQ(bench.events[3].issue, 123);
  EXPECT_EQ(bench.events[3].complete, 123 + 5 + 1);
  EXPECT_EQ(bench.events[4].issue, 124);
  EXPECT_EQ(bench.events[4].complete, 124 + 5 + 12);
  EXPECT_EQ(bench.events[5].issue, 136);
  EXPECT_EQ(bench.events[5].complete, 136 + 5 + 48);
}

} // namespace
} // namespace npuforge::simulator
