// The least cycles of small networks against numbers worked out by hand.
#include <gtest/gtest.h>
#include <mlir/IR/MLIRContext.h>
#include <mlir/Parser/Parser.h>

#include "npuforge/compiler/graph/Graph.h"
#include "npuforge/compiler/graph/bound.h"

namespace npuforge::graph {
namespace {

constexpr Resources kMachine{.rows = 16, .cols = 16, .lanes = 16, .dram_bytes = 16};

Bound boundOf(const std::string& body) {
  mlir::MLIRContext context;
  context.loadDialect<mlir::func::FuncDialect, GraphDialect>();
  auto module = mlir::parseSourceString<mlir::ModuleOp>(body, &context);
  EXPECT_TRUE(module);
  return lowerBound(module->lookupSymbol<mlir::func::FuncOp>("main"), kMachine);
}

TEST(LowerBound, TapsArePackedIntoRows) {
  // 3 channels x 9 taps = 27 rows: two blocks of rows, two of columns, 64 pixels each.
  Bound bound = boundOf(R"(func.func @main(%x: tensor<1x3x8x8xi8>) -> tensor<1x20x8x8xi32> {
    %w = graph.constant dense<1> : tensor<20x3x3x3xi8>
    %b = graph.constant dense<0> : tensor<20xi32>
    %y = graph.qconv %x, %w, %b {strides = array<i64: 1, 1>, pads = array<i64: 1, 1, 1, 1>,
      dilations = array<i64: 1, 1>, groups = 1 : i64, fill = 0 : i64}
      : (tensor<1x3x8x8xi8>, tensor<20x3x3x3xi8>, tensor<20xi32>) -> tensor<1x20x8x8xi32>
    return %y : tensor<1x20x8x8xi32>
  })");
  EXPECT_EQ(bound.array, 2 * 2 * 64);
  EXPECT_EQ(bound.dram, (192 + 540 + 80 + 20 * 64 * 4) / 16.0);
  EXPECT_EQ(bound.vector, 0);
}

TEST(LowerBound, PreloadsBoundFewRows) {
  // One row streams through each block; the preload of 16 rows takes longer, that of the last 4 as
  // well.
  Bound bound = boundOf(R"(func.func @main(%x: tensor<1x1x20xf32>) -> tensor<1x1x32xf32> {
    %w = graph.constant dense<1.0> : tensor<1x20x32xf32>
    %y = graph.contract %x, %w : (tensor<1x1x20xf32>, tensor<1x20x32xf32>) -> tensor<1x1x32xf32>
    return %y : tensor<1x1x32xf32>
  })");
  EXPECT_EQ(bound.array, 4 * 2 * (16 + 4)); // f32: four cycles a row
  EXPECT_EQ(bound.dram, 4 * (20 + 640 + 32) / 16.0);
  EXPECT_EQ(bound.cycles(), bound.dram);
}

TEST(LowerBound, DepthwiseTapsAreDividedBetweenTheUnits) {
  // 9 taps x 64 pixels x 2 blocks of channels on either unit, and 64 x 2 requantised rows on the
  // vector unit.
  Bound bound = boundOf(R"(func.func @main(%x: tensor<1x32x8x8xi8>) -> tensor<1x32x8x8xi8> {
    %w = graph.constant dense<1> : tensor<32x1x3x3xi8>
    %b = graph.constant dense<0> : tensor<32xi32>
    %m = graph.constant dense<1073741824> : tensor<32xi32>
    %s = graph.constant dense<31> : tensor<32xi32>
    %a = graph.qconv %x, %w, %b {strides = array<i64: 1, 1>, pads = array<i64: 1, 1, 1, 1>,
      dilations = array<i64: 1, 1>, groups = 32 : i64, fill = 0 : i64}
      : (tensor<1x32x8x8xi8>, tensor<32x1x3x3xi8>, tensor<32xi32>) -> tensor<1x32x8x8xi32>
    %y = graph.requant %a, %m, %s {zero_point = 0 : i64, low = -128 : i64, high = 127 : i64}
      : (tensor<1x32x8x8xi32>, tensor<32xi32>, tensor<32xi32>) -> tensor<1x32x8x8xi8>
    return %y : tensor<1x32x8x8xi8>
  })");
  EXPECT_DOUBLE_EQ(bound.array, (9 * 64 * 2 + 128) / 2.0);
  EXPECT_DOUBLE_EQ(bound.vector, bound.array);
}

} // namespace
} // namespace npuforge::graph
