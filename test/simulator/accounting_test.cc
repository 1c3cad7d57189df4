// Every cycle of every unit is busy or has one cause.
#include <numeric>

#include "run.h"

namespace npuforge::simulator {
namespace {

const char* const kMixed =
    "gen g1.0, 16, 4, keep=0\n gen g2.0, 16, 1, keep=0\n gen g3.0, 4, 4, keep=0\n loop 9, end\n"
    "ld [0, g0], [4096, g0], 100 wait(matrix, weights) post(weights, matrix)\n"
    "ldw [0, g3] wait(load) post(load)\n"
    "mm [0, g2], [16, g1], fill=0, accumulate=0, next=1 wait(load, vector) post(load, vector)\n"
    "vrequant [2048, g1], [0, g2], bias=l0, mult=l0, shift=l0, zero=l0, low=l0, high=l0 "
    "wait(matrix, store) post(matrix, store)\n"
    "st [8192, g0], [2048, g0], 64 wait(vector) post(vector)\nend: halt";

/// The tokens that make the first turn go, before the loop.
std::string primed() {
  return std::string(
             "ldw [0, g0] post(load)\n mm [0, g0], [0, g0], fill=0, accumulate=0, next=1 "
             "post(load)\n"
             "vfill [2048, g0], l0 post(matrix)\n st [8192, g0], [1024, g0], 4 post(vector)\n") +
         kMixed;
}

TEST(Accounting, SumsToTheCycles) {
  for (const char* machine : {"tile4", "edge16"}) {
    std::string text = primed();
    if (std::string(machine) == "edge16") { // rows are 16 bytes there
      text.replace(text.find("gen g1.0, 16, 4"), 15, "gen g1.0, 8, 16");
      text.replace(text.find("gen g2.0, 16, 1"), 15, "gen g2.0, 8, 1 ");
      text.replace(text.find("gen g3.0, 4, 4"), 14, "gen g3.0, 6, 16");
      for (size_t at; (at = text.find("2048")) != text.npos;)
        text.replace(at, 4, "r9");
      for (size_t at; (at = text.find("1024")) != text.npos;)
        text.replace(at, 4, "r9 + 1600");
      text = "addi r9, r0, 65536\n" + text;
    }
    Bench bench(machine, text);
    RunStats stats = bench.run();
    for (int u = 0; u < isa::kUnitCount; ++u) {
      const UnitStats& unit = stats.units[u];
      EXPECT_EQ(std::accumulate(unit.stalls.begin(), unit.stalls.end(), unit.busy), stats.cycles)
          << machine << " " << isa::name(isa::Unit(u));
      for (int64_t stall : unit.stalls)
        EXPECT_GE(stall, 0);
    }
    EXPECT_EQ(stats.units[3].instructions, 10);
  }
}

TEST(Accounting, CausesOfALoneMultiply) {
  // Waits for a load that completes in 66: dispatched in 39, in the queue in 40: empty until 40
  // (tests up to 39 explain cycles up to 40), token until 66, busy in 67.
  Bench bench("tile4", "ld [0, g0], [4096, g0], 16 post(matrix)\n mm [0, g0], [64, g0], fill=0, "
                       "accumulate=0, next=0 wait(load)\n halt");
  RunStats stats = bench.run();
  const UnitStats& matrix = stats.units[3];
  EXPECT_EQ(bench.events[1].issue, 67);
  EXPECT_EQ(matrix.busy, 1);
  EXPECT_EQ(matrix.stalls[static_cast<int>(Stall::Token)], 66 - 40);
  EXPECT_EQ(matrix.stalls[static_cast<int>(Stall::Empty)], 41 + (stats.cycles - 68));
  EXPECT_EQ(stats.units[1].busy, 66 - 40);
}

TEST(Accounting, LayersHaveTheirOwn) {
  Bench bench("tile4", ".layer \"first\"\n ld [0, g0], [4096, g0], 16\n .layer \"second\"\n gen "
                       "g1.0, 5, 4, keep=0\n vfill [2048, g1], l0\n halt");
  RunStats stats = bench.run();
  ASSERT_EQ(stats.layers.size(), 2u);
  EXPECT_EQ(stats.layers[0].layer, "first");
  EXPECT_EQ(stats.layers[0].dram_read, 16);
  EXPECT_EQ(stats.layers[0].first_issue, 40);
  EXPECT_EQ(stats.layers[1].vector_busy, 5);
}

} // namespace
} // namespace npuforge::simulator
