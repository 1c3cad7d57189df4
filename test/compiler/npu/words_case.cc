#include "words_case.h"

#include <bit>
#include <cmath>
#include <cstring>
#include <optional>
#include <random>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <gtest/gtest.h>
#include <mlir/Dialect/Arith/IR/Arith.h>
#include <mlir/Dialect/Math/IR/Math.h>
#include <mlir/Dialect/SCF/IR/SCF.h>
#include <mlir/Parser/Parser.h>

#include "npuforge/compiler/graph/Graph.h"
#include "npuforge/compiler/graph/Passes.h"
#include "npuforge/compiler/graph/tensor_interpreter.h"
#include "npuforge/compiler/npu/Npu.h"
#include "npuforge/compiler/tile/Tile.h"
#include "npuforge/simulator/loader.h"
#include "npuforge/simulator/simulator.h"

#include "cut_layers.h"

namespace npuforge::test {

namespace {

using Words = std::vector<uint32_t>; ///< bits

std::string typeOf(const WordsTensor& tensor) {
  return fmt::format("tensor<{}x{}>", fmt::join(tensor.extents, "x"), tensor.type);
}

std::string portOf(const std::string& name, const WordsTensor& tensor) {
  return fmt::format("{{graph.name = \"{}\", graph.type = \"{}\", graph.shape = [{}]}}", name,
                     tensor.type, fmt::join(tensor.extents, ", "));
}

std::string moduleOf(const WordsCase& c) {
  std::string arguments, names, types;
  for (size_t i = 0; i < c.operands.size(); ++i) {
    const char* comma = i ? ", " : "";
    arguments += fmt::format("{}%x{}: {} {}", comma, i, typeOf(c.operands[i]),
                             portOf(fmt::format("x{}", i), c.operands[i]));
    names += fmt::format("{}%x{}", comma, i);
    types += comma + typeOf(c.operands[i]);
  }
  const std::string result = typeOf(c.result), node = c.operation.substr(0, c.operation.find(' '));
  std::string body = c.body;
  if (body.empty())
    body = fmt::format("  %y = {} {}{} : ({}) -> {} loc(\"{}\")\n", node, names,
                       c.operation.substr(node.size()), types, result, c.name);
  return fmt::format("func.func @main({}) -> ({} {}) {{\n{}  return %y : {}\n}}\n", arguments,
                     result, portOf("y", c.result), body, result);
}

const isa::Spec& spec() {
  static const isa::Spec loaded = isa::load_spec(isa::find_machine("npu16"));
  return loaded;
}

/// The one simulator of the process.
simulator::Simulator& model() {
  static simulator::Simulator simulator(spec(), simulator::Options{});
  return simulator;
}

std::vector<Words> draw(const WordsCase& c) {
  std::mt19937 random(11);
  std::uniform_real_distribution<float> reals(-2, 2);
  std::vector<Words> all;
  for (const WordsTensor& tensor : c.operands) {
    int64_t size = 1;
    for (int64_t extent : tensor.extents)
      size *= extent;
    std::uniform_int_distribution<int32_t> integers(0, tensor.below - 1);
    all.emplace_back(size);
    for (uint32_t& word : all.back())
      word = tensor.type == "f32" ? std::bit_cast<uint32_t>(reals(random))
                                  : static_cast<uint32_t>(integers(random));
  }
  return all;
}

Words expected(const WordsCase& c, mlir::ModuleOp module, const std::vector<Words>& given) {
  std::vector<mlir::DenseElementsAttr> tensors;
  for (size_t i = 0; i < given.size(); ++i) {
    mlir::Builder builder(module.getContext());
    mlir::Type element = c.operands[i].type == "f32" ? mlir::Type(builder.getF32Type())
                                                     : mlir::Type(builder.getI32Type());
    const auto* bytes = reinterpret_cast<const char*>(given[i].data());
    tensors.push_back(mlir::DenseElementsAttr::getFromRawBuffer(
        mlir::RankedTensorType::get(c.operands[i].extents, element),
        llvm::ArrayRef(bytes, given[i].size() * 4)));
  }
  auto main = module.lookupSymbol<mlir::func::FuncOp>("main");
  Words words;
  auto result = graph::interpretTensors(main, tensors)[0];
  if (c.result.type == "f32")
    for (float value : result.getValues<float>())
      words.push_back(std::bit_cast<uint32_t>(value));
  else
    for (int32_t value : result.getValues<int32_t>())
      words.push_back(static_cast<uint32_t>(value));
  return words;
}

Words simulated(const assembler::Program& program, const WordsCase& c,
                const std::vector<Words>& given) {
  model().load(program);
  for (size_t i = 0; i < given.size(); ++i) {
    simulator::Tensor tensor{c.operands[i].type, program.inputs[i].shape, {}};
    tensor.data.resize(given[i].size() * 4);
    std::memcpy(tensor.data.data(), given[i].data(), tensor.data.size());
    simulator::write_input(program, spec().machine, fmt::format("x{}", i), tensor, model().dram());
  }
  model().run(nullptr);
  const simulator::Tensor output =
      simulator::read_output(program, spec().machine, "y", model().dram());
  Words words(output.data.size() / 4);
  std::memcpy(words.data(), output.data.data(), output.data.size());
  return words;
}

} // namespace

void PrintTo(const WordsCase& c, std::ostream* stream) {
  *stream << c.name;
}

namespace {

/// The program's result; `cut`: its layers in parts, drawn with this seed.
void compare(const WordsCase& c, std::optional<uint32_t> cut) {
  mlir::MLIRContext context;
  context.loadDialect<mlir::func::FuncDialect, mlir::arith::ArithDialect, mlir::math::MathDialect,
                      mlir::scf::SCFDialect, graph::GraphDialect, tile::TileDialect,
                      npu::NpuDialect>();
  auto module = mlir::parseSourceString<mlir::ModuleOp>(moduleOf(c), &context);
  ASSERT_TRUE(module) << moduleOf(c);
  const std::vector<Words> given = draw(c);
  const Words wanted = expected(c, *module, given);
  mlir::PassManager passes(&context);
  passes.addNestedPass<mlir::func::FuncOp>(graph::createNarrow());
  passes.addNestedPass<mlir::func::FuncOp>(graph::createMergeMaps());
  if (cut)
    cutLayers(passes, spec(), *cut);
  npu::buildTilePipeline(passes, spec());
  npu::buildNpuPipeline(passes, spec());
  ASSERT_TRUE(mlir::succeeded(passes.run(*module))) << moduleOf(c);
  auto program = npu::translateToProgram(*module, spec());
  ASSERT_TRUE(mlir::succeeded(program));
  const Words made = simulated(*program, c, given);
  ASSERT_EQ(made.size(), wanted.size());
  float largest = 1;
  if (c.result.type == "f32")
    for (uint32_t word : wanted)
      largest = std::max(largest, std::fabs(std::bit_cast<float>(word)));
  for (size_t i = 0; i < made.size(); ++i)
    if (c.result.type == "f32")
      ASSERT_NEAR(std::bit_cast<float>(made[i]), std::bit_cast<float>(wanted[i]), 1e-5F * largest)
          << "element " << i;
    else
      ASSERT_EQ(made[i], wanted[i]) << "element " << i;
}

} // namespace

void checkWords(const WordsCase& c) {
  compare(c, {});
  compare(c, 1);
}

} // namespace npuforge::test
