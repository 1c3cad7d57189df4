// Chains of reductions along rows and maps, as softmax and the normalisations are made of: one
// layer, or, where they cannot be, layers of their own.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "words_case.h"

namespace npuforge::test {
namespace {

std::string matrix(int64_t rows, int64_t length) {
  return fmt::format("tensor<{}x{}xf32>", rows, length);
}

/// y = x's rows reduced, reshaped to a column `name`.
std::string reduced(const std::string& name, const std::string& of, const char* kind, int64_t rows,
                    int64_t length) {
  return fmt::format(
      "  %{0}r = graph.reduce %{1} {{axes = array<i64: 1>, kind = \"{2}\"}} : ({3}) "
      "-> tensor<{4}xf32> loc(\"{0}r\")\n"
      "  %{0} = graph.reshape %{0}r {{shape = array<i64: {4}, 1>}} : (tensor<{4}xf32>) "
      "-> tensor<{4}x1xf32> loc(\"{0}\")\n",
      name, of, kind, matrix(rows, length), rows);
}

std::string mapped(const std::string& name, const std::vector<std::string>& operands,
                   const std::vector<std::string>& types, const std::string& type,
                   const std::string& body) {
  std::string arguments;
  for (size_t i = 0; i < operands.size(); ++i)
    arguments += fmt::format("{}%{}: f32", i ? ", " : "", static_cast<char>('a' + i));
  return fmt::format("  %{0} = graph.map %{1} : ({2}) -> {3} {{\n  ^bb0({4}):\n{5}"
                     "    graph.yield %r : f32\n  }} loc(\"{0}\")\n",
                     name, fmt::join(operands, ", %"), fmt::join(types, ", "), type, arguments,
                     body);
}

WordsCase softmax(const std::string& name, int64_t rows, int64_t length) {
  const std::string all = matrix(rows, length), column = matrix(rows, 1);
  return {name,
          "",
          {{{rows, length}}},
          {{rows, length}},
          reduced("m", "x0", "max", rows, length) +
              mapped("e", {"x0", "m"}, {all, column}, all,
                     "    %s = arith.subf %a, %b : f32\n    %r = math.exp %s : f32\n") +
              reduced("n", "e", "sum", rows, length) +
              mapped("y", {"e", "n"}, {all, column}, all, "    %r = arith.divf %a, %b : f32\n")};
}

/// With a mean and a deviation as columns, a factor and an offset for each column of the matrix.
WordsCase normalised(const std::string& name, int64_t rows, int64_t length) {
  const std::string all = matrix(rows, length), column = matrix(rows, 1);
  const std::string row = fmt::format("tensor<{}xf32>", length);
  const std::string mean = fmt::format("    %c = arith.constant {:e} : f32\n", 1.0 / length);
  return {name,
          "",
          {{{rows, length}}, {{length}}, {{length}}},
          {{rows, length}},
          reduced("s", "x0", "sum", rows, length) +
              mapped("m", {"s"}, {column}, column, mean + "    %r = arith.mulf %a, %c : f32\n") +
              mapped("l", {"x0", "m"}, {all, column}, all, "    %r = arith.subf %a, %b : f32\n") +
              mapped("q", {"l", "l"}, {all, all}, all, "    %r = arith.mulf %a, %b : f32\n") +
              reduced("t", "q", "sum", rows, length) +
              mapped("v", {"t"}, {column}, column,
                     mean + "    %k = arith.constant 1.0e-5 : f32\n"
                            "    %o = arith.constant 1.0 : f32\n"
                            "    %w = arith.mulf %a, %c : f32\n"
                            "    %u = arith.addf %w, %k : f32\n"
                            "    %z = math.sqrt %u : f32\n"
                            "    %r = arith.divf %o, %z : f32\n") +
              mapped("y", {"l", "v", "x1", "x2"}, {all, column, row, row}, all,
                     "    %f = arith.mulf %a, %b : f32\n"
                     "    %g = arith.mulf %f, %c : f32\n"
                     "    %r = arith.addf %g, %d : f32\n")};
}

/// The map before the reduction belongs to it.
WordsCase unit(const std::string& name, int64_t rows, int64_t length) {
  const std::string all = matrix(rows, length), column = matrix(rows, 1);
  return {name,
          "",
          {{{rows, length}}},
          {{rows, length}},
          mapped("q", {"x0", "x0"}, {all, all}, all, "    %r = arith.mulf %a, %b : f32\n") +
              reduced("s", "q", "sum", rows, length) +
              mapped("l", {"s"}, {column}, column, "    %r = math.sqrt %a : f32\n") +
              mapped("y", {"x0", "l"}, {all, column}, all, "    %r = arith.divf %a, %b : f32\n")};
}

/// The chain's last result is a column.
WordsCase spread(const std::string& name, int64_t rows, int64_t length) {
  const std::string column = matrix(rows, 1);
  return {
      name,
      "",
      {{{rows, length}}},
      {{rows, 1}},
      reduced("h", "x0", "max", rows, length) + reduced("l", "x0", "min", rows, length) +
          mapped("y", {"h", "l"}, {column, column}, column, "    %r = arith.subf %a, %b : f32\n")};
}

class WordsChain : public testing::TestWithParam<WordsCase> {};

TEST_P(WordsChain, Match) {
  checkWords(GetParam());
}

INSTANTIATE_TEST_SUITE_P(
    Words, WordsChain,
    testing::Values(softmax("Softmax", 37, 64), softmax("SoftmaxOneBlock", 100, 16),
                    softmax("SoftmaxOneRow", 1, 2048), softmax("SoftmaxLong", 5, 20000),
                    softmax("SoftmaxOdd", 12, 37), softmax("SoftmaxTwo", 300, 2),
                    softmax("SoftmaxMany", 1000, 128), normalised("Normalised", 33, 64),
                    normalised("NormalisedWide", 7, 768), normalised("NormalisedOneRow", 1, 320),
                    normalised("NormalisedSquare", 48, 48), normalised("NormalisedOdd", 20, 197),
                    unit("Unit", 70, 80), unit("UnitOdd", 9, 100), spread("Spread", 50, 96),
                    spread("SpreadOne", 1, 32)),
    [](const auto& info) { return info.param.name; });

} // namespace
} // namespace npuforge::test
