// Several cores (TIMING.md section 7). duo4: two cores of tile4, signals take 2 cycles. The caches'
// first lines of 16 beats come in bursts of 8, in turns: granted in 1, 2, 3 and 4, accepted in 2 to
// 5, on R from 22, 30, 38 and 46 on. So core 0 begins in 46, core 1 in 54; nothing else uses DRAM
// then.
#include <cstring>

#include "run.h"

namespace npuforge::simulator {
namespace {

constexpr const char* kBranch = "coreid r1\n bne r1, r0, other\n";

std::string on_each(const std::string& first, const std::string& second) {
  return kBranch + first + "\n halt\nother:\n" + second + "\n halt";
}

TEST(Cores, EachKnowsItsNumber) {
  Bench bench("duo4", on_each("", ""));
  RunStats stats = bench.run();
  EXPECT_EQ(bench.event(0, 0).dispatch, 46);
  EXPECT_EQ(bench.event(1, 0).dispatch, 54);
  EXPECT_EQ(bench.event(0, 2).pc, 2u);
  EXPECT_EQ(bench.event(1, 2).pc, 3u);
  EXPECT_EQ(stats.cycles, 57);
  ASSERT_EQ(stats.cores.size(), 2u);
  EXPECT_EQ(stats.cores[0].cycles, 49);
  EXPECT_EQ(stats.cores[1].cycles, 57);
  EXPECT_EQ(stats.cores[1].fetched, 64);
  EXPECT_EQ(stats.fetched, 128);
}

TEST(Cores, MachinesOfOneHaveNoOthers) {
  Bench bench("tile4", "halt");
  EXPECT_TRUE(bench.run().cores.empty());
}

TEST(Cores, Barrier) {
  // The last signal completes in 57, is seen from 59 on; both awaits issue in 60.
  Bench bench("duo4", "ssignal 3, 0\n lawait 0, 2\n halt");
  RunStats stats = bench.run();
  EXPECT_EQ(bench.event(0, 0).issue, 48);
  EXPECT_EQ(bench.event(0, 0).complete, 49);
  EXPECT_EQ(bench.event(1, 0).issue, 56);
  EXPECT_EQ(bench.event(1, 0).complete, 57);
  for (int core : {0, 1}) {
    EXPECT_EQ(bench.event(core, 1).issue, 60);
    EXPECT_EQ(bench.event(core, 1).complete, 62);
  }
  EXPECT_EQ(stats.cycles, 63);
}

TEST(Cores, WaitingForAnEventIsAStall) {
  // Core 0's await is in its queue from 48 on, and issues in 60; until then its unit is idle.
  Bench bench("duo4", "ssignal 3, 0\n lawait 0, 2\n halt");
  RunStats stats = bench.run();
  const auto load = static_cast<size_t>(isa::Unit::Load);
  EXPECT_EQ(stats.cores[0].units[load].stalls[static_cast<size_t>(Stall::Event)], 11);
  for (const RunStats& core : stats.cores)
    for (const UnitStats& unit : core.units) {
      int64_t sum = unit.busy;
      for (int64_t stall : unit.stalls)
        sum += stall;
      EXPECT_EQ(sum, core.cycles);
    }
}

TEST(Cores, ManyBarriersWithOneEvent) {
  Bench bench("duo4", "loop 20, end\n ssignal 3, 1\n sawait 1, 2\nend: halt");
  bench.run();
  // No core is more than one barrier ahead.
  for (size_t turn = 0; turn + 1 < 20; ++turn)
    for (int core : {0, 1})
      EXPECT_GT(bench.event(1 - core, 1 + 2 * (turn + 1) + 1).issue,
                bench.event(core, 1 + 2 * turn).complete);
}

TEST(Cores, SignalsFollowTheStoresBefore) {
  Bench bench("duo4",
              on_each("st [4096, g0], [0, g0], 64\n ssignal 2, 0",
                      "lawait 0, 1\n ld [0, g0], [4096, g0], 64\n st [8192, g0], [64, g0], 64"));
  bench.run();
  const InstructionEvent &store = bench.event(0, 2), &signal = bench.event(0, 3);
  EXPECT_LT(signal.issue, store.complete); // it waits in the engine
  EXPECT_EQ(signal.complete, store.complete + 1);
  const InstructionEvent &await = bench.event(1, 2), &load = bench.event(1, 3);
  EXPECT_EQ(await.issue, signal.complete + 3); // shown 2 cycles later, granted then
  EXPECT_EQ(load.issue, await.issue + 1);
}

TEST(Cores, DataGoesFromOneToTheOther) {
  Bench bench("duo4", on_each("ld [0, g0], [4096, g0], 100 post(store)\n"
                              "st [8192, g0], [0, g0], 100 wait(load)\n ssignal 2, 3",
                              "lawait 3, 1\n ld [512, g0], [8192, g0], 100 post(store)\n"
                              "st [16384, g0], [512, g0], 100 wait(load)"));
  bench.fill_dram(4096, 100, 1);
  bench.run();
  const DramData& dram = bench.simulator.dram();
  EXPECT_EQ(std::memcmp(dram.at(4096, 100).data(), dram.at(16384, 100).data(), 100), 0);
  EXPECT_EQ(std::memcmp(bench.simulator.scratchpad(1).data() + 512, dram.at(4096, 100).data(), 100),
            0);
  EXPECT_EQ(bench.simulator.scratchpad(0)[512], std::byte{0});
}

TEST(Cores, LoadsSignalWhenTheyHaveRead) {
  Bench bench("duo4",
              on_each("ld [0, g0], [4096, g0], 64\n lsignal 2, 0\n ld [64, g0], [4160, g0], 4",
                      "sawait 0, 1\n st [4096, g0], [0, g0], 64"));
  bench.run();
  const InstructionEvent &load = bench.event(0, 2), &signal = bench.event(0, 3);
  EXPECT_EQ(signal.complete, load.complete + 1);
  EXPECT_GT(bench.event(0, 4).complete, signal.complete);
  EXPECT_GE(bench.event(1, 2).issue, signal.complete + 3);
}

TEST(Cores, ShareTheBus) {
  const std::string alone = on_each("ld [0, g0], [4096, g0], 1024", "");
  const std::string both = on_each("ld [0, g0], [4096, g0], 1024", "ld [0, g0], [8192, g0], 1024");
  Bench one("duo4", alone), two("duo4", both);
  const int64_t beats = 1024 / 4;
  const int64_t took = one.run().cycles;
  const int64_t together = two.run().cycles;
  EXPECT_GE(together, took + beats - 40);
  EXPECT_LE(together, took + beats + 40);
  // In turns: both end at about the same time, as core 1 begins when its second line has come.
  EXPECT_LT(std::abs(two.event(0, 2).complete - two.event(1, 2).complete), 80);
}

TEST(Cores, WritesTakeTurns) {
  Bench bench("duo4", on_each("st [4096, g0], [0, g0], 512", "st [8192, g0], [0, g0], 512"));
  bench.run();
  EXPECT_LT(std::abs(bench.event(0, 2).complete - bench.event(1, 2).complete), 80);
}

// --- copies between cores

// A beat is a row, and a burst 8 beats. Issued at I, beat k is made in I + k and in the FIFO two
// cycles later; a burst is shown three cycles after its last beat is made, or two after the burst
// before has been written, accepted when it is shown, and written from the next cycle on.
TEST(Copies, GoBurstByBurst) {
  Bench bench("duo4", on_each("scopy [512, g0], [0, g0], 100, 2", ""));
  const RunStats stats = bench.run();
  const InstructionEvent& copy = bench.event(0, 2);
  // 25 beats: shown in I + 10, written in I + 11 .. 18; I + 20, 21 .. 28; I + 30, 31 .. 38; I + 40,
  // 41.
  EXPECT_EQ(copy.complete, copy.issue + 42);
  EXPECT_EQ(stats.copied, 100);
  EXPECT_EQ(stats.dram_written, 0);
}

TEST(Copies, WriteTheBytesOfTheirRunsAlone) {
  Bench bench("duo4", "coreid r1\n ld [0, g0], [4096, g0], 256 post(store)\n"
                      "gen g1.0, 3, 20, keep=0\n gen g2.0, 3, 9, keep=0\n"
                      "bne r1, r0, other\n scopy [1030, g1], [3, g2], 7, 2 wait(load)\n"
                      "other: halt");
  bench.fill_dram(4096, 256, 5);
  bench.run();
  const auto from = bench.simulator.scratchpad(0), to = bench.simulator.scratchpad(1);
  for (size_t at = 1024; at < 1100; ++at) {
    const size_t run = (at - 1030) / 20, byte = (at - 1030) % 20;
    const bool copied = at >= 1030 && run < 3 && byte < 7;
    EXPECT_EQ(to[at], copied ? from[3 + 9 * run + byte] : std::byte{0}) << at;
  }
  EXPECT_EQ(from[1030], std::byte{0});
}

TEST(Copies, TakeTurns) {
  const std::string first = "scopy [1024, g0], [0, g0], 512, 2";
  const std::string second = "scopy [1024, g0], [0, g0], 512, 1";
  Bench one("duo4", on_each(first, "")), two("duo4", on_each(first, second));
  one.run();
  two.run();
  const auto took = [](Bench& bench, int core) {
    return bench.event(core, 2).complete - bench.event(core, 2).issue;
  };
  // Alone 8 beats in 10 cycles; together the bus is free for a cycle between two bursts.
  EXPECT_EQ(took(one, 0), 10 + 16 * 10 - 2 + 1);
  EXPECT_GT(took(two, 0), 169 + 50);
  EXPECT_LT(took(two, 0), 2 * (128 + 16) + 20);
  EXPECT_LT(std::abs(two.event(0, 2).complete - two.event(1, 2).complete), 80);
}

TEST(Copies, GoBeforeLoadsAtABank) {
  // 4 beats a burst of the load's 8 and 8 of the copy's: in one bank the load waits for them.
  const std::string copy = "lawait 0, 1 post(store)\n scopy [1024, g0], [0, g0], 512, 2 wait(load)";
  const auto load = [&](const std::string& to) {
    return on_each(copy, "lsignal 1, 0\n ld [" + to + ", g0], [4096, g0], 1000");
  };
  Bench apart("duo4", load("2048")), same("duo4", load("1536"));
  Bench alone("duo4", on_each("", "lsignal 1, 0\n ld [1536, g0], [4096, g0], 500"));
  const RunStats free = apart.run(), met = same.run();
  EXPECT_EQ(apart.event(0, 3).complete - apart.event(0, 3).issue,
            same.event(0, 3).complete - same.event(0, 3).issue);
  const auto conflicts = [](const RunStats& stats) {
    return stats.port_conflicts[static_cast<size_t>(isa::Unit::Load)]
                               [static_cast<size_t>(isa::Unit::Store)];
  };
  EXPECT_EQ(conflicts(free), 0);
  EXPECT_GT(conflicts(met), 0);
}

TEST(Copies, WaitForBanksOfPipelines) {
  // A map of 200 rows into the bank holds its write port; the copy is written behind it.
  const std::string map =
      "gen g1.0, 200, 4, keep=0\n "
      "vrescale [1024, g1], [0, g1], bias=l0, mult=l1, shift=l2, zero=l3, low=l4, high=l5\n";
  Bench busy("duo4",
             on_each("loop 100, on\n addi r2, r2, 1\non: scopy [2000, g0], [0, g0], 8, 2", map));
  busy.run();
  const InstructionEvent &copy = busy.event(0, 103), &rescale = busy.event(1, 3);
  ASSERT_EQ(copy.unit, isa::Unit::Store);
  ASSERT_EQ(rescale.unit, isa::Unit::Vector);
  EXPECT_EQ(copy.complete, rescale.complete + 2); // two rows, behind the last one's write
}

TEST(Copies, StoresBehindThemWaitForTheirEnd) {
  Bench bench("duo4", on_each("st [4096, g0], [0, g0], 4\n scopy [512, g0], [0, g0], 4, 2\n"
                              "st [8192, g0], [0, g0], 4",
                              ""));
  bench.run();
  const InstructionEvent &first = bench.event(0, 2), &copy = bench.event(0, 3),
                         &last = bench.event(0, 4);
  // The store's answer in C - 1 is seen in C; shown, accepted and written in the three behind that.
  EXPECT_EQ(copy.complete, first.complete + 3);
  EXPECT_EQ(last.complete, copy.complete + 1 + 20 + 1 + 1); // shown, latency, a beat, the answer
}

TEST(Copies, NamesOfCoresOutOfRange) {
  const auto error = [](const std::string& mask) {
    return error_of("duo4", on_each("", "scopy [0, g0], [0, g0], 4, " + mask));
  };
  EXPECT_NE(error("0").find("copies to the cores of mask 0x0; the machine has 2, so 1 to 0x3"),
            std::string::npos);
  EXPECT_NE(error("4").find("copies to the cores of mask 0x4; the machine has 2"),
            std::string::npos);
  EXPECT_NE(error("3").find("copies to the cores of mask 0x3, which names its own, 1"),
            std::string::npos);
  EXPECT_EQ(error("1"), "no error");
  EXPECT_NE(error_of("duo4", on_each("scopy [4090, g0], [0, g0], 8, 2", ""))
                .find("stream 'dst': reaches outside its memory"),
            std::string::npos);
}

TEST(Copies, MeetWhatTheReceiverDoes) {
  const std::string copy = "scopy [512, g0], [0, g0], 512, 2";
  const auto error = [](const std::string& first, const std::string& second) {
    return error_of("duo4", on_each(first, second));
  };
  const std::string wrong = error(copy, "ld [600, g0], [4096, g0], 4");
  EXPECT_NE(wrong.find("meets the write of the instruction at pc 2 of unit store of core 0, which "
                       "is not complete"),
            std::string::npos)
      << wrong;
  EXPECT_NE(error(copy, "ldw [512, g0]").find("of unit store of core 0"), std::string::npos);
  EXPECT_NE(error("loop 60, on\n addi r2, r2, 1\non: " + copy, "ld [600, g0], [4096, g0], 400")
                .find("of unit load of core 1"),
            std::string::npos);
  EXPECT_EQ(error(copy, "ld [1024, g0], [4096, g0], 4"), "no error");
  EXPECT_EQ(error(copy + "\n ld [512, g0], [4096, g0], 100", ""), "no error"); // its own is not
}

// --- program errors

std::string error_on_each(const std::string& first, const std::string& second) {
  return error_of("duo4", on_each(first, second));
}

TEST(Cores, NumbersOutOfRange) {
  EXPECT_NE(error_on_each("", "ssignal 4, 0")
                .find("core 1, cycle 56, pc 3 (ssignal 4, 0): signals the cores of mask 0x4; the "
                      "machine has 2, so 1 to 0x3"),
            std::string::npos);
  EXPECT_NE(error_on_each("", "ssignal 0, 0").find("signals the cores of mask 0x0"),
            std::string::npos);
  EXPECT_NE(error_on_each("lsignal 1, 4", "")
                .find("core 0, cycle 48, pc 2 (lsignal 1, 4): event "
                      "4; there are 0 to 3"),
            std::string::npos);
  EXPECT_NE(error_on_each("lawait 0, 4", "").find("awaits 4 signals; a counter holds 1 to 3"),
            std::string::npos);
  EXPECT_NE(error_on_each("lawait 0, 0", "").find("awaits 0 signals"), std::string::npos);
}

TEST(Cores, CounterOverflows) {
  const std::string error = error_on_each(
      "", "ssignal 1, 2\n ssignal 1, 2\n ssignal 1, 2\n ssignal 3, 2\n st [0, g0], [0, g0], 4");
  EXPECT_NE(error.find("core 1"), std::string::npos) << error;
  EXPECT_NE(error.find("pc 6 (ssignal 3, 2): the counter of event 2 of core 0 would hold 4 "
                       "signals, more than 3"),
            std::string::npos)
      << error;
}

TEST(Cores, CounterHoldsItsMax) {
  Bench bench("duo4", on_each("lawait 2, 3", "ssignal 1, 2\n ssignal 1, 2\n ssignal 1, 2"));
  EXPECT_NO_THROW(bench.run());
}

TEST(Cores, OneUnitAwaitsAnEvent) {
  const std::string error = error_on_each("ssignal 1, 1\n lawait 1, 1\n sawait 1, 1", "");
  EXPECT_NE(error.find("event 1 is awaited by the load unit and by the store unit"),
            std::string::npos)
      << error;
}

TEST(Cores, UnorderedAccessesOfTwoCores) {
  const std::string error =
      error_on_each("st [4096, g0], [0, g0], 512", "ld [0, g0], [4100, g0], 4");
  EXPECT_NE(error.find("core 1"), std::string::npos) << error;
  EXPECT_NE(error.find("read of dram [4100, 4103] meets the write of the instruction at pc 2 of "
                       "unit store of core 0, which is not complete: nothing orders them"),
            std::string::npos)
      << error;
}

TEST(Cores, DeadlockNamesThemAll) {
  const std::string error =
      error_on_each("lawait 0, 2\n ssignal 3, 1", "ssignal 1, 0\n sawait 1, 2");
  for (const char* part :
       {"deadlock",
        "load: core 0, cycle 48, pc 2 (lawait 0, 2): waits for 2 signals of event 0, of "
        "which 1 are there;",
        "store: core 1, cycle ",
        ", pc 6 (sawait 1, 2): waits for 2 signals of event 1, of which 1 are there;",
        "sequencer: core 0"})
    EXPECT_NE(error.find(part), std::string::npos) << error;
}

// --- what is wrong in another timing only

std::string order_of(const std::string& first, const std::string& second) {
  return error_of("duo4", on_each(first, second), {.check_order = true});
}

TEST(Order, SignalsOrder) {
  EXPECT_EQ(order_of("st [4096, g0], [0, g0], 64\n ssignal 2, 0",
                     "lawait 0, 1\n ld [0, g0], [4096, g0], 64"),
            "no error");
  EXPECT_EQ(order_of("ld [0, g0], [4096, g0], 64\n lsignal 2, 0",
                     "sawait 0, 1\n st [4096, g0], [64, g0], 64"),
            "no error");
}

TEST(Order, TokensOrderWithinACore) {
  EXPECT_EQ(order_of("st [4096, g0], [0, g0], 64\n ssignal 2, 0",
                     "sawait 0, 1 post(load)\n ld [0, g0], [4096, g0], 64 wait(store)"),
            "no error");
  const std::string error =
      order_of("st [4096, g0], [0, g0], 64\n ssignal 2, 0",
               "sawait 0, 1\n loop 200, far\n addi r2, r2, 1\n addi r2, r2, 1\n"
               "far: ld [0, g0], [4096, g0], 64");
  EXPECT_NE(error.find("(ld [g0], [4096,g0], 64): its read of dram meets the write of the "
                       "instruction at pc 2 of core 0: neither tokens nor events order them"),
            std::string::npos)
      << error;
}

TEST(Order, LongAfterIsNotOrdered) {
  const std::string late = "loop 400, late\n addi r2, r2, 1\n addi r2, r2, 1\nlate: ";
  EXPECT_EQ(error_on_each("st [4096, g0], [0, g0], 64", late + "ld [0, g0], [4096, g0], 64"),
            "no error"); // in this timing nothing is seen
  EXPECT_NE(order_of("st [4096, g0], [0, g0], 64", late + "ld [0, g0], [4096, g0], 64")
                .find("neither tokens nor events order them"),
            std::string::npos);
}

TEST(Order, BehindTheSignalIsTooLate) {
  EXPECT_NE(order_of("ssignal 2, 0\n st [4096, g0], [0, g0], 64",
                     "lawait 0, 1\n loop 400, late\n addi r2, r2, 1\n addi r2, r2, 1\n"
                     "late: ld [0, g0], [4096, g0], 64")
                .find("neither tokens nor events order them"),
            std::string::npos);
}

TEST(Order, BarriersOrder) {
  const std::string barrier = "ssignal 3, 1\n sawait 1, 2";
  EXPECT_EQ(order_of("st [4096, g0], [0, g0], 64\n" + barrier + "\n" + barrier + " post(load)\n" +
                         "ld [128, g0], [8192, g0], 64 wait(store)",
                     barrier + " post(load)\n" +
                         "ld [0, g0], [4096, g0], 64 wait(store) post(store)\n" +
                         "st [8192, g0], [64, g0], 64 wait(load)\n" + barrier),
            "no error");
}

TEST(Order, SignalsThatOvertakeAwaits) {
  // The store unit does not wait for the load unit's await: its next signal may come before.
  const std::string barrier = "ssignal 3, 1\n lawait 1, 2\n";
  EXPECT_NE(order_of(barrier + barrier, barrier + barrier)
                .find("the counter of event 1 can hold 4 signals, more than 3"),
            std::string::npos);
}

TEST(Order, OneSignalIsNoBarrier) {
  // Core 1's second signal may stand for core 0's first.
  EXPECT_NE(order_of("st [4096, g0], [0, g0], 64\n ssignal 2, 1",
                     "lsignal 2, 1\n lawait 1, 1\n ld [0, g0], [4096, g0], 64\n lawait 1, 1")
                .find("meets"),
            std::string::npos);
}

TEST(Order, CountersThatCanOverflow) {
  // Core 1 may take the first two before the others come, or not.
  const std::string error =
      order_of("ssignal 2, 1\n ssignal 2, 1\n loop 300, late\n addi r2, r2, 1\n addi r2, r2, 1\n"
               "late: ssignal 2, 1\n ssignal 2, 1",
               "lawait 1, 2\n lawait 1, 2");
  EXPECT_NE(error.find("before it the counter of event 1 can hold 4 signals, more than 3"),
            std::string::npos)
      << error;
}

TEST(Order, SignalsTellOfCopies) {
  const std::string copy = "scopy [512, g0], [0, g0], 64, 2";
  EXPECT_EQ(
      order_of(copy + "\n ssignal 2, 0", "lawait 0, 1 post(weights)\n ldw [512, g0] wait(load)"),
      "no error");
  // The load unit knows, the weights unit is not told.
  const std::string late = "loop 400, late\n addi r2, r2, 1\n addi r2, r2, 1\nlate: ";
  const std::string error =
      order_of(copy + "\n ssignal 2, 0", "lawait 0, 1\n" + late + "ldw [512, g0]");
  EXPECT_NE(error.find("its read of the scratchpad of core 1 meets the write of the instruction at "
                       "pc 2 of core 0: neither tokens nor events order them"),
            std::string::npos)
      << error;
  EXPECT_EQ(order_of(copy, late + "ldw [576, g0]"), "no error");
}

} // namespace
} // namespace npuforge::simulator
