// Passes over tensor operators change no value: the reference interpreter gives the same before and
// behind them.
#include <cstring>
#include <random>

#include <gtest/gtest.h>
#include <mlir/Dialect/Arith/IR/Arith.h>
#include <mlir/Dialect/Math/IR/Math.h>
#include <mlir/Parser/Parser.h>
#include <mlir/Pass/PassManager.h>

#include "npuforge/compiler/graph/Graph.h"
#include "npuforge/compiler/graph/Passes.h"
#include "npuforge/compiler/graph/tensor_interpreter.h"

namespace npuforge::graph {
namespace {

using Tensors = std::vector<mlir::DenseElementsAttr>;

/// Bytes of any value for integers, small numbers for f32.
Tensors draw(mlir::func::FuncOp main) {
  std::mt19937 random(3);
  Tensors tensors;
  for (mlir::Type argument : main.getArgumentTypes()) {
    auto type = llvm::cast<mlir::RankedTensorType>(argument);
    const bool real = type.getElementType().isF32();
    std::vector<char> bytes(type.getNumElements() * (real ? 4 : 1));
    for (int64_t i = 0; i < type.getNumElements(); ++i) {
      const auto number = static_cast<float>(random() % 17) - 8;
      if (real)
        std::memcpy(bytes.data() + 4 * i, &number, 4);
      else
        bytes[i] = static_cast<char>(random());
    }
    tensors.push_back(mlir::DenseElementsAttr::getFromRawBuffer(type, bytes));
  }
  return tensors;
}

void expectSame(const std::string& text, std::unique_ptr<mlir::Pass> pass, int moves) {
  mlir::MLIRContext context;
  context.loadDialect<mlir::func::FuncDialect, mlir::arith::ArithDialect, mlir::math::MathDialect,
                      GraphDialect>();
  auto module = mlir::parseSourceString<mlir::ModuleOp>(text, &context);
  ASSERT_TRUE(module) << text;
  auto main = module->lookupSymbol<mlir::func::FuncOp>("main");
  const Tensors inputs = draw(main);
  const Tensors before = interpretTensors(main, inputs);
  mlir::PassManager passes(&context);
  passes.nest<mlir::func::FuncOp>().addPass(std::move(pass));
  ASSERT_TRUE(mlir::succeeded(passes.run(*module)));
  EXPECT_EQ(interpretTensors(main, inputs), before);
  int left = 0;
  main.walk([&](MoveOp) { ++left; });
  EXPECT_EQ(left, moves);
  main.walk([](mlir::Operation* op) {
    if (llvm::isa<ContractOp, ConvolveOp>(op))
      for (mlir::Type type : op->getOperandTypes())
        EXPECT_FALSE(llvm::cast<mlir::ShapedType>(type).getElementType().isUnsignedInteger());
  });
}

std::string contract(const std::string& left, const std::string& right) {
  const std::string types = "tensor<2x3x5x" + left + ">, tensor<2x5x4x" + right + ">";
  return "func.func @main(%a: tensor<2x3x5x" + left + ">, %b: tensor<2x5x4x" + right +
         ">) -> tensor<2x3x4xi32> {\n  %0 = graph.contract %a, %b : (" + types +
         ") -> tensor<2x3x4xi32>\n  return %0 : tensor<2x3x4xi32>\n}";
}

std::string convolve(const std::string& input, const std::string& weights) {
  const std::string types = "tensor<1x5x6x4x" + input + ">, tensor<3x2x2x6x" + weights + ">";
  return "func.func @main(%a: tensor<1x5x6x4x" + input + ">, %b: tensor<3x2x2x6x" + weights +
         ">) -> tensor<1x3x6x6xi32> {\n  %0 = graph.convolve %a, %b {strides = array<i64: 2, 1>, "
         "pads = array<i64: 1, 0, 1, 1>, dilations = array<i64: 1, 1>, groups = 2 : i64} : (" +
         types + ") -> tensor<1x3x6x6xi32>\n  return %0 : tensor<1x3x6x6xi32>\n}";
}

TEST(SignedProducts, KeepTheirValues) {
  for (const char* left : {"i8", "ui8"})
    for (const char* right : {"i8", "ui8"}) {
      expectSame(contract(left, right), createSignedProducts(), 0);
      // Padding is written by a move.
      expectSame(convolve(left, right), createSignedProducts(), left[0] == 'u' ? 1 : 0);
    }
}

/// [1, 2, 3, 4] to [1, 4, 2, 3] and back.
constexpr const char* kFirst =
    "{pieces = [#graph.piece<0 [1, 4, 2, 3] from 0 [24, 1, 12, 4] to 0 [24, 6, 3, 1]>]} : "
    "(tensor<1x2x3x4xf32>) -> tensor<1x4x2x3xf32>\n";
constexpr const char* kLast =
    "{pieces = [#graph.piece<0 [1, 2, 3, 4] from 0 [24, 3, 1, 6] to 0 [24, 12, 4, 1]>]} : "
    "(tensor<1x4x2x3xf32>) -> tensor<1x2x3x4xf32>\n";

TEST(ChannelsLast, ResidualSumsHaveNoTransposes) {
  expectSame(std::string("func.func @main(%a: tensor<1x2x3x4xf32>, %b: tensor<1x2x3x4xf32>) -> "
                         "tensor<1x2x3x4xf32> {\n") +
                 "  %k = graph.constant dense<[[[1.0]], [[2.0]], [[3.0]], [[4.0]]]> : "
                 "tensor<4x1x1xf32>\n  %x = graph.move %a " +
                 kFirst + "  %y = graph.move %b " + kFirst +
                 "  %s = graph.map %x, %y, %k : (tensor<1x4x2x3xf32>, tensor<1x4x2x3xf32>, "
                 "tensor<4x1x1xf32>) -> tensor<1x4x2x3xf32> {\n"
                 "  ^bb0(%p: f32, %q: f32, %r: f32):\n    %u = arith.mulf %p, %r : f32\n"
                 "    %v = arith.addf %u, %q : f32\n    graph.yield %v : f32\n  }\n"
                 "  %z = graph.move %s " +
                 kLast + "  return %z : tensor<1x2x3x4xf32>\n}",
             createChannelsLast(), 0);
}

TEST(ChannelsLast, SlicesAndSumsReadTheTensorAsItLies) {
  expectSame(std::string("func.func @main(%a: tensor<1x2x3x4xf32>) -> tensor<2x3xf32> {\n") +
                 "  %x = graph.move %a " + kFirst +
                 // Channels 3 and 1, the columns in reverse.
                 "  %s = graph.move %x {pieces = [#graph.piece<0 [1, 2, 2, 3] from 20 [24, -12, 3, "
                 "-1] to 0 [12, 6, 3, 1]>]} : (tensor<1x4x2x3xf32>) -> tensor<1x2x2x3xf32>\n"
                 "  %r = graph.reduce %s {kind = \"sum\", axes = array<i64: 0, 1>} : "
                 "(tensor<1x2x2x3xf32>) -> tensor<2x3xf32>\n  return %r : tensor<2x3xf32>\n}",
             createChannelsLast(), 1);
}

} // namespace
} // namespace npuforge::graph
