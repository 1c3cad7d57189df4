// Random graphs over words, compiled and simulated, against the reference interpreter on the graph
// before it became one over words: integers exactly, floats within rounding.
#include <cmath>
#include <cstring>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <mlir/Dialect/Arith/IR/Arith.h>
#include <mlir/Dialect/Math/IR/Math.h>
#include <mlir/Dialect/SCF/IR/SCF.h>
#include <mlir/IR/TypeUtilities.h>
#include <mlir/Parser/Parser.h>
#include <mlir/Pass/PassManager.h>

#include "npuforge/compiler/graph/Graph.h"
#include "npuforge/compiler/graph/Passes.h"
#include "npuforge/compiler/graph/tensor_interpreter.h"
#include "npuforge/compiler/npu/Npu.h"
#include "npuforge/compiler/tile/Tile.h"
#include "npuforge/simulator/loader.h"
#include "npuforge/simulator/simulator.h"

#include "random_graph.h"

namespace npuforge::test {
namespace {

const isa::Spec& spec() {
  static const isa::Spec loaded = isa::load_spec(isa::find_machine("npu16"));
  return loaded;
}

/// The one simulator of the process.
simulator::Simulator& model() {
  static simulator::Simulator simulator(spec(), simulator::Options{});
  return simulator;
}

/// Small numbers, so that sums of products stay exact more often than not.
mlir::DenseElementsAttr randomTensor(mlir::RankedTensorType type, std::mt19937& random) {
  std::uniform_int_distribution<int> number(-40, 40);
  mlir::Type element = type.getElementType();
  llvm::SmallVector<mlir::Attribute> values;
  for (int64_t i = 0; i < type.getNumElements(); ++i) {
    const int n = number(random);
    if (llvm::isa<mlir::FloatType>(element))
      values.push_back(mlir::FloatAttr::get(element, n * 0.25));
    else if (element.isInteger(1))
      values.push_back(mlir::BoolAttr::get(type.getContext(), n > 0));
    else
      values.push_back(
          mlir::IntegerAttr::get(element, llvm::APInt(element.getIntOrFloatBitWidth(),
                                                      element.isUnsignedInteger() ? std::abs(n) : n,
                                                      !element.isUnsignedInteger())));
  }
  return mlir::DenseElementsAttr::get(type, values);
}

llvm::APInt bitsOf(mlir::Attribute value) {
  if (auto real = llvm::dyn_cast<mlir::FloatAttr>(value))
    return real.getValue().bitcastToAPInt();
  return llvm::cast<mlir::IntegerAttr>(value).getValue();
}

/// Elements as a file holds them.
std::vector<std::byte> bytesOf(mlir::DenseElementsAttr values) {
  std::vector<std::byte> bytes;
  for (mlir::Attribute value : values.getValues<mlir::Attribute>()) {
    const llvm::APInt bits = bitsOf(value);
    for (unsigned at = 0; at < std::max(8u, bits.getBitWidth()); at += 8)
      bytes.push_back(static_cast<std::byte>(
          bits.extractBitsAsZExtValue(std::min(8u, bits.getBitWidth() - at), at)));
  }
  return bytes;
}

class Words : public testing::TestWithParam<int> {
protected:
  Words() {
    context_.loadDialect<mlir::func::FuncDialect, mlir::arith::ArithDialect,
                         mlir::math::MathDialect, mlir::scf::SCFDialect, graph::GraphDialect,
                         tile::TileDialect, npu::NpuDialect>();
  }

  void compile(mlir::ModuleOp module) {
    mlir::PassManager passes(&context_);
    passes.nest<mlir::func::FuncOp>().addPass(graph::createWords());
    passes.nest<mlir::func::FuncOp>().addPass(graph::createCheckLowered());
    npu::buildTilePipeline(passes, spec());
    npu::buildNpuPipeline(passes, spec());
    ASSERT_TRUE(mlir::succeeded(passes.run(module)));
    auto program = npu::translateToProgram(module, spec());
    ASSERT_TRUE(mlir::succeeded(program));
    program_ = std::move(*program);
  }

  void check(const GraphOfTensors& graph, std::mt19937& random) {
    auto module = mlir::parseSourceString<mlir::ModuleOp>(graph.text, &context_);
    ASSERT_TRUE(module) << graph.text;
    auto main = module->lookupSymbol<mlir::func::FuncOp>("main");
    llvm::SmallVector<mlir::DenseElementsAttr> inputs;
    for (mlir::Type type : main.getArgumentTypes())
      inputs.push_back(randomTensor(llvm::cast<mlir::RankedTensorType>(type), random));
    const mlir::DenseElementsAttr expected = graph::interpretTensors(main, inputs)[0];
    ASSERT_NO_FATAL_FAILURE(compile(*module)) << graph.text;
    model().load(program_);
    for (auto [port, input] : llvm::zip(program_.inputs, inputs))
      simulator::write_input(program_, spec().machine, port.name,
                             {port.type, port.shape, bytesOf(input)}, model().dram());
    model().run(nullptr);
    compare(simulator::read_output(program_, spec().machine, "y", model().dram()), expected,
            graph.text);
  }

  static void compare(const simulator::Tensor& got, mlir::DenseElementsAttr expected,
                      const std::string& text) {
    const std::vector<std::byte> wanted = bytesOf(expected);
    ASSERT_EQ(got.data.size(), wanted.size()) << text;
    if (got.type != "f32") {
      for (size_t i = 0; i < wanted.size(); ++i)
        ASSERT_EQ(got.data[i], wanted[i]) << "byte " << i << "\n" << text;
      return;
    }
    for (size_t i = 0; i < wanted.size(); i += 4) {
      float a = 0, b = 0;
      std::memcpy(&a, &got.data[i], 4), std::memcpy(&b, &wanted[i], 4);
      const bool same = a == b || (std::isnan(a) && std::isnan(b));
      ASSERT_TRUE(same || std::abs(a - b) <= 1e-5 * std::max(1.0f, std::abs(b)))
          << "element " << i / 4 << " is " << a << ", not " << b << "\n"
          << text;
    }
  }

  mlir::MLIRContext context_;
  assembler::Program program_;
};

TEST_P(Words, Maps) {
  std::mt19937 random(GetParam());
  for (int turn = 0; turn < 3; ++turn)
    ASSERT_NO_FATAL_FAILURE(check(randomMap(random), random));
}

TEST_P(Words, MapsOfOtherTypes) {
  std::mt19937 random(GetParam());
  for (const char* type : {"i8", "i64", "f16"})
    ASSERT_NO_FATAL_FAILURE(check(randomMap(random, type), random));
}

TEST_P(Words, Moves) {
  std::mt19937 random(GetParam());
  for (int turn = 0; turn < 3; ++turn)
    ASSERT_NO_FATAL_FAILURE(check(randomMove(random), random));
}

TEST_P(Words, Reductions) {
  std::mt19937 random(GetParam());
  for (int turn = 0; turn < 3; ++turn)
    ASSERT_NO_FATAL_FAILURE(check(randomReduce(random), random));
}

INSTANTIATE_TEST_SUITE_P(Random, Words, testing::Range(1, 13));

} // namespace
} // namespace npuforge::test
