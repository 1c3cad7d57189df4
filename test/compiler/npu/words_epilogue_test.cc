// Maps behind products, poolings and depthwise convolutions: computed while the results lie in the
// accumulator, or, where they cannot be, as layers of their own.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "words_case.h"

namespace npuforge::test {
namespace {

struct Other {
  const char* shape;
  Extents extents;
};

/// %y = f(product, others): the product's text, its type, and a body over %p, %a, %b, ..
WordsCase behind(const std::string& name, const std::string& product,
                 std::vector<WordsTensor> operands, const std::string& type, const Extents& result,
                 const std::vector<Other>& others, const std::string& body) {
  std::string inputs = "%p0", types = type, arguments = "%p: f32";
  for (size_t i = 0; i < others.size(); ++i) {
    inputs += fmt::format(", %x{}", operands.size());
    types += fmt::format(", tensor<{}f32>", others[i].shape);
    arguments += fmt::format(", %{}: f32", static_cast<char>('a' + i));
    operands.push_back({others[i].extents});
  }
  return {name,
          "",
          operands,
          {result},
          fmt::format("  %p0 = {} -> {} loc(\"p\")\n"
                      "  %y = graph.map {} : ({}) -> {} {{\n"
                      "  ^bb0({}):\n{}"
                      "    graph.yield %r : f32\n"
                      "  }} loc(\"y\")\n",
                      product, type, inputs, types, type, arguments, body)};
}

const char* const kBiasRelu = "    %s = arith.addf %p, %a : f32\n"
                              "    %z = arith.constant 0.0 : f32\n"
                              "    %r = arith.maximumf %s, %z : f32\n";
const char* const kResidual = "    %s = arith.addf %p, %a : f32\n"
                              "    %r = arith.addf %s, %b : f32\n";
const char* const kScaled = "    %s = arith.mulf %p, %a : f32\n"
                            "    %r = arith.addf %s, %b : f32\n";
const char* const kSwish = "    %s = arith.addf %p, %a : f32\n"
                           "    %n = arith.negf %s : f32\n"
                           "    %e = math.exp %n : f32\n"
                           "    %o = arith.constant 1.0 : f32\n"
                           "    %d = arith.addf %e, %o : f32\n"
                           "    %r = arith.divf %s, %d : f32\n";
const char* const kSquare = "    %r = arith.mulf %p, %p : f32\n";

std::string contract(int64_t batch, int64_t m, int64_t k, int64_t n) {
  return fmt::format("graph.contract %x0, %x1 : (tensor<{0}x{1}x{2}xf32>, tensor<{0}x{2}x{3}xf32>)",
                     batch, m, k, n);
}

std::string convolve(int64_t batch, int64_t size, int64_t channels, int64_t outputs,
                     int64_t groups = 1) {
  return fmt::format(
      "graph.convolve %x0, %x1 {{strides = array<i64: 1, 1>, pads = array<i64: 1, 1, 1, 1>, "
      "dilations = array<i64: 1, 1>, groups = {4} : i64}} : (tensor<{0}x{1}x{1}x{2}xf32>, "
      "tensor<3x3x{5}x{3}xf32>)",
      batch, size, channels, outputs, groups, channels / groups);
}

std::string pool(const char* kind, int64_t batch, int64_t size, int64_t channels) {
  return fmt::format("graph.pool %x0 {{kind = \"{}\", kernel = array<i64: 3, 2>, strides = "
                     "array<i64: 1, 1>, pads = array<i64: 1, 0, 1, 1>, dilations = array<i64: 1, "
                     "1>}} : (tensor<{}x{}x{}x{}xf32>)",
                     kind, batch, size, size, channels);
}

std::vector<WordsCase> cases() {
  std::vector<WordsCase> all;
  auto matrices = [&](const std::string& name, int64_t batch, int64_t m, int64_t k, int64_t n,
                      const std::vector<Other>& others, const char* body) {
    all.push_back(behind(name, contract(batch, m, k, n), {{{batch, m, k}}, {{batch, k, n}}},
                         fmt::format("tensor<{}x{}x{}xf32>", batch, m, n), {batch, m, n}, others,
                         body));
  };
  auto images = [&](const std::string& name, int64_t batch, int64_t size, int64_t channels,
                    int64_t outputs, int64_t groups, const std::vector<Other>& others,
                    const char* body) {
    all.push_back(behind(name, convolve(batch, size, channels, outputs, groups),
                         {{{batch, size, size, channels}}, {{3, 3, channels / groups, outputs}}},
                         fmt::format("tensor<{0}x{1}x{1}x{2}xf32>", batch, size, outputs),
                         {batch, size, size, outputs}, others, body));
  };
  auto pools = [&](const std::string& name, const char* kind, int64_t batch, int64_t size,
                   int64_t channels, const std::vector<Other>& others, const char* body) {
    all.push_back(behind(name, pool(kind, batch, size, channels), {{{batch, size, size, channels}}},
                         fmt::format("tensor<{0}x{1}x{1}x{2}xf32>", batch, size, channels),
                         {batch, size, size, channels}, others, body));
  };
  matrices("Bias", 1, 37, 45, 53, {{"53x", {53}}}, kBiasRelu);
  matrices("Number", 1, 37, 45, 53, {{"1x", {1}}}, kBiasRelu);
  matrices("Residual", 1, 90, 70, 150, {{"150x", {150}}, {"1x90x150x", {1, 90, 150}}}, kResidual);
  matrices("Swish", 1, 300, 20, 33, {{"33x", {33}}}, kSwish);
  matrices("Panels", 1, 40, 500, 700, {{"700x", {700}}, {"40x700x", {40, 700}}}, kResidual);
  matrices("OnePixel", 1, 1, 200, 300, {{"300x", {300}}}, kBiasRelu);
  matrices("Batches", 3, 20, 17, 33, {{"33x", {33}}, {"3x20x33x", {3, 20, 33}}}, kResidual);
  matrices("Mask", 3, 20, 17, 33, {{"20x33x", {20, 33}}, {"1x", {1}}}, kScaled);
  matrices("OfEachBatch", 3, 20, 17, 33, {{"3x1x1x", {3, 1, 1}}}, kBiasRelu); // a layer of its own
  matrices("ColumnAndRow", 3, 20, 17, 33, {{"3x20x1x", {3, 20, 1}}, {"3x1x33x", {3, 1, 33}}},
           kScaled);
  matrices("ColumnPanels", 1, 40, 500, 700, {{"40x1x", {40, 1}}}, kBiasRelu);
  matrices("ColumnOfPixels", 5, 1, 70, 90, {{"5x1x1x", {5, 1, 1}}, {"5x1x90x", {5, 1, 90}}},
           kScaled);
  matrices("Square", 1, 20, 17, 33, {}, kSquare);
  images("Image", 1, 13, 20, 37, 1, {{"37x", {37}}}, kBiasRelu);
  images("ImageResidual", 2, 17, 24, 40, 1, {{"40x", {40}}, {"2x17x17x40x", {2, 17, 17, 40}}},
         kResidual);
  images("Groups", 1, 9, 12, 18, 3, {{"18x", {18}}, {"1x9x9x18x", {1, 9, 9, 18}}}, kResidual);
  images("Large", 1, 40, 16, 64, 1, {{"64x", {64}}, {"1x40x40x64x", {1, 40, 40, 64}}}, kResidual);
  images("Depthwise", 1, 13, 37, 37, 37, {{"37x", {37}}}, kBiasRelu);
  images("DepthwiseResidual", 2, 17, 40, 40, 40, {{"40x", {40}}, {"2x17x17x40x", {2, 17, 17, 40}}},
         kResidual);
  images("DepthwiseSwish", 1, 30, 20, 20, 20, {{"20x", {20}}}, kSwish);
  images("DepthwiseLarge", 1, 70, 33, 33, 33, {{"33x", {33}}, {"1x70x70x33x", {1, 70, 70, 33}}},
         kScaled);
  pools("Mean", "sum", 1, 15, 24, {{"1x", {1}}, {"24x", {24}}}, kScaled);
  pools("MeanOfEach", "sum", 1, 15, 24, {{"1x15x15x1x", {1, 15, 15, 1}}}, kBiasRelu); // a layer
  pools("Counts", "sum", 2, 20, 50, {{"2x20x20x50x", {2, 20, 20, 50}}, {"1x", {1}}}, kScaled);
  pools("Largest", "max", 2, 40, 20, {{"20x", {20}}}, kBiasRelu);
  pools("LargestSwish", "max", 1, 33, 17, {{"17x", {17}}}, kSwish);
  return all;
}

class WordsEpilogue : public testing::TestWithParam<WordsCase> {};

TEST_P(WordsEpilogue, Match) {
  checkWords(GetParam());
}

INSTANTIATE_TEST_SUITE_P(Words, WordsEpilogue, testing::ValuesIn(cases()),
                         [](const auto& info) { return info.param.name; });

/// The sum of two products, of which the second gets the sum; the reshaped sum is narrow for the
/// product behind it.
TEST(WordsEpilogues, Follow) {
  checkWords(
      {"Network",
       "",
       {{{1, 12, 20}}, {{1, 20, 30}}, {{1, 20, 30}}, {{1, 30, 17}}},
       {{1, 12, 17}},
       R"(  %a = graph.contract %x0, %x1 : (tensor<1x12x20xf32>, tensor<1x20x30xf32>) -> tensor<1x12x30xf32> loc("a")
  %b = graph.contract %x0, %x2 : (tensor<1x12x20xf32>, tensor<1x20x30xf32>) -> tensor<1x12x30xf32> loc("b")
  %c = graph.reshape %b {shape = array<i64: 12, 30>} : (tensor<1x12x30xf32>) -> tensor<12x30xf32> loc("c")
  %d = graph.reshape %a {shape = array<i64: 12, 30>} : (tensor<1x12x30xf32>) -> tensor<12x30xf32> loc("d")
  %e = graph.map %c, %d : (tensor<12x30xf32>, tensor<12x30xf32>) -> tensor<12x30xf32> {
  ^bb0(%p: f32, %q: f32):
    %r = arith.addf %p, %q : f32
    graph.yield %r : f32
  } loc("e")
  %f = graph.reshape %e {shape = array<i64: 1, 12, 30>} : (tensor<12x30xf32>) -> tensor<1x12x30xf32> loc("f")
  %y = graph.contract %f, %x3 {precision = "bf16"} : (tensor<1x12x30xf32>, tensor<1x30x17xf32>) -> tensor<1x12x17xf32> loc("y")
)"});
}

/// What makes up for zero points: sums of the rows of the left operand and of the columns of the
/// right one, which the product itself makes where the map's steps allow it.
WordsCase zeroPoints(int64_t batch, int64_t m, int64_t k, int64_t n, const char* sum) {
  const std::string body = fmt::format(
      R"(  %p = graph.contract %x0, %x1 {{operand_types = ["i8", "i8"]}} : (tensor<{0}x{1}x{2}xi32>, tensor<{0}x{2}x{3}xi32>) -> tensor<{0}x{1}x{3}xi32> loc("p")
  %one = graph.constant dense<1> : tensor<1x{2}x1xi32>
  %row = graph.constant dense<1> : tensor<1x1x{2}xi32>
  %all = graph.reshape %x0 {{shape = array<i64: 1, {4}, {2}>}} : (tensor<{0}x{1}x{2}xi32>) -> tensor<1x{4}x{2}xi32> loc("all")
  %s = graph.contract %all, %one {{operand_types = ["i8", "i8"]}} : (tensor<1x{4}x{2}xi32>, tensor<1x{2}x1xi32>) -> tensor<1x{4}x1xi32> loc("s")
  %rows = graph.reshape %s {{shape = array<i64: {0}, {1}, 1>}} : (tensor<1x{4}x1xi32>) -> tensor<{0}x{1}x1xi32> loc("rows")
  %columns = graph.contract %row, %x1 {{operand_types = ["i8", "i8"]}} : (tensor<1x1x{2}xi32>, tensor<{0}x{2}x{3}xi32>) -> tensor<{0}x1x{3}xi32> loc("columns")
  %y = graph.map %p, %rows, %columns : (tensor<{0}x{1}x{3}xi32>, tensor<{0}x{1}x1xi32>, tensor<{0}x1x{3}xi32>) -> tensor<{0}x{1}x{3}xf32> {{
  ^bb0(%a: i32, %b: i32, %c: i32):
{5}    graph.yield %r : f32
  }} loc("y")
)",
      batch, m, k, n, batch * m, sum);
  return {fmt::format("{}x{}x{}x{}", batch, m, k, n),
          "",
          {{{batch, m, k}, "i32", 60}, {{batch, k, n}, "i32", 60}},
          {{batch, m, n}},
          body};
}

TEST(WordsEpilogues, SumRowsAndColumns) {
  const char* const reals = "    %d = arith.sitofp %a : i32 to f32\n"
                            "    %e = arith.sitofp %b : i32 to f32\n"
                            "    %f = arith.sitofp %c : i32 to f32\n"
                            "    %three = arith.constant 3.0 : f32\n"
                            "    %g = arith.mulf %e, %three : f32\n"
                            "    %h = arith.addf %d, %g : f32\n"
                            "    %r = arith.subf %h, %f : f32\n";
  checkWords(zeroPoints(3, 40, 20, 33, reals));
  checkWords(zeroPoints(1, 197, 64, 197, reals));
  checkWords(zeroPoints(2, 50, 197, 64, reals));
  checkWords(zeroPoints(1, 150, 1500, 40, reals)); // inputs in chunks
  checkWords(zeroPoints(4, 1, 70, 300, reals));    // few rows
  // Integers are added at once, which cannot be read from one bank.
  checkWords(zeroPoints(2, 40, 33, 50,
                        "    %u = arith.addi %a, %b : i32\n"
                        "    %t = arith.subi %u, %c : i32\n"
                        "    %r = arith.sitofp %t : i32 to f32\n"));
}

} // namespace
} // namespace npuforge::test
