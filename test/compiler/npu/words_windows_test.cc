// Matrix products, convolutions and poolings over words, compiled and run on the simulator against
// the reference interpreter of tensors: chosen edges, and shapes drawn at random.
#include <cmath>
#include <cstring>
#include <random>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <gtest/gtest.h>
#include <mlir/Dialect/Arith/IR/Arith.h>
#include <mlir/Dialect/SCF/IR/SCF.h>
#include <mlir/Parser/Parser.h>

#include "npuforge/compiler/graph/Graph.h"
#include "npuforge/compiler/graph/tensor_interpreter.h"
#include "npuforge/compiler/npu/Npu.h"
#include "npuforge/compiler/tile/Tile.h"
#include "npuforge/simulator/loader.h"
#include "npuforge/simulator/simulator.h"

namespace npuforge::test {
namespace {

using Extents = std::vector<int64_t>;

/// One operation over f32 tensors: all of its operands are inputs of the network.
struct Case {
  std::string name, operation; ///< from "graph." to its attributes
  std::vector<Extents> operands;
  Extents result;
};

void PrintTo(const Case& c, std::ostream* stream) {
  *stream << c.name;
}

std::string typeOf(const Extents& extents) {
  return fmt::format("tensor<{}xf32>", fmt::join(extents, "x"));
}

std::string portOf(const std::string& name, const Extents& extents) {
  return fmt::format("{{graph.name = \"{}\", graph.type = \"f32\", graph.shape = [{}]}}", name,
                     fmt::join(extents, ", "));
}

std::string moduleOf(const Case& c) {
  std::string arguments, names, types;
  for (size_t i = 0; i < c.operands.size(); ++i) {
    const char* comma = i ? ", " : "";
    arguments += fmt::format("{}%x{}: {} {}", comma, i, typeOf(c.operands[i]),
                             portOf(fmt::format("x{}", i), c.operands[i]));
    names += fmt::format("{}%x{}", comma, i);
    types += comma + typeOf(c.operands[i]);
  }
  const std::string result = typeOf(c.result), node = c.operation.substr(0, c.operation.find(' '));
  const std::string attributes = c.operation.substr(node.size());
  return fmt::format("func.func @main({}) -> ({} {}) {{\n"
                     "  %0 = {} {}{} : ({}) -> {} loc(\"{}\")\n  return %0 : {}\n}}\n",
                     arguments, result, portOf("y", c.result), node, names, attributes, types,
                     result, c.name, result);
}

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
  return {name, "graph.contract", {{left, m, k}, {right, k, n}}, {std::max(left, right), m, n}};
}

Case convolve(const std::string& name, const Extents& in, int64_t outputs, const Window& w,
              int64_t groups = 1) {
  Extents kernel = w.kernel;
  kernel.push_back(in.back() / groups);
  kernel.push_back(outputs);
  return {name,
          fmt::format("graph.convolve {{strides = {}, pads = {}, dilations = {}, groups = {}}}",
                      list(w.strides), list(w.pads), list(w.dilations), groups),
          {in, kernel},
          resultOf(in, w, outputs)};
}

Case pool(const std::string& name, const char* kind, const Extents& in, const Window& w) {
  return {name,
          fmt::format("graph.pool {{kind = \"{}\", kernel = {}, strides = {}, pads = {}, "
                      "dilations = {}}}",
                      kind, list(w.kernel), list(w.strides), list(w.pads), list(w.dilations)),
          {in},
          resultOf(in, w, in.back())};
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

std::vector<Case> cases() {
  std::vector<Case> all = chosen();
  Shapes shapes(5);
  for (int index = 0; index < 40; ++index)
    all.push_back(shapes.draw(index));
  return all;
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

class WordsWindows : public testing::TestWithParam<Case> {
protected:
  WordsWindows() {
    context_.loadDialect<mlir::func::FuncDialect, mlir::arith::ArithDialect, mlir::scf::SCFDialect,
                         graph::GraphDialect, tile::TileDialect, npu::NpuDialect>();
  }

  std::vector<std::vector<float>> inputs() const {
    std::mt19937 random(11);
    std::uniform_real_distribution<float> values(-2, 2);
    std::vector<std::vector<float>> all;
    for (const Extents& extents : GetParam().operands) {
      int64_t size = 1;
      for (int64_t extent : extents)
        size *= extent;
      all.emplace_back(size);
      for (float& value : all.back())
        value = values(random);
    }
    return all;
  }

  std::vector<float> expected(mlir::ModuleOp module, const std::vector<std::vector<float>>& given) {
    std::vector<mlir::DenseElementsAttr> tensors;
    for (size_t i = 0; i < given.size(); ++i)
      tensors.push_back(mlir::DenseElementsAttr::get(
          mlir::RankedTensorType::get(GetParam().operands[i], mlir::Float32Type::get(&context_)),
          llvm::ArrayRef(given[i])));
    auto main = module.lookupSymbol<mlir::func::FuncOp>("main");
    auto values = graph::interpretTensors(main, tensors)[0].getValues<float>();
    return {values.begin(), values.end()};
  }

  static std::vector<float> run(const assembler::Program& program,
                                const std::vector<std::vector<float>>& given) {
    model().load(program);
    for (size_t i = 0; i < given.size(); ++i) {
      simulator::Tensor tensor{"f32", program.inputs[i].shape, {}};
      tensor.data.resize(given[i].size() * 4);
      std::memcpy(tensor.data.data(), given[i].data(), tensor.data.size());
      simulator::write_input(program, spec().machine, fmt::format("x{}", i), tensor,
                             model().dram());
    }
    model().run(nullptr);
    const simulator::Tensor output =
        simulator::read_output(program, spec().machine, "y", model().dram());
    std::vector<float> values(output.data.size() / 4);
    std::memcpy(values.data(), output.data.data(), output.data.size());
    return values;
  }

  mlir::MLIRContext context_;
};

TEST_P(WordsWindows, Match) {
  auto module = mlir::parseSourceString<mlir::ModuleOp>(moduleOf(GetParam()), &context_);
  ASSERT_TRUE(module) << moduleOf(GetParam());
  const auto given = inputs();
  const std::vector<float> wanted = expected(*module, given);
  mlir::PassManager passes(&context_);
  npu::buildTilePipeline(passes, spec());
  npu::buildNpuPipeline(passes, spec());
  ASSERT_TRUE(mlir::succeeded(passes.run(*module))) << moduleOf(GetParam());
  auto program = npu::translateToProgram(*module, spec());
  ASSERT_TRUE(mlir::succeeded(program));
  const std::vector<float> made = run(*program, given);
  ASSERT_EQ(made.size(), wanted.size());
  float largest = 1;
  for (float value : wanted)
    largest = std::max(largest, std::fabs(value));
  for (size_t i = 0; i < made.size(); ++i) // the order of a sum is the machine's
    ASSERT_NEAR(made[i], wanted[i], 1e-5F * largest) << "element " << i;
}

INSTANTIATE_TEST_SUITE_P(Words, WordsWindows, testing::ValuesIn(cases()),
                         [](const auto& info) { return info.param.name; });

} // namespace
} // namespace npuforge::test
