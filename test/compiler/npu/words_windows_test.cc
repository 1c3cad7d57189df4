// Matrix products, convolutions and poolings over words, compiled and run on the simulator against
// the reference interpreter of tensors: chosen edges, and shapes drawn at random.
#include <random>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <gtest/gtest.h>

#include "words_case.h"

namespace npuforge::test {
namespace {

using Case = WordsCase;

struct Window {
  Extents kernel, strides, dilations, pads;
};

Extents resultOf(const Extents& in, const Window& w, int64_t channels) {
  Extents out{in[0]};
  const size_t dims = w.kernel.size();
  for (size_t i = 0; i < dims; ++i)
    out.push_back(
        (in[i + 1] + w.pads[i] + w.pads[dims + i] - (w.kernel[i] - 1) * w.dilations[i] - 1) /
            w.strides[i] +
        1);
  out.push_back(channels);
  return out;
}

std::string list(const Extents& values) {
  return fmt::format("array<i64: {}>", fmt::join(values, ", "));
}

Case contract(const std::string& name, int64_t left, int64_t right, int64_t m, int64_t k,
              int64_t n) {
  return {
      name, "graph.contract", {{{left, m, k}}, {{right, k, n}}}, {{std::max(left, right), m, n}}};
}

Case convolve(const std::string& name, const Extents& in, int64_t outputs, const Window& w,
              int64_t groups = 1) {
  Extents kernel = w.kernel;
  kernel.push_back(in.back() / groups);
  kernel.push_back(outputs);
  return {name,
          fmt::format("graph.convolve {{strides = {}, pads = {}, dilations = {}, groups = {}}}",
                      list(w.strides), list(w.pads), list(w.dilations), groups),
          {{in}, {kernel}},
          {resultOf(in, w, outputs)}};
}

Case pool(const std::string& name, const char* kind, const Extents& in, const Window& w) {
  return {name,
          fmt::format("graph.pool {{kind = \"{}\", kernel = {}, strides = {}, pads = {}, "
                      "dilations = {}}}",
                      kind, list(w.kernel), list(w.strides), list(w.pads), list(w.dilations)),
          {{in}},
          {resultOf(in, w, in.back())}};
}

Case integers(Case c) {
  c.name += "Integers";
  for (WordsTensor* tensor : {&c.operands[0], &c.result})
    tensor->type = "i32", tensor->below = 1 << 20;
  return c;
}

/// Multiplied in a narrower type.
Case narrowed(Case c, const std::string& precision) {
  const size_t open = c.operation.find('{');
  const std::string attribute = fmt::format("precision = \"{}\"", precision);
  c.name += precision;
  if (open == std::string::npos)
    c.operation += fmt::format(" {{{}}}", attribute);
  else
    c.operation.insert(open + 1, attribute + ", ");
  return c;
}

std::vector<Case> chosen() {
  const Window same3{{3, 3}, {1, 1}, {1, 1}, {1, 1, 1, 1}};
  const Window pixel{{1, 1}, {1, 1}, {1, 1}, {0, 0, 0, 0}};
  return {
      contract("OneByOne", 1, 1, 1, 1, 1),
      contract("Vector", 1, 1, 1, 300, 130),
      contract("Tails", 1, 1, 37, 45, 53),
      contract("Chunks", 1, 1, 90, 700, 70),
      contract("Batches", 3, 3, 20, 17, 33),
      contract("OneRight", 3, 1, 20, 17, 33),
      contract("OneLeft", 1, 3, 5, 20, 18),
      convolve("Same", {1, 9, 7, 24}, 33, same3),
      convolve("Batch", {2, 5, 6, 16}, 16, same3),
      convolve("Pixels", {1, 13, 11, 37}, 29, pixel),
      convolve("StridedPixels", {1, 9, 9, 20}, 17, {{1, 1}, {2, 2}, {1, 1}, {0, 0, 0, 0}}),
      convolve("FewChannels", {1, 19, 23, 3}, 19, {{7, 7}, {2, 2}, {1, 1}, {3, 3, 3, 3}}),
      convolve("Dilated", {1, 17, 15, 18}, 20, {{3, 3}, {1, 1}, {3, 2}, {3, 2, 3, 2}}),
      convolve("ManyChannels", {1, 7, 7, 300}, 40, same3),
      convolve("Wide", {1, 3, 300, 8}, 8, {{1, 9}, {1, 1}, {1, 1}, {0, 4, 0, 4}}),
      convolve("Line", {1, 400, 12}, 24, {{5}, {2}, {1}, {2, 1}}),
      convolve("Solid", {1, 5, 6, 7, 4}, 10, {{3, 2, 3}, {1, 1, 2}, {1, 1, 1}, {1, 0, 1, 1, 1, 1}}),
      convolve("Grouped", {1, 6, 7, 12}, 18, same3, 3),
      convolve("Depthwise", {1, 12, 13, 20}, 20, same3, 20),
      convolve("DepthwiseStrided", {1, 15, 15, 37}, 37, {{5, 3}, {2, 2}, {1, 1}, {2, 1, 2, 1}}, 37),
      convolve("DepthwiseSolid", {1, 4, 5, 6, 5}, 5,
               {{2, 3, 3}, {1, 1, 1}, {1, 1, 1}, {1, 1, 1, 0, 1, 1}}, 5),
      pool("Max", "max", {1, 12, 11, 20}, {{3, 3}, {2, 2}, {1, 1}, {1, 1, 1, 1}}),
      pool("Sum", "sum", {1, 12, 11, 20}, {{2, 2}, {2, 2}, {1, 1}, {0, 0, 0, 0}}),
      pool("MaxDilated", "max", {2, 9, 9, 5}, {{2, 2}, {1, 1}, {2, 2}, {0, 0, 1, 1}}),
      pool("SumLine", "sum", {1, 50, 3}, {{4}, {3}, {1}, {1, 2}}),
      pool("MaxSolid", "max", {1, 5, 6, 7, 18},
           {{2, 2, 3}, {2, 1, 2}, {1, 1, 1}, {0, 1, 1, 0, 0, 1}}),
      pool("SumWindow", "sum", {1, 20, 20, 33}, {{20, 20}, {1, 1}, {1, 1}, {0, 0, 0, 0}}),
  };
}

/// Shapes that nobody chose.
class Shapes {
public:
  explicit Shapes(uint32_t seed) : random_(seed) {}

