// Cycles of load and store. tile4: beats of 4 bytes, bursts of 8, latency 20. The first instruction
// is dispatched in 38, in its queue in 39, granted in 39, issues in 40. Nothing else uses DRAM
// then.
#include <cstring>

#include "run.h"

namespace npuforge::simulator {
namespace {

TEST(Load, AloneAligned) {
  // Granted in 40, accepted in 41: beats on R in 61..64, rows written in 62..65, complete in 66.
  Bench bench("tile4", "ld [0, g0], [4096, g0], 16\n halt");
  bench.fill_dram(4096, 16, 1);
  RunStats stats = bench.run();
  EXPECT_EQ(bench.events[0].issue, 40);
  EXPECT_EQ(bench.events[0].complete, 66);
  EXPECT_EQ(stats.cycles, 67);
  EXPECT_EQ(stats.dram_read, 16);
  EXPECT_EQ(std::memcmp(bench.simulator.scratchpad().data(),
                        bench.simulator.dram().at(4096, 16).data(), 16),
            0);
}

TEST(Load, UnalignedButInStep) {
  // so = 1, po = 2, 9 bytes: 3 beats, 3 rows; each row needs one beat more than the one before:
  // rows in 62, 63, 64.
  Bench bench("tile4", "ld [2, g0], [4097, g0], 9\n halt");
  bench.run();
  EXPECT_EQ(bench.events[0].complete, 65);
}

TEST(Load, RowThatNeedsTwoBeatsAndRowThatNeedsNone) {
  // so = 3, po = 0, 9 bytes: 3 beats, 3 rows. 62: a beat without a row; 63, 64: beat and row; 65:
  // the row alone.
  Bench bench("tile4", "ld [0, g0], [4099, g0], 9\n halt");
  bench.fill_dram(4099, 9, 2);
  bench.run();
  EXPECT_EQ(bench.events[0].complete, 66);
  EXPECT_EQ(std::memcmp(bench.simulator.scratchpad().data(),
                        bench.simulator.dram().at(4099, 9).data(), 9),
            0);
}

TEST(Load, BurstsStopAtPages) {
  // 8 beats from 16 bytes before a page on: bursts of 4 and 4, accepted in 41 and 42. Beats 61..64
  // and 65..68.
  Bench bench("tile4", "ld [0, g0], [8176, g0], 32\n halt");
  bench.run();
  EXPECT_EQ(bench.events[0].complete, 70);
}

TEST(Load, SecondWaitsForTheRequestSide) {
  // 40 beats in 5 bursts; 32 places. Granted in 40..43 (32 beats), the fifth when 8 are free again:
  // beats pop in 62..69, free in 70: granted in 70, the request side is idle in 71, the second load
  // issues in 72.
  Bench bench("tile4", "ld [0, g0], [4096, g0], 160\n ld [256, g0], [4096, g0], 16\n halt");
  bench.run();
  EXPECT_EQ(bench.events[1].issue, 72);
  // Data: 61..92 of the first four bursts; the fifth is accepted in 71: 93..100, written until 101.
  EXPECT_EQ(bench.events[0].complete, 102);
  // The second is granted in 72, accepted in 73: data 101..104.
  EXPECT_EQ(bench.events[1].complete, 106);
}

TEST(Load, WaitsForAPipelinesPort) {
  // vfill (bank 0, 40 rows) is dispatched in 39, issues in 41: its write port is held until 41 + 5
  // + 40 = 86. The load is dispatched in 40, issues in 42; it shares DRAM with no fill: granted in
  // 42, accepted in 43, beats 63..66. Rows of bank 0 (960) go in 86..89, those of bank 1 (1024)
  // in 64..67.
  for (auto [row, complete] : {std::pair{"960", 90}, std::pair{"1024", 68}}) {
    Bench bench("tile4", "gen g1.0, 40, 4, keep=0\n vfill [0, g1], l0\n ld [" + std::string(row) +
                             ", g0], [4096, g0], 16\n halt");
    RunStats stats = bench.run();
    EXPECT_EQ(bench.events[2].issue, 42);
    EXPECT_EQ(bench.events[2].complete, complete);
    EXPECT_EQ(stats.port_conflicts[1][4], complete == 90 ? 86 - 64 : 0);
  }
}

TEST(Load, MemoryTakesAWindowOfBursts) {
  // edge16: 4096 bytes, 256 beats. Issues in 120, accepted in 121: beats in 221.. without a gap, as
  // 128 places cover the latency.
  Bench bench("edge16", "ld [0, g0], [4096, g0], 4096\n halt");
  bench.run();
  EXPECT_EQ(bench.events[0].issue, 120);
  EXPECT_EQ(bench.events[0].complete, 221 + 255 + 2);
}

TEST(Store, AloneAligned) {
  // Beats made in 40..43; the last is in the FIFO in 45; AW shown and accepted in 46: start 66,
  // response in 70.
  Bench bench("tile4", "st [4096, g0], [0, g0], 16\n halt");
  RunStats stats = bench.run();
  EXPECT_EQ(bench.events[0].issue, 40);
  EXPECT_EQ(bench.events[0].complete, 71);
  EXPECT_EQ(stats.cycles, 72);
  EXPECT_EQ(stats.dram_written, 16);
}

TEST(Store, Unaligned) {
  // so = 0, po = 3, 9 bytes: 3 beats of 3 rows. 40: row 0, no beat; 41, 42: row and beat; 43: the
  // last beat from row 2. In the FIFO in 45, accepted in 46, start 66, response in 69.
  Bench bench(
      "tile4",
      "ld [0, g0], [4096, g0], 16 post(store)\n st [8192, g0], [3, g0], 9 wait(load)\n halt");
  bench.fill_dram(4096, 16, 3);
  bench.run();
  // The load completes in 66: the store is a candidate in 66, issues in 67: everything 27 cycles
  // later.
  EXPECT_EQ(bench.events[1].issue, 67);
  EXPECT_EQ(bench.events[1].complete, 70 + 27);
  EXPECT_EQ(std::memcmp(bench.simulator.dram().at(8192, 9).data(),
                        bench.simulator.dram().at(4099, 9).data(), 9),
            0);
}

TEST(Store, BurstsFollowEachOther) {
  // 16 beats in two bursts, made in 40..55. The first is full in 49, accepted in 50 (start 70), its
  // W beats in 51..58; idle in 59. The second is full in 57: decided in 59, accepted in 60: start
  // max(80, 78) = 80, response in 88.
  Bench bench("tile4", "st [4096, g0], [0, g0], 64\n halt");
  bench.run();
  EXPECT_EQ(bench.events[0].complete, 89);
}

} // namespace
} // namespace npuforge::simulator
