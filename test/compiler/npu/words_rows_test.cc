// Gather and scatter, whose rows' numbers only the device knows.
#include <gtest/gtest.h>

#include "words_case.h"

namespace npuforge::test {
namespace {

WordsCase gather(const char* name, int64_t rows, int64_t width, int64_t count,
                 const char* type = "f32") {
  return {name,
          "graph.gather",
          {{{rows, width}, type, 1000}, {{count}, "i32", static_cast<int32_t>(rows)}},
          {{count, width}, type}};
}

WordsCase scatter(const char* name, const char* kind, int64_t rows, int64_t width, int64_t count,
                  const char* type = "f32") {
  return {name,
          std::string("graph.scatter {kind = \"") + kind + "\"}",
          {{{rows, width}, type, 1000},
           {{count}, "i32", static_cast<int32_t>(rows)},
           {{count, width}, type, 1000}},
          {{rows, width}, type}};
}

class WordsRows : public testing::TestWithParam<WordsCase> {};

TEST_P(WordsRows, Match) {
  checkWords(GetParam());
}

// Few rows and many numbers: the same row again and again.
INSTANTIATE_TEST_SUITE_P(
    Words, WordsRows,
    testing::Values(gather("Elements", 50, 1, 70), gather("OneRow", 1, 7, 3),
                    gather("Rows", 9, 33, 20), gather("Integers", 9, 33, 20, "i32"),
                    gather("WideRows", 3, 9000, 5), gather("ManyTiles", 40, 300, 120),
                    scatter("Set", "set", 10, 5, 30), scatter("SetElements", "set", 60, 1, 40),
                    scatter("SetWide", "set", 3, 9000, 4), scatter("Add", "add", 6, 20, 30),
                    scatter("Multiply", "mul", 40, 3, 12), scatter("Greatest", "max", 6, 20, 30),
                    scatter("Least", "min", 6, 20, 30),
                    scatter("AddIntegers", "add", 6, 20, 30, "i32"),
                    scatter("AddWide", "add", 3, 3000, 4)),
    [](const auto& info) { return info.param.name; });

} // namespace
} // namespace npuforge::test
