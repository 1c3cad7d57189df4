// The reference interpreter on single operators, whose results are known by hand.
#include <gmock/gmock.h>
#include <mlir/Dialect/Arith/IR/Arith.h>
#include <mlir/Dialect/Math/IR/Math.h>
#include <mlir/Parser/Parser.h>

#include "npuforge/compiler/graph/Graph.h"
#include "npuforge/compiler/graph/tensor_interpreter.h"

namespace npuforge::graph {
namespace {

/// Runs operations without inputs, whose last is `%r : type`; the result as MLIR prints it.
std::string run(const std::string& operations, const std::string& type) {
  mlir::MLIRContext context;
  context.loadDialect<mlir::func::FuncDialect, mlir::arith::ArithDialect, mlir::math::MathDialect,
                      GraphDialect>();
  auto module = mlir::parseSourceString<mlir::ModuleOp>(
      "func.func @main() -> " + type + " {\n" + operations + "\nreturn %r : " + type + "\n}",
      &context);
  if (!module)
    return "does not parse";
  auto main = module->lookupSymbol<mlir::func::FuncOp>("main");
  std::string text;
  llvm::raw_string_ostream stream(text);
  try {
    interpretTensors(main, {})[0].print(stream);
  } catch (const InterpreterError& error) {
    stream << error.what();
  }
  return text;
}

/// A map of one operand of the type with these elements.
std::string map(const std::string& elements, const std::string& in, const std::string& out,
                const std::string& body) {
  std::string from = "tensor<" + in + ">", to = "tensor<" + out + ">";
  std::string block_type = in.substr(in.rfind('x') + 1),
              result_type = out.substr(out.rfind('x') + 1);
  auto widened = [](const std::string& type) {
    return type == "ui32" ? "i64" : type[0] == 'u' ? "i32" : type;
  };
  return run("%c = graph.constant dense<" + elements + "> : " + from + "\n%r = graph.map %c : (" +
                 from + ") -> " + to + " {\n^bb0(%x: " + widened(block_type) + "):\n" + body +
                 "\ngraph.yield %y : " + widened(result_type) + "\n}",
             to);
}

TEST(TensorInterpreter, ArithmeticRoundsToItsType) {
  EXPECT_EQ(map("[16777216.0]", "1xf32", "1xf32",
                "%o = arith.constant 1.0 : f32\n%y = arith.addf %x, %o : f32"),
            "dense<0x4B800000> : tensor<1xf32>");
  EXPECT_EQ(map("[2048.0]", "1xf16", "1xf16",
                "%o = arith.constant 1.0 : f16\n%y = arith.addf %x, %o : f16"),
            "dense<2.048000e+03> : tensor<1xf16>");
  EXPECT_EQ(map("[256.0]", "1xbf16", "1xbf16",
                "%o = arith.constant 3.0 : bf16\n%y = arith.addf %x, %o : bf16"),
            "dense<2.600000e+02> : tensor<1xbf16>");
}

TEST(TensorInterpreter, IntegersWrapAsTheirTypesDo) {
  EXPECT_EQ(map("[100, -100]", "2xi8", "2xi8", "%y = arith.addi %x, %x : i8"),
            "dense<[-56, 56]> : tensor<2xi8>");
  EXPECT_EQ(map("[200, 3]", "2xui8", "2xui8", "%y = arith.addi %x, %x : i32"),
            "dense<[144, 6]> : tensor<2xui8>");
  EXPECT_EQ(map("[-7, 7]", "2xi32", "2xi32",
                "%c2 = arith.constant 2 : i32\n%y = arith.divsi %x, %c2 : i32"),
            "dense<[-3, 3]> : tensor<2xi32>");
  EXPECT_EQ(map("[-1]", "1xi32", "1xi32",
                "%c2 = arith.constant 28 : i32\n%y = arith.shrui %x, %c2 : i32"),
            "dense<15> : tensor<1xi32>");
}

TEST(TensorInterpreter, ConversionsSaturateAndNoNumberIsZero) {
  EXPECT_EQ(
      map("[300.0, -0.5, 1.5, 0x7FC00000]", "4xf32", "4xi8", "%y = graph.to_int %x : f32 -> i8"),
      "dense<[127, 0, 2, 0]> : tensor<4xi8>");
  EXPECT_EQ(map("[true, false]", "2xi1", "2xf32", "%y = arith.uitofp %x : i1 to f32"),
            "dense<[1.000000e+00, 0.000000e+00]> : tensor<2xf32>");
}

TEST(TensorInterpreter, OperandsOfAMapBroadcast) {
  EXPECT_EQ(run(R"(%a = graph.constant dense<[[1], [2]]> : tensor<2x1xi64>
                   %b = graph.constant dense<[10, 20, 30]> : tensor<3xi64>
                   %r = graph.map %a, %b : (tensor<2x1xi64>, tensor<3xi64>) -> tensor<2x3xi64> {
                   ^bb0(%x: i64, %y: i64):
                     %s = arith.addi %x, %y : i64
                     graph.yield %s : i64
                   })",
                "tensor<2x3xi64>"),
            "dense<[[11, 21, 31], [12, 22, 32]]> : tensor<2x3xi64>");
}

TEST(TensorInterpreter, MovesWritePiecesAndFillTheRest) {
  EXPECT_EQ(run(R"(%a = graph.constant dense<[[1, 2, 3], [4, 5, 6]]> : tensor<2x3xi32>
                   %r = graph.move %a {fill = 9 : i32,
                     pieces = [#graph.piece<0 [3, 2] from 0 [1, 3] to 0 [2, 1]>]}
                     : (tensor<2x3xi32>) -> tensor<4x2xi32>)",
                "tensor<4x2xi32>"),
            "dense<[[1, 4], [2, 5], [3, 6], [9, 9]]> : tensor<4x2xi32>");
}

TEST(TensorInterpreter, ReductionsOfSlicesAndOfNothing) {
  const std::string matrix =
      "%a = graph.constant dense<[[1, 2, 3], [4, 5, 7]]> : tensor<2x3xi32>\n";
  EXPECT_EQ(run(matrix + "%r = graph.reduce %a {kind = \"sum\", axes = array<i64: 0>} : "
                         "(tensor<2x3xi32>) -> tensor<3xi32>",
                "tensor<3xi32>"),
            "dense<[5, 7, 10]> : tensor<3xi32>");
  EXPECT_EQ(run(matrix + "%r = graph.reduce %a {kind = \"max\", axes = array<i64: 0, 1>} : "
                         "(tensor<2x3xi32>) -> tensor<i32>",
                "tensor<i32>"),
            "dense<7> : tensor<i32>");
  EXPECT_EQ(run("%a = graph.constant dense<> : tensor<2x0xi8>\n%r = graph.reduce %a {kind = "
                "\"min\", axes = array<i64: 1>} : (tensor<2x0xi8>) -> tensor<2xi8>",
                "tensor<2xi8>"),
            "dense<127> : tensor<2xi8>");
}

TEST(TensorInterpreter, ProductsOfMatrices) {
  EXPECT_EQ(run(R"(%a = graph.constant dense<[[[1, 2], [3, 4]]]> : tensor<1x2x2xi8>
                   %b = graph.constant dense<[[[200], [1]], [[0], [2]]]> : tensor<2x2x1xui8>
                   %r = graph.contract %a, %b : (tensor<1x2x2xi8>, tensor<2x2x1xui8>) -> tensor<2x2x1xi32>)",
                "tensor<2x2x1xi32>"),
            "dense<[[[202], [604]], [[4], [8]]]> : tensor<2x2x1xi32>");
}

TEST(TensorInterpreter, ConvolutionsInGroupsWithPads) {
  EXPECT_EQ(
      run(R"(%a = graph.constant dense<[[[1.0, 10.0], [2.0, 20.0], [3.0, 30.0]]]> : tensor<1x3x2xf32>
             %w = graph.constant dense<[[[1.0, 2.0]], [[1.0, 1.0]]]> : tensor<2x1x2xf32>
             %r = graph.convolve %a, %w {strides = array<i64: 1>, pads = array<i64: 1, 0>,
               dilations = array<i64: 1>, groups = 2 : i64}
               : (tensor<1x3x2xf32>, tensor<2x1x2xf32>) -> tensor<1x3x2xf32>)",
          "tensor<1x3x2xf32>"),
      "dense<[[[1.000000e+00, 1.000000e+01], [3.000000e+00, 4.000000e+01], [5.000000e+00, "
      "7.000000e+01]]]> : tensor<1x3x2xf32>");
}

