// The RTL of tile4 by itself. Cycles are worked out by hand from TIMING.md: the comments say how.

#include <algorithm>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "npuforge/assembler/text.h"
#include "npuforge/rtl/runner.h"

namespace npuforge::rtl {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

struct Cycles {
  int64_t dispatch, issue, complete;
  bool operator==(const Cycles&) const = default;
};
void PrintTo(const Cycles& c, std::ostream* out) {
  *out << c.dispatch << ' ' << c.issue << ' ' << c.complete;
}

class Collector : public simulator::EventSink {
public:
  std::vector<simulator::InstructionEvent> events;
  void on_complete(const simulator::InstructionEvent& event) override { events.push_back(event); }
  /// In the order of execution.
  std::vector<Cycles> cycles() {
    std::sort(events.begin(), events.end(),
              [](auto& a, auto& b) { return a.sequence < b.sequence; });
    std::vector<Cycles> all;
    for (const auto& event : events)
      all.push_back({event.dispatch, event.issue, event.complete});
    return all;
  }
};

class Rtl : public testing::Test {
protected:
  isa::Spec spec = isa::load_spec(isa::find_machine("tile4"));
  Library library{std::filesystem::path(NPUFORGE_RTL_MODEL_DIR) / "librtl_tile4.so", spec};
  simulator::DramData dram{spec.machine.dram.bytes};
  Collector collector;

  RtlResult run(const std::string& text, const Limits& limits = {}) {
    assembler::Program program = assembler::assemble(spec, text, "test.s");
    symbols = program.symbols;
    load_program(spec, program, dram);
    return rtl::run(library, spec, program, dram, &collector, limits);
  }

  std::vector<int> bytes_at(const std::string& symbol, size_t count) {
    auto found =
        std::find_if(symbols.begin(), symbols.end(), [&](auto& s) { return s.name == symbol; });
    std::vector<int> values;
    for (std::byte b : dram.at(found->value, count))
      values.push_back(static_cast<int8_t>(b));
    return values;
  }

private:
  std::vector<assembler::Symbol> symbols;
};

constexpr const char* kSmall = R"(.data
w: .byte 1,2,3,4, 5,6,7,8, 9,10,11,12, -1,-2,-3,-4
x: .byte 1,0,0,0, 0,1,0,0, 0,0,1,0, 0,0,0,1, 1,1,1,1, 2,-2,3,-3, 100,100,100,100, 1,2,3,4
q: .word 0,0,0,0, 1,1,1,1, 0,0,0,0, 0,0,0,0, -128,-128,-128,-128, 127,127,127,127
out: .space 32
.text
  gen g1.0, 1, 0, keep=0
  ld [0,g1], [w,g1], 16 post(weights)
  ld [1024,g1], [x,g1], 32 post(matrix)
  ld [2048,g1], [q,g1], 96 post(vector)
  gen g2.0, 4, 4, keep=0
  gen g3.0, 8, 4, keep=0
  gen g4.0, 8, 1, keep=0
  gen g5.0, 24, 4, keep=0
  ldw [0,g2] wait(load) post(matrix)
  mm [0,g4], [1024,g3], fill=0, accumulate=0, next=1 wait(load,weights) post(vector)
  vld l0, [2048,g5] wait(load)
  vrequant [3072,g3], [0,g4], bias=l0, mult=l1, shift=l2, zero=l3, low=l4, high=l5 wait(matrix) post(store)
  st [out,g1], [3072,g1], 32 wait(vector)
  halt
)";

TEST_F(Rtl, EveryUnitOnceTakesTheCyclesOfTheContract) {
  RtlResult result = run(kSmall);
  EXPECT_THAT(
      collector.cycles(),
      ElementsAre(
          // Line 0 is asked for in 0; its two bursts are accepted in 2 and 3: beats 22..37, valid
          // in 38.
          Cycles{38, 38, 39},
          // Line 1, asked for in 38, has its bursts accepted in 40 and 41; the load's burst follows
          // in 42: 76..79.
          Cycles{39, 41, 81},
          // The engine accepts when the burst before is granted (41, seen in 42): issue 43.
          // Beats 80..87.
          Cycles{40, 43, 89},
          // Two bursts fit into the FIFO's room of 20 (88..103); the third waits for pops until 81,
          // behind line 2 (104..119).
          Cycles{41, 45, 129},
          // Line 1 is valid in 76; line 2 in 120.
          Cycles{76, 76, 77}, Cycles{77, 77, 78}, Cycles{78, 78, 79}, Cycles{79, 79, 80},
          Cycles{120, 122, 122 + 4 + 2}, // four rows
          Cycles{121, 129,
                 129 + 10 + 8}, // waits for the weights' token; rows + cols + pipeline = 10
          Cycles{122, 130, 130 + 5 + 24}, // the token of 129
          Cycles{123, 154, 154 + 5 + 8},  // the front is free after 24 rows, the token came in 147
          // Line 3 is asked for in 120 and valid in 158. Rows are read in 168..175, the beats are
          // in the FIFO in 170..177; AW is decided in 177, accepted in 178: beats from 198 on,
          // answered in 206.
          Cycles{158, 168, 207}, Cycles{207, 207, 208}));
  EXPECT_EQ(result.cycles, 208);
}

TEST_F(Rtl, ComputesAndStoresTheProduct) {
  run(kSmall);
  EXPECT_EQ(bytes_at("out", 32),
            (std::vector<int>{1,  2,  3,  4,  5,  6,  7,  8,  9,   10,  11,  12,  -1, -2, -3, -4,
                              14, 16, 18, 20, 22, 28, 34, 40, 127, 127, 127, 127, 34, 36, 38, 40}));
}

TEST_F(Rtl, ARunAfterAnotherStartsFresh) {
  run(kSmall);
  std::vector<Cycles> first = collector.cycles();
  collector.events.clear();
  run(kSmall);
  EXPECT_EQ(collector.cycles(), first);
}

TEST_F(Rtl, AProgramThatWaitsForeverIsADeadlock) {
  try {
    run("sync wait(load)\nhalt\n", {.max_silence = 1000});
    FAIL() << "the program ended";
  } catch (const RtlError& error) {
    EXPECT_THAT(error.what(), HasSubstr("deadlock"));
  }
}

TEST_F(Rtl, AnEndlessProgramHitsTheLimit) {
  try {
    run("again: bne r0, r1, again\naddi r1, r0, 1\nbne r0, r1, again\nhalt\n",
        {.max_cycles = 5000});
    FAIL() << "the program ended";
  } catch (const RtlError& error) {
    EXPECT_THAT(error.what(), HasSubstr("cycle 5000"));
  }
}

TEST_F(Rtl, AnAddressBeyondDramIsReported) {
  EXPECT_THROW(run("addi r1, r0, 1048576\nld [0,g0], [r1,g0], 4\nhalt\n"), RtlError);
}

TEST_F(Rtl, AModelOfAnotherSpecIsRefused) {
  isa::Spec other = isa::load_spec(isa::find_machine("edge16"));
  EXPECT_THROW(Library(std::filesystem::path(NPUFORGE_RTL_MODEL_DIR) / "librtl_tile4.so", other),
               RtlError);
  EXPECT_THROW(Library("no/such/model.so", spec), RtlError);
}

} // namespace
} // namespace npuforge::rtl
