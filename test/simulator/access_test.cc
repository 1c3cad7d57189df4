// Accesses of the sequencer to words of the scratchpad: values, cycles of TIMING.md section 3, and
// what is a program error.
#include <array>
#include <cstring>

#include "run.h"

namespace npuforge::simulator {
namespace {

int32_t word(const Bench& b, size_t address) {
  int32_t value;
  std::memcpy(&value, b.simulator.scratchpad().data() + address, 4);
  return value;
}

/// Cycle in which the n-th instruction of the text executes.
Cycle executes(const Bench& b, uint32_t pc) {
  for (const InstructionEvent& event : b.events)
    if (event.pc == pc)
      return event.issue;
  return -1;
}

TEST(Access, AWordComesBack) {
  Bench b("npu16", "addi r1, r0, -123456789\n sts r1, 64\n addi r2, r0, 32\n lds r3, r2+32\n"
                   "addi r3, r3, 1\n sts r3, r2+36\n lds r0, 64\n sts r0, 72\n halt");
  b.run();
  EXPECT_EQ(word(b, 64), -123456789);
  EXPECT_EQ(word(b, 68), -123456788);
  EXPECT_EQ(word(b, 72), 0) << "r0 is zero";
}

TEST(Access, IndicesOfALoopComeFromMemory) {
  // Four indices in DRAM; each turn loads one and copies the row of 16 bytes that it names.
  Bench b("npu16",
          "ld [0, g0], [65536, g0], 16 post(sequencer)\n sync wait(load)\n addi r1, r0, 0\n"
          "addi r5, r0, 1024\n loop 4, end\n lds r2, r1\n slli r3, r2, 4\n"
          "ld [r5, g0], [r3+131072, g0], 16\n addi r1, r1, 4\n addi r5, r5, 16\n"
          "end: halt");
  b.fill_dram(131072, 4096, 5);
  const std::array<int32_t, 4> indices{7, 200, 0, 31};
  std::memcpy(b.simulator.dram().at(65536, 16).data(), indices.data(), 16);
  b.run();
  for (size_t i = 0; i < 4; ++i)
    EXPECT_EQ(
        std::memcmp(b.simulator.scratchpad().data() + 1024 + 16 * i,
                    b.simulator.dram().at(131072 + 16 * static_cast<size_t>(indices[i]), 16).data(),
                    16),
        0)
        << i;
}

TEST(Access, TakesTheCyclesOfTheContract) {
  Bench b("npu16", "addi r1, r0, 5\n sts r1, 64\n lds r2, 64\n addi r3, r2, 1\n halt");
  b.run();
  const Cycle first = executes(b, 0);
  EXPECT_EQ(executes(b, 1), first + 2); // granted in first + 1
  EXPECT_EQ(executes(b, 2), first + 5); // granted in first + 3
  EXPECT_EQ(executes(b, 3), first + 6);
}

TEST(Access, WaitsForThePortOfItsBank) {
  for (auto [address, waits] : {std::pair{16, true}, std::pair{32768, false}}) {
    Bench b("npu16", "gen g1.0, 16, 16, keep=0\n ldw [0, g1]\n lds r2, " + std::to_string(address) +
                         "\n halt");
    const RunStats stats = b.run();
    const Cycle dispatched = executes(b, 2) >= 0 ? b.events[1].dispatch : -1;
    // The preload issues in dispatched + 2 and reads for 16 cycles.
    EXPECT_EQ(executes(b, 2), waits ? dispatched + 19 : dispatched + 3);
    EXPECT_EQ(stats.units[0].stalls[static_cast<int>(Stall::Port)], waits ? 16 : 0);
  }
}

TEST(Access, TakesAndPostsTokensWhenItExecutes) {
  Bench b("npu16",
          "ld [0, g0], [65536, g0], 64 post(sequencer)\n"
          "lds r1, 8 wait(load) post(load)\n ld [64, g0], [65536, g0], 64 wait(sequencer)\n halt");
  b.fill_dram(65536, 64, 3);
  b.run();
  const InstructionEvent &load = b.events[0], &access = b.events[1], &next = b.events[2];
  EXPECT_EQ(access.issue, load.complete + 2); // granted when the token is there
  EXPECT_GT(next.issue, access.complete);
}

TEST(Access, ProgramErrorsAreNamed) {
  auto expect = [](const std::string& text, const std::string& message, Options options = {}) {
    const std::string error = error_of("npu16", text, options);
    EXPECT_NE(error.find(message), std::string::npos) << error;
  };
  expect("lds r1, 6\n halt", "address 6 is no multiple of 4");
  expect("addi r1, r0, 262144\n sts r1, r1\n halt", "address 262144 lies outside the scratchpad");
  expect("lds r1, -4\n halt", "address 4294967292 lies outside the scratchpad");
  expect("lds r1, 4\n halt", "its cycles depend on values", {.timing_only = true});
  expect("gen g1.0, 8, 16, keep=0\n vfill [0, g1], l0\n sync\n lds r1, 64\n halt",
         "nothing orders them", {.check_hazards = true});
}

} // namespace
} // namespace npuforge::simulator