TEST(TensorInterpreter, PoolsOverTheTapsInside) {
  const std::string input =
      "%a = graph.constant dense<[[[-1.0], [-2.0], [-3.0]]]> : tensor<1x3x1xf32>\n";
  for (auto [kind, wanted] : {std::pair("max", "[[[-1.000000e+00], [-3.000000e+00]]]"),
                              std::pair("sum", "-3.000000e+00")})
    EXPECT_EQ(
        run(input + "%r = graph.pool %a {kind = \"" + kind +
                "\", kernel = array<i64: 2>, strides = array<i64: 2>, pads = array<i64: 0, 1>, "
                "dilations = array<i64: 1>} : (tensor<1x3x1xf32>) -> tensor<1x2x1xf32>",
            "tensor<1x2x1xf32>"),
        std::string("dense<") + wanted + "> : tensor<1x2x1xf32>");
}

TEST(TensorInterpreter, GatherAndScatterCheckTheirRows) {
  const std::string table = "%t = graph.constant dense<[[1, 2], [3, 4]]> : tensor<2x2xi32>\n";
  auto rows = [](const char* values) {
    return "%i = graph.constant dense<[" + std::string(values) + "]> : tensor<2xi64>\n";
  };
  const std::string gather =
      "%r = graph.gather %t, %i : (tensor<2x2xi32>, tensor<2xi64>) -> tensor<2x2xi32>";
  EXPECT_EQ(run(table + rows("1, 0") + gather, "tensor<2x2xi32>"),
            "dense<[[3, 4], [1, 2]]> : tensor<2x2xi32>");
  EXPECT_THAT(run(table + rows("1, 2") + gather, "tensor<2x2xi32>"),
              testing::HasSubstr("row 2 of a table of 2"));
  EXPECT_EQ(run(table + rows("1, 1") +
                    "%r = graph.scatter %t, %i, %t {kind = \"add\"} : (tensor<2x2xi32>, "
                    "tensor<2xi64>, tensor<2x2xi32>) -> tensor<2x2xi32>",
                "tensor<2x2xi32>"),
            "dense<[[1, 2], [7, 10]]> : tensor<2x2xi32>");
}

TEST(TensorInterpreter, NamesTheNodeThatItCannotRun) {
  EXPECT_THAT(run("%r = graph.unsupported \"Foo\" () {reason = \"none\"} : () -> tensor<1xf32>",
                  "tensor<1xf32>"),
              testing::HasSubstr("Foo: none"));
}

} // namespace
} // namespace npuforge::graph
