#include "networks.h"

#include <cmath>
#include <random>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <mlir/Dialect/Arith/IR/Arith.h>
#include <mlir/Dialect/Math/IR/Math.h>
#include <mlir/Parser/Parser.h>

#include "npuforge/compiler/graph/Graph.h"

namespace npuforge::quantize {
namespace {

/// Random numbers as a constant; slices of the first dimension have very different ranges.
std::string weights(const std::string& name, std::vector<int64_t> shape, uint32_t seed) {
  std::mt19937 random(seed);
  std::normal_distribution<double> normal;
  const int64_t count = graph::reference::count_of(shape), each = count / shape[0];
  std::string bytes;
  for (int64_t i = 0; i < count; ++i) {
    const auto value = static_cast<float>(normal(random) * std::pow(3, i / each % 5 - 2));
    for (unsigned char byte : std::bit_cast<std::array<unsigned char, 4>>(value))
      bytes += fmt::format("{:02X}", byte);
  }
  return fmt::format("%{} = graph.constant dense<\"0x{}\"> : tensor<{}xf32>\n", name, bytes,
                     fmt::join(shape, "x"));
}

const char* kNetwork = R"(
  %0 = graph.conv %x, %w0, %b0 {strides = array<i64: 1, 1>, pads = array<i64: 1, 1, 1, 1>, dilations = array<i64: 1, 1>, groups = 1} : (tensor<1x3x8x8xf32>, tensor<8x3x3x3xf32>, tensor<8xf32>) -> tensor<1x8x8x8xf32> loc("first")
  %1 = graph.relu %0 : (tensor<1x8x8x8xf32>) -> tensor<1x8x8x8xf32> loc("relu")
  %2 = graph.conv %1, %w1, %b1 {strides = array<i64: 1, 1>, pads = array<i64: 1, 1, 1, 1>, dilations = array<i64: 1, 1>, groups = 8} : (tensor<1x8x8x8xf32>, tensor<8x1x3x3xf32>, tensor<8xf32>) -> tensor<1x8x8x8xf32> loc("depthwise")
  %3 = graph.relu %2 : (tensor<1x8x8x8xf32>) -> tensor<1x8x8x8xf32>
  %4 = graph.conv %3, %w2, %b2 {strides = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>, groups = 1} : (tensor<1x8x8x8xf32>, tensor<6x8x1x1xf32>, tensor<6xf32>) -> tensor<1x6x8x8xf32> loc("pointwise")
  %5 = graph.global_average_pool %4 : (tensor<1x6x8x8xf32>) -> tensor<1x6x1x1xf32> loc("mean")
  %6 = graph.flatten %5 {axis = 1} : (tensor<1x6x1x1xf32>) -> tensor<1x6xf32> loc("flatten")
  %7 = graph.gemm %6, %w3, %b3 {trans_b} : (tensor<1x6xf32>, tensor<4x6xf32>, tensor<4xf32>) -> tensor<1x4xf32> loc("dense")
  return %7 : tensor<1x4xf32>
}
)";

} // namespace

mlir::OwningOpRef<mlir::ModuleOp> parse(mlir::MLIRContext& context, const std::string& text) {
  context.loadDialect<graph::GraphDialect, mlir::func::FuncDialect, mlir::arith::ArithDialect,
                      mlir::math::MathDialect>();
  return mlir::parseSourceString<mlir::ModuleOp>(text, &context);
}

mlir::OwningOpRef<mlir::ModuleOp> make_network(mlir::MLIRContext& context) {
  return parse(context, "func.func @main(%x: tensor<1x3x8x8xf32> {graph.name = \"x\"}) -> "
                        "(tensor<1x4xf32> {graph.name = \"y\"}) {\n" +
                            weights("w0", {8, 3, 3, 3}, 1) + weights("b0", {8}, 2) +
                            weights("w1", {8, 1, 3, 3}, 3) + weights("b1", {8}, 4) +
                            weights("w2", {6, 8, 1, 1}, 5) + weights("b2", {6}, 6) +
                            weights("w3", {4, 6}, 7) + weights("b3", {4}, 8) + kNetwork);
}

std::vector<Sample> make_samples(mlir::func::FuncOp main, size_t count) {
  std::mt19937 random(11);
  std::uniform_real_distribution<float> uniform(-1, 2);
  std::vector<Sample> samples(count);
  for (Sample& sample : samples)
    for (mlir::BlockArgument argument : main.getArguments()) {
      auto type = llvm::cast<mlir::ShapedType>(argument.getType());
      sample.push_back(graph::reference::make_tensor(type.getShape(), type.getElementType()));
      for (double& value : *sample.back().reals)
        value = static_cast<double>(uniform(random));
    }
  return samples;
}

} // namespace npuforge::quantize