  Case draw(int index) {
    const std::string name = fmt::format("Random{}", index);
    const int what = static_cast<int>(pick(0, 3));
    if (what == 0)
      return contract(name, 1, pick(1, 2), pick(1, 70), pick(1, 150), pick(1, 90));
    const auto dims = static_cast<size_t>(pick(1, 3));
    Window w;
    Extents in{pick(1, 2)};
    for (size_t i = 0; i < dims; ++i) {
      w.kernel.push_back(pick(1, 4)), w.strides.push_back(pick(1, 3));
      w.dilations.push_back(pick(1, 2));
      w.pads.push_back(pick(0, w.kernel.back() - 1));
      in.push_back(pick(1, 14) + (w.kernel.back() - 1) * w.dilations.back());
    }
    for (size_t i = 0; i < dims; ++i)
      w.pads.push_back(pick(0, w.kernel[i] - 1));
    const int64_t groups = what == 1 ? pick(1, 3) : 1;
    in.push_back(groups * pick(1, 40));
    if (what == 3)
      return pool(name, pick(0, 1) ? "max" : "sum", in, w);
    if (what == 2 && in.back() > 1)
      return convolve(name, in, in.back(), w, in.back());
    return convolve(name, in, groups * pick(1, 40), w, groups);
  }

private:
  int64_t pick(int64_t low, int64_t high) {
    return std::uniform_int_distribution<int64_t>(low, high)(random_);
  }
  std::mt19937 random_;
};

/// Layers one behind the other: each reads what the one before has just written.
Case network() {
  const char* body =
      R"(  %a = graph.convolve %x0, %x1 {strides = array<i64: 1, 1>, pads = array<i64: 1, 1, 1, 1>, dilations = array<i64: 1, 1>, groups = 1 : i64} : (tensor<1x12x12x3xf32>, tensor<3x3x3x20xf32>) -> tensor<1x12x12x20xf32> loc("a")
  %b = graph.map %a, %x2 : (tensor<1x12x12x20xf32>, tensor<20xf32>) -> tensor<1x12x12x20xf32> {
  ^bb0(%p: f32, %q: f32):
    %r = arith.addf %p, %q : f32
    graph.yield %r : f32
  } loc("b")
  %c = graph.convolve %b, %x3 {strides = array<i64: 1, 1>, pads = array<i64: 1, 1, 1, 1>, dilations = array<i64: 1, 1>, groups = 20 : i64} : (tensor<1x12x12x20xf32>, tensor<3x3x1x20xf32>) -> tensor<1x12x12x20xf32> loc("c")
  %d = graph.pool %c {kind = "max", kernel = array<i64: 2, 2>, strides = array<i64: 2, 2>, pads = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>} : (tensor<1x12x12x20xf32>) -> tensor<1x6x6x20xf32> loc("d")
  %e = graph.convolve %d, %x4 {strides = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>, groups = 1 : i64} : (tensor<1x6x6x20xf32>, tensor<6x6x20x40xf32>) -> tensor<1x1x1x40xf32> loc("e")
  %f = graph.reshape %e {shape = array<i64: 1, 1, 40>} : (tensor<1x1x1x40xf32>) -> tensor<1x1x40xf32> loc("f")
  %y = graph.contract %f, %x5 : (tensor<1x1x40xf32>, tensor<1x40x9xf32>) -> tensor<1x1x9xf32> loc("y")
)";
  return {
      "Network",
      "",
      {{{1, 12, 12, 3}}, {{3, 3, 3, 20}}, {{20}}, {{3, 3, 1, 20}}, {{6, 6, 20, 40}}, {{1, 40, 9}}},
      {{1, 1, 9}},
      body};
}

std::vector<Case> cases() {
  std::vector<Case> all = chosen();
  all.push_back(network());
  for (const Case& c : chosen())
    if (c.operation.find("graph.pool") == 0)
      all.push_back(integers(c));
    else
      for (const char* precision : {"bf16", "f16"})
        all.push_back(narrowed(c, precision));
  Shapes shapes(5);
  for (int index = 0; index < 40; ++index)
    all.push_back(shapes.draw(index));
  return all;
}

class WordsWindows : public testing::TestWithParam<Case> {};

TEST_P(WordsWindows, Match) {
  checkWords(GetParam());
}

INSTANTIATE_TEST_SUITE_P(Words, WordsWindows, testing::ValuesIn(cases()),
                         [](const auto& info) { return info.param.name; });

} // namespace
} // namespace npuforge::test
