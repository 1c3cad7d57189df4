// The sizes of tiles of products and windows: they fit, cover, and keep the array busy.
#include <random>

#include <gtest/gtest.h>

#include "npuforge/isa/spec.h"

#include "words/product_plan.h"
#include "words/windows_plan.h"

namespace npuforge::tile {
namespace {

const isa::Machine& machine() {
  static const isa::Spec spec = isa::load_spec(isa::find_machine("npu16"));
  return spec.machine;
}

Product matrices(int64_t m, int64_t k, int64_t n) {
  Product p;
  p.axes[3].in = p.axes[3].out = m;
  p.channels = p.left_pitch = k;
  p.outputs = p.right_pitch = p.result_pitch = n;
  return p;
}

Product convolution(int64_t size, int64_t channels, int64_t outputs, int64_t kernel) {
  Product p = matrices(1, channels, outputs);
  p.axes[2] = p.axes[3] = {size, size, kernel, 1, 1, kernel / 2};
  return p;
}

int64_t macs(const Product& p) {
  int64_t count = p.slices * p.channels * p.outputs;
  for (const WindowAxis& axis : p.axes)
    count *= axis.out * axis.kernel;
  return count;
}

/// Share of the cycles that the array of f32 needs at least: rows * cols multiplications in as many
/// cycles as a word has bytes.
double utilisation(const Product& p) {
  auto plan = planProduct(p, machine());
  const int64_t rate = machine().array.rows * machine().array.cols / 4;
  return static_cast<double>(macs(p)) / static_cast<double>(rate) /
         static_cast<double>(productCost(p, std::get<ProductPlan>(plan), machine()).cycles);
}

TEST(ProductPlan, KeepsTheArrayBusy) {
  EXPECT_GT(utilisation(matrices(256, 256, 256)), 0.8);
  EXPECT_GT(utilisation(matrices(1000, 1000, 1000)), 0.9);
  EXPECT_GT(utilisation(convolution(56, 64, 64, 3)), 0.9);
  EXPECT_GT(utilisation(convolution(14, 256, 256, 3)), 0.8);
}

TEST(ProductPlan, OneRowTakesTheCyclesOfItsMatrix) {
  const Product p = matrices(1, 1024, 1024);
  auto plan = planProduct(p, machine());
  const int64_t read = 1024 * 1024 * 4 / machine().dram.beat_bytes;
  EXPECT_LT(productCost(p, std::get<ProductPlan>(plan), machine()).cycles, read * 11 / 10);
}

TEST(ProductPlan, FitsWhateverTheShape) {
  std::mt19937 random(3);
  auto pick = [&](int64_t low, int64_t high) {
    return std::uniform_int_distribution<int64_t>(low, high)(random);
  };
  const ProductRoom room(machine(), {});
  for (int turn = 0; turn < 300; ++turn) {
    Product p = matrices(1, pick(1, 600), pick(1, 600));
    for (size_t axis = 1; axis < 4; ++axis) {
      WindowAxis& a = p.axes[axis];
      a = {pick(3, 60), 1, pick(1, 3), pick(1, 2), 1, pick(0, 1)};
      a.out = (a.in + a.before - a.reach()) / a.stride + 1;
    }
    auto made = planProduct(p, machine());
    ASSERT_TRUE(std::holds_alternative<ProductPlan>(made)) << std::get<std::string>(made);
    const auto& plan = std::get<ProductPlan>(made);
    const ProductSizes sizes(p, plan, machine());
    EXPECT_LE(sizes.box_bytes, room.inputs);
    EXPECT_LE(plan.rows * sizes.weight_pitch, room.weights);
    EXPECT_LE(sizes.result_bytes, room.results);
    EXPECT_LE(sizes.accumulator_rows, room.accumulators);
    if (sizes.panels > 1)
      EXPECT_EQ(plan.panel % machine().array.cols, 0);
    if (sizes.chunks > 1) {
      EXPECT_EQ(sizes.parts, 1);
      EXPECT_EQ(plan.channels % machine().array.rows, 0);
    }
  }
}

TEST(ProductPlan, RefusesAWindowBeyondTheScratchpad) {
  Product p = matrices(1, 1, 1);
  p.axes[2] = p.axes[3] = {300, 1, 300};
  auto plan = planProduct(p, machine());
  ASSERT_TRUE(std::holds_alternative<std::string>(plan));
  EXPECT_NE(std::get<std::string>(plan).find("90000 pixels"), std::string::npos);
}

TEST(WindowsPlan, FitsWhateverTheShape) {
  std::mt19937 random(4);
  auto pick = [&](int64_t low, int64_t high) {
    return std::uniform_int_distribution<int64_t>(low, high)(random);
  };
  for (int turn = 0; turn < 300; ++turn) {
    Windows w;
    w.channels = pick(1, 300), w.weighted = pick(0, 1);
    for (size_t axis = 2; axis < 4; ++axis) {
      WindowAxis& a = w.axes[axis];
      a = {pick(5, 120), 1, pick(1, 5), pick(1, 3), 1, pick(0, 2)};
      a.out = (a.in + a.before - a.reach()) / a.stride + 1;
    }
    auto made = planWindows(w, machine());
    ASSERT_TRUE(std::holds_alternative<WindowsPlan>(made)) << std::get<std::string>(made);
    const WindowsSizes sizes(w, std::get<WindowsPlan>(made), machine());
    EXPECT_LE(sizes.rows, machine().accumulator_rows() - 1);
    EXPECT_LE(2 * (sizes.box_bytes + sizes.weight_bytes), MemoryMap(machine()).input.bytes);
    EXPECT_LE(sizes.result_bytes, MemoryMap(machine()).outputs[0].bytes);
  }
}

TEST(Window, PlainAxesBecomeOne) {
  Axes axes;
  axes[0].in = axes[0].out = 2;
  axes[2].in = axes[2].out = 5;
  axes[3].in = axes[3].out = 7;
  Axes merged = mergePlain(axes);
  EXPECT_EQ(merged[3].out, 70);
  EXPECT_EQ(merged[2], WindowAxis{});
  axes[3] = {7, 7, 3, 1, 1, 1};
  merged = mergePlain(axes);
  EXPECT_EQ(merged[3], axes[3]);
  EXPECT_EQ(merged[2].out, 10);
  EXPECT_EQ(merged[0], WindowAxis{});
}

TEST(Window, SpansCountWhatIsOutside) {
  const WindowAxis axis{10, 10, 3, 1, 1, 1};
  EXPECT_EQ(spanOf(axis, 4, 0), (Span{1, 5, 0}));
  EXPECT_EQ(spanOf(axis, 4, 1), (Span{0, 6, 0}));
  EXPECT_EQ(spanOf(axis, 4, 2), (Span{0, 3, 1}));
}

} // namespace
} // namespace npuforge::tile
