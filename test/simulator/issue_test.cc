// The issue arbiter: order, tokens, ports, weight sets. edge16 unless said: the first instruction
// executes in 118; what is dispatched in t can issue in t+2. X = 16 + 16 + 2 = 34.
#include "run.h"

namespace npuforge::simulator {
namespace {

// Rows of scratchpad, of accumulator, and the first byte of scratchpad bank 4: executed in 118,
// 119, 120.
const std::string kGens =
    "gen g1.0, 50, 16, keep=0\n gen g2.0, 50, 1, keep=0\n addi r1, r0, 131072\n";

TEST(Issue, BackToBackWithoutABubble) {
  Bench bench("edge16", kGens + "mm [0, g2], [0, g1], fill=0, accumulate=0, next=0\n"
                                "mm [50, g2], [0, g1], fill=0, accumulate=0, next=0\n halt");
  bench.run();
  EXPECT_EQ(bench.events[3].issue, 123);
  EXPECT_EQ(bench.events[3].complete, 123 + 34 + 50);
  EXPECT_EQ(bench.events[4].issue, 173);
}

TEST(Issue, TokenIsSeenInTheCycleOfCompletion) {
  // ld dispatched in 121, issues in 123: 16 bytes, 1 beat: accepted in 124, on R in 224, written in
  // 225, complete in 226.
  Bench bench("edge16", kGens +
                            "ld [0, g0], [4096, g0], 16 post(matrix)\n"
                            "mm [0, g2], [0, g1], fill=0, accumulate=0, next=0 wait(load)\n halt");
  bench.run();
  EXPECT_EQ(bench.events[3].complete, 226);
  EXPECT_EQ(bench.events[4].issue, 227); // the test of cycle 226 sees it
}

const std::string kRequant =
    "vrequant [r1, g1], [100, g2], bias=l0, mult=l0, shift=l0, zero=l0, low=l0, high=l0\n";
const std::string kOlder = kGens + "mm [0, g2], [0, g1], fill=0, accumulate=1, next=0\n" + kRequant;

TEST(Issue, OlderRequestBlocksYoungerOnItsPorts) {
  // The first multiply issues in 123 and holds the read port of accumulator bank 0 until 123 + 33 +
  // 50 = 206. The requantisation (rows 100.. of the same bank) issues in 206 and holds it until
  // 256. The second multiply could have issued in 173, but the older candidate claims the port; it
  // issues when 256 <= I + 33.
  Bench bench("edge16", kOlder + "mm [50, g2], [0, g1], fill=0, accumulate=1, next=0\n halt");
  RunStats stats = bench.run();
  EXPECT_EQ(bench.events[4].issue, 206);
  EXPECT_EQ(bench.events[4].complete, 206 + 5 + 50);
  EXPECT_EQ(bench.events[5].issue, 223);
  EXPECT_GT(stats.port_conflicts[3][4], 0);
  EXPECT_GT(stats.port_conflicts[4][3], 0);
}

TEST(Issue, OtherBanksAreNotBlocked) {
  // The same, with the second multiply in bank 1 (rows 256..): nothing in its way but the first
  // one's front.
  Bench bench("edge16", kOlder + "mm [256, g2], [0, g1], fill=0, accumulate=1, next=0\n halt");
  bench.run();
  EXPECT_EQ(bench.events[5].issue, 173);
}

TEST(Issue, PreloadsWaitForASet) {
  // Three sets, one of them active. Preloads of 16 rows are dispatched in 120, 121, 122: they issue
  // in 122, 138, and the third when the first multiply has retired a set. That one (next=1),
  // dispatched in 123, needs a loaded set, there from 122 on: it issues in 125, and its old set is
  // free in 125 + 16 = 141. The third is held up by its front alone: 154.
  Bench bench("edge16", "gen g1.0, 16, 16, keep=0\n addi r1, r0, 131072\n ldw [0, g1]\n ldw [256, "
                        "g1]\n ldw [512, g1]\n"
                        "mm [0, g0], [r1, g0], fill=0, accumulate=0, next=1\n halt");
  bench.run();
  EXPECT_EQ(bench.events[2].issue, 122);
  EXPECT_EQ(bench.events[3].issue, 138);
  EXPECT_EQ(bench.events[4].issue, 154);
  EXPECT_EQ(bench.events[5].issue, 125);
}

TEST(Issue, PreloadIssuesWhenTheRetiredSetIsFree) {
  // As above, but the multiply waits for a vector instruction: vfill of 40 rows, dispatched in 121,
  // issues in 123, completes in 123 + 5 + 40 = 168: the multiply issues in 169; the set is free in
  // 185, the test of 185 sees it: 186.
  Bench bench("edge16",
              "gen g1.0, 16, 16, keep=0\n gen g3.0, 40, 16, keep=0\n addi r1, r0, 131072\n"
              "vfill [r1, g3], l0 post(matrix)\n ldw [0, g1]\n ldw [256, g1]\n ldw [512, g1]\n"
              "mm [0, g0], [16384, g0], fill=0, accumulate=0, next=1 wait(vector)\n halt");
  RunStats stats = bench.run();
  EXPECT_EQ(bench.events[3].issue, 123);
  EXPECT_EQ(bench.events[7].issue, 169);
  EXPECT_EQ(bench.events[6].issue, 186);
  EXPECT_GT(stats.units[2].stalls[static_cast<int>(Stall::WeightSet)], 0);
}

TEST(Issue, PostWaitsForRoom) {
  // tile4 counts to 3: the fourth post waits until the load takes one. The first three vsets
  // (dispatched 38..40) issue in 40..42; the fourth, dispatched in 41, waits. The load, dispatched
  // in 76 (line 1), takes a token when it issues, in 78: the fourth's test of 78 sees the room: 79.
  Bench bench("tile4", "vset l0, 1 post(load)\n vset l1, 1 post(load)\n vset l2, 1 post(load)\n "
                       "vset l3, 1 post(load)\n"
                       "ld [0, g0], [4096, g0], 16 wait(vector)\n halt");
  RunStats stats = bench.run();
  EXPECT_EQ(bench.events[2].issue, 42);
  EXPECT_EQ(bench.events[4].issue, 78);
  EXPECT_EQ(bench.events[3].issue, 79);
  EXPECT_EQ(stats.units[4].stalls[static_cast<int>(Stall::Post)], 79 - 43);
}

TEST(Issue, VectorLatencies) {
  // C = I + 5 + rows, for maps, reductions and lane registers; vset is one row. The maps go to
  // another bank.
  Bench bench("edge16", "gen g1.0, 4, 16, keep=0\n gen g1.1, 12, 64, keep=1\n gen g2.0, 12, 16, "
                        "keep=0\n addi r1, r0, 131072\n"
                        "vset l0, 3\n vld l1, [0, g2]\n vmaxpool [r1, g2], [0, g1], levels=1, "
                        "fill=l0, low=l0, high=l0\n halt");
  bench.run();
  EXPECT_EQ(bench.events[4].issue, 124);
  EXPECT_EQ(bench.events[4].complete, 124 + 5 + 1);
  EXPECT_EQ(bench.events[5].issue, 125);
  EXPECT_EQ(bench.events[5].complete, 125 + 5 + 12);
  EXPECT_EQ(bench.events[6].issue, 137);
  EXPECT_EQ(bench.events[6].complete, 137 + 5 + 48);
}

} // namespace
} // namespace npuforge::simulator
