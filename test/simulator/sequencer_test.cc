// Cycles of the sequencer and its cache. tile4: lines of 4 words are 16 beats, two bursts of 8;
// DRAM's latency is 20. A fill asked for in t is presented and granted in t+1, accepted in t+2; its
// second burst in t+3. Data start at t+22, the second burst follows: the last beat is in t+37, the
// line is valid in t+38.
#include "run.h"

namespace npuforge::simulator {
namespace {

TEST(Sequencer, FirstInstructionWaitsForItsLine) {
  Bench bench("tile4", "halt");
  RunStats stats = bench.run();
  EXPECT_EQ(bench.events[0].issue, 38);
  EXPECT_EQ(bench.events[0].complete, 39);
  EXPECT_EQ(stats.cycles, 39);
  EXPECT_EQ(stats.units[0].stalls[static_cast<int>(Stall::Fetch)], 38);
}

TEST(Sequencer, NextLineIsAskedForWhenThePreviousFillIsDone) {
  // Line 1 is asked for in 38 and valid in 76; line 0 runs in 38..41.
  Bench bench(
      "tile4",
      "addi r1, r0, 1\n addi r1, r1, 1\n addi r1, r1, 1\n addi r1, r1, 1\n addi r1, r1, 1\n halt");
  RunStats stats = bench.run();
  EXPECT_EQ(bench.events[3].issue, 41);
  EXPECT_EQ(bench.events[4].issue, 76);
  EXPECT_EQ(stats.cycles, 78);
}

TEST(Sequencer, BigMachineFillsALineInOneBurst) {
  // edge16: 16 beats in one burst, latency 100: accepted in 2, beats 102..117, valid in 118.
  Bench bench("edge16", "halt");
  EXPECT_EQ(bench.run().cycles, 119);
}

TEST(Sequencer, LoopsCostNothingPerTurn) {
  // loop in 38, three turns of two instructions in 39..44, then the next line (valid in 76) has the
  // halt.
  Bench bench("tile4", "loop 3, end\n addi r1, r1, 1\n addi r2, r2, 2\nend: sync\n halt");
  bench.run();
  ASSERT_EQ(bench.events.size(), 9u);
  EXPECT_EQ(bench.events[6].issue, 44);
  EXPECT_EQ(bench.events[6].pc, 2u);
  EXPECT_EQ(bench.events[7].issue, 45);
  EXPECT_EQ(bench.events[8].issue, 76);
}

TEST(Sequencer, LoopsNestAndEndTogether) {
  Bench bench("edge16", "loop 2, end\n loop 3, end\n addi r1, r1, 1\nend: halt");
  bench.run();
  // 118: outer; turns of: inner loop, three additions; no cycle in between.
  ASSERT_EQ(bench.events.size(), 1 + 2 * 4 + 1u);
  EXPECT_EQ(bench.events.back().issue, 118 + 9);
}

TEST(Sequencer, LoopOfZeroOrLessTurnsIsSkipped) {
  for (const char* count : {"r0", "r1"}) {
    Bench bench("edge16", "addi r1, r0, -1\n loop " + std::string(count) +
                              ", end\n addi r2, r2, 1\n addi r2, r2, 1\nend: halt");
    bench.run();
    ASSERT_EQ(bench.events.size(), 3u);
    EXPECT_EQ(bench.events[2].pc, 4u);
  }
}

TEST(Sequencer, BranchesTakeOneCycle) {
  Bench bench("edge16", "addi r1, r0, 3\nagain: addi r2, r2, 1\n blt r2, r1, again\n halt");
  bench.run();
  ASSERT_EQ(bench.events.size(), 1 + 3 * 2 + 1u);
  EXPECT_EQ(bench.events.back().issue, 118 + 7);
}

TEST(Sequencer, FullQueueStalls) {
  // edge16's queues hold 8. gens in 118, 119; the first multiply is dispatched in 120 and issues in
  // 122 for 100 rows. Those dispatched in 121..128 fill the queue: in 129 there are 8. The second
  // issues in 222: its place is free then.
  std::string text = "gen g1.0, 100, 16, keep=0\n gen g2.0, 100, 1, keep=0\n";
  for (int i = 0; i < 10; ++i)
    text += "mm [0, g2], [0, g1], fill=0, accumulate=0, next=0\n";
  Bench bench("edge16", text + "halt");
  RunStats stats = bench.run();
  EXPECT_EQ(bench.events[2].issue, 122);
  EXPECT_EQ(bench.events[2 + 8].dispatch, 128);
  EXPECT_EQ(bench.events[2 + 9].dispatch, 222);
  EXPECT_EQ(stats.units[0].stalls[static_cast<int>(Stall::Queue)], 222 - 129);
}

TEST(Sequencer, FillsGoOnWhileItStalls) {
  // As above on tile4 (queues of 4, lines of 4): multiplies in 40, 41 | 76.. of lines 1 and 2. Line
  // 1 is asked for in 38, line 2 when line 1 is valid and pc has reached it, in 76: valid in 114.
  std::string text = "gen g1.0, 100, 4, keep=0\n gen g2.0, 100, 1, keep=0\n";
  for (int i = 0; i < 7; ++i)
    text += "mm [0, g2], [0, g1], fill=0, accumulate=0, next=0\n";
  Bench bench("tile4", text + "halt");
  bench.run();
  // 40 (issues in 42, the others every 100), 41, 76, 77, 78: then four wait. The next is dispatched
  // when one issues, in 142.
  EXPECT_EQ(bench.events[6].dispatch, 78);
  EXPECT_EQ(bench.events[7].dispatch, 142);
  EXPECT_EQ(bench.events[8].dispatch, 242);
  EXPECT_EQ(bench.events[9].issue,
            42 + 600 + 10 + 100); // halt: the last of the seven has completed
}

TEST(Sequencer, TokensInBothDirections) {
  // vset dispatched in 39 waits for the sync's token (posted in 38, there in 39): a candidate in
  // 40, issues in 41, completes in 41 + 5 + 1 = 47, when the second sync sees its token.
  Bench bench(
      "tile4",
      "sync post(vector)\n vset l0, 1 wait(sequencer) post(sequencer)\n sync wait(vector)\n halt");
  bench.run();
  EXPECT_EQ(bench.events[1].issue, 41);
  EXPECT_EQ(bench.events[1].complete, 47);
  EXPECT_EQ(bench.events[2].issue, 47);
}

} // namespace
} // namespace npuforge::simulator
