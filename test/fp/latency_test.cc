// Every operation's results come PipelineDepth cycles after their operands, one a cycle, and
// registers are zero after reset.
#include <array>
#include <vector>

#include <Vall_depth0.h>
#include <Vall_depth1.h>
#include <Vall_depth3.h>
#include <gtest/gtest.h>

#include "cases.h"

namespace npuforge::fp {
namespace {

constexpr size_t kWords = 13;
using Results = std::array<uint32_t, kWords>;

template <class Model>
Results results(const Model& model) {
  Results words;
  for (size_t i = 0; i < kWords; ++i)
    words[i] = model.results_o[i];
  return words;
}

template <class Model>
class Bench {
public:
  Bench() {
    model.clk_i = 0;
    model.rst_ni = 1;
    model.eval();
  }
  void drive(const Case& x) {
    model.a_i = x.a;
    model.b_i = x.b;
    model.c_i = x.c;
    model.eval();
  }
  void clock() {
    model.clk_i = 1;
    model.eval();
    model.clk_i = 0;
    model.eval();
  }
  void reset() {
    model.rst_ni = 0;
    model.eval();
    model.rst_ni = 1;
    model.eval();
  }
  Model model;
};

template <class Model>
void check_depth(size_t depth) {
  Bench<Vall_depth0> reference;
  Bench<Model> bench;
  Random random(depth);
  Values<F32> values(random);
  std::vector<Results> expected;
  for (size_t cycle = 0; cycle < 1000; ++cycle) {
    if (cycle == 500) {
      bench.reset();
      expected.assign(cycle, Results{});
    }
    const Case x = values.triple();
    reference.drive(x);
    bench.drive(x);
    expected.push_back(results(reference.model));
    if (cycle >= depth)
      ASSERT_EQ(results(bench.model), expected[cycle - depth]) << "cycle " << cycle;
    bench.clock();
  }
}

TEST(Latency, Depth0) {
  check_depth<Vall_depth0>(0);
}
TEST(Latency, Depth1) {
  check_depth<Vall_depth1>(1);
}
TEST(Latency, Depth3) {
  check_depth<Vall_depth3>(3);
}

} // namespace
} // namespace npuforge::fp
