// What a program may not do, and what is said of it.
#include <gmock/gmock.h>

#include "run.h"

namespace npuforge::simulator {
namespace {

using testing::AllOf;
using testing::HasSubstr;

TEST(Errors, NameCyclePcAndInstruction) {
  std::string error = error_of("tile4", "sync\n ld [4090, g0], [0, g0], 16\n halt");
  EXPECT_THAT(error, AllOf(HasSubstr("cycle 39, pc 1 (ld [4090"),
                           HasSubstr("'pad': reaches outside its memory")));
}

struct Case {
  const char* text;
  const char* message;
};
void PrintTo(const Case& c, std::ostream* out) {
  *out << c.message;
}
class ProgramErrors : public testing::TestWithParam<Case> {};

TEST_P(ProgramErrors, AreNamed) {
  EXPECT_THAT(error_of("tile4", GetParam().text), HasSubstr(GetParam().message));
}

INSTANTIATE_TEST_SUITE_P(
    Section2, ProgramErrors,
    testing::Values(
        Case{"gen g1.0, 3, 4, keep=0\n gen g2.0, 2, 1, keep=0\n mm [0, g2], [0, g1], fill=0, "
             "accumulate=0, next=0\n halt",
             "differ in the number of rows: 2 and 3"},
        Case{"gen g1.0, 4, 4, keep=0\n gen g2.0, 3, 4, keep=0\n vmaxpool [2048, g2], [0, g1], "
             "levels=1, fill=l0, low=l0, high=l0\n halt",
             "differ in the number of rows"},
        Case{"vadd [2048, g0], [0, g0], [512, g0], zero_a=l0, mult_a=l0, zero_b=l0, mult_b=l0, "
             "shift=l0, zero=l0, low=l0, high=l0\n halt",
             "share a bank"},
        Case{"gen g1.0, 0, 4, keep=0\n ldw [0, g1]\n halt", "count is not in 1..65535"},
        Case{"gen g1.0, 2, -4, keep=0\n ldw [64, g1]\n halt", "stride is negative"},
        Case{"gen g1.0, 65535, 0, keep=0\n gen g1.1, 65535, 0, keep=1\n vfill [0, g1], l0\n halt",
             "2^24 rows"},
        Case{"gen g1.0, 5, 4, keep=0\n ldw [0, g1]\n halt", "preloads 5 rows into an array of 4"},
        Case{"gen g1.0, 512, 1, keep=0\n gen g2.0, 512, 0, keep=0\n mm [1, g1], [0, g2], fill=0, "
             "accumulate=0, next=0\n halt",
             "reaches outside its memory"},
        Case{"ldw [2, g0]\n halt", "not aligned to rows"},
        Case{"gen g1.0, 8, 4, keep=0\n vld l15, [0, g1]\n halt", "lane registers up to 16"},
        Case{"addi r1, r0, 0\n ld [0, g0], [0, g0], r1\n halt", "runs of no bytes"},
        Case{"sync", "runs past the end"},
        Case{"loop 2, end\nend: halt", "a loop has no instructions"},
        Case{"loop 2, e\n loop 2, e\n loop 2, e\n loop 2, e\n loop 2, e\n sync\ne: halt",
             "deeper than 4"}));

TEST(Errors, RowsOutsideTheWindowMayLieOutsideTheMemory) {
  EXPECT_EQ(error_of("tile4", "genw g1.0, 4, 4, 1, 3, keep=0\n gen g2.0, 4, 1, keep=0\n"
                              "mm [0, g2], [-4, g1], fill=0, accumulate=0, next=0\n halt"),
            "no error");
}

TEST(Errors, DeadlockNamesWhoWaits) {
  std::string error =
      error_of("tile4", "mm [0, g0], [0, g0], fill=0, accumulate=0, next=1 wait(vector)\n halt");
  EXPECT_THAT(error, AllOf(HasSubstr("deadlock"), HasSubstr("matrix: "),
                           HasSubstr("waits for a token of vector; a loaded weight set;"),
                           HasSubstr("all units to finish")));
}

TEST(Errors, EndlessProgramsStop) {
  std::string text = "again: addi r1, r1, 1\n blt r1, r0, again\n bne r1, r0, again\n halt";
  EXPECT_THAT(error_of("tile4", text, {.max_cycles = 100000}),
              HasSubstr("has not ended after 100000 cycles"));
}

TEST(Errors, EndlessLoopsAreNamed) {
  std::string text = ".layer \"outer\"\nagain: addi r1, r1, 1\n.endlayer\n"
                     ".layer \"inner\"\nmore: addi r2, r2, 1\n blt r0, r2, more\n.endlayer\n"
                     ".layer \"outer\"\n blt r0, r1, again\n.endlayer\n halt";
  EXPECT_THAT(error_of("tile4", text, {.max_cycles = 1000}),
              HasSubstr("after 1000 cycles; it is in the loop of 'inner', in that of 'outer'"));
}

struct Hazard {
  const char* text;
  const char* message; ///< empty: no hazard
};
void PrintTo(const Hazard& hazard, std::ostream* out) {
  *out << hazard.text;
}
class Hazards : public testing::TestWithParam<Hazard> {};

TEST_P(Hazards, AreFound) {
  std::string error = error_of("tile4", GetParam().text);
  if (*GetParam().message)
    EXPECT_THAT(error, AllOf(HasSubstr(GetParam().message), HasSubstr("nothing orders them")));
  else
    EXPECT_EQ(error, "no error");
}

INSTANTIATE_TEST_SUITE_P(
    Cases, Hazards,
    testing::Values(
        Hazard{"ld [0, g0], [4096, g0], 16\n ldw [12, g0]\n halt", "read of scratchpad [12, 15]"},
        Hazard{"ld [0, g0], [4096, g0], 16\n ldw [16, g0]\n halt", ""},
        // Bounds overlap, rows do not: every second row.
        Hazard{"gen g1.0, 8, 8, keep=0\n ld [0, g1], [4096, g1], 4\n gen g2.0, 4, 8, keep=0\n ldw "
               "[4, g2]\n halt",
               ""},
        Hazard{"ld [0, g0], [4096, g0], 16 post(weights)\n ldw [12, g0] wait(load)\n halt", ""},
        Hazard{"vfill [0, g0], l0\n st [4096, g0], [0, g0], 4\n halt", "read of scratchpad"},
        Hazard{"vfill [0, g0], l0\n vfill [0, g0], l1\n halt", ""},
        Hazard{"vfill [0, g0], l0\n vld l1, [0, g0]\n halt", "read of scratchpad"},
        Hazard{"vld l1, [0, g0]\n vfill [0, g0], l0\n halt", ""},
        Hazard{"mm [0, g0], [0, g0], fill=0, accumulate=1, next=0\n mm [0, g0], [0, g0], fill=0, "
               "accumulate=1, next=0\n halt",
               ""},
        Hazard{"st [4096, g0], [0, g0], 4\n ld [64, g0], [4098, g0], 4\n halt", "read of dram"}));

TEST(Hazards, CanBeSwitchedOff) {
  EXPECT_EQ(error_of("tile4", "ld [0, g0], [4096, g0], 16\n ldw [12, g0]\n halt",
                     {.check_hazards = false}),
            "no error");
}

} // namespace
} // namespace npuforge::simulator
