// Compiled layers of odd shapes on the simulator against the reference interpreter: every value
// equal, and no unordered access (the simulator looks for those).
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <mlir/Dialect/Arith/IR/Arith.h>
#include <mlir/Dialect/Math/IR/Math.h>
#include <mlir/Dialect/SCF/IR/SCF.h>
#include <mlir/Parser/Parser.h>

#include "npuforge/compiler/graph/Graph.h"
#include "npuforge/compiler/graph/interpreter.h"
#include "npuforge/compiler/npu/Npu.h"
#include "npuforge/compiler/tile/Tile.h"
#include "npuforge/simulator/loader.h"
#include "npuforge/simulator/simulator.h"

#include "cut_layers.h"
#include "graph_text.h"
#include "machine.h"

namespace npuforge::test {
namespace {

struct Case {
  const char* name;
  Extent input;
  std::function<std::string(GraphText&)> build; ///< returns the output's name
  bool small = false;                           ///< fits tile4 as well
};

void PrintTo(const Case& c, std::ostream* stream) {
  *stream << c.name;
}

WindowText window(int64_t kh, int64_t kw, std::array<int64_t, 2> strides = {1, 1},
                  std::array<int64_t, 4> pads = {0, 0, 0, 0},
                  std::array<int64_t, 2> dilations = {1, 1}) {
  return {{kh, kw}, strides, pads, dilations};
}

const isa::Spec& spec() {
  static const isa::Spec loaded = isa::load_spec(isa::find_machine(kMachine));
  return loaded;
}

/// The one simulator of the process.
simulator::Simulator& model() {
  static simulator::Simulator simulator(spec(), simulator::Options{});
  return simulator;
}

class Layers : public testing::TestWithParam<Case> {
protected:
  Layers() {
    context_.loadDialect<mlir::func::FuncDialect, mlir::arith::ArithDialect,
                         mlir::math::MathDialect, mlir::scf::SCFDialect, graph::GraphDialect,
                         tile::TileDialect, npu::NpuDialect>();
  }

  /// The program's output; values as the device holds them.
  static std::vector<int32_t> run(const assembler::Program& program,
                                  const std::vector<int32_t>& input) {
    model().load(program);
    simulator::Tensor tensor{"i8", program.inputs[0].shape, {}};
    for (int32_t value : input)
      tensor.data.push_back(static_cast<std::byte>(value));
    simulator::write_input(program, spec().machine, "x", tensor, model().dram());
    model().run(nullptr);
    std::vector<int32_t> output;
    for (std::byte value :
         simulator::read_output(program, spec().machine, "y", model().dram()).data)
      output.push_back(static_cast<int8_t>(value));
    return output;
  }

  /// `cut`: in parts, drawn with this seed.
  void check(const std::string& text, const std::vector<int32_t>& input,
             std::optional<uint32_t> cut = {}) {
    auto module = mlir::parseSourceString<mlir::ModuleOp>(text, &context_);
    ASSERT_TRUE(module);
    const std::vector<int32_t> expected =
        graph::interpret(module->lookupSymbol<mlir::func::FuncOp>("main"), {input})[0];
    mlir::PassManager passes(&context_);
    if (cut)
      cutLayers(passes, spec(), *cut);
    npu::buildTilePipeline(passes, spec());
    npu::buildNpuPipeline(passes, spec());
    ASSERT_TRUE(mlir::succeeded(passes.run(*module)));
    auto program = npu::translateToProgram(*module, spec());
    ASSERT_TRUE(mlir::succeeded(program));
    EXPECT_EQ(run(*program, input), expected);
  }

  /// The network, and an input.
  static std::pair<std::string, std::vector<int32_t>> draw() {
    GraphText graph(GetParam().input, 7);
    std::string text = graph.module(GetParam().build(graph));
    std::vector<int32_t> input(GetParam().input.channels * GetParam().input.height *
                               GetParam().input.width);
    for (int32_t& value : input)
      value = static_cast<int8_t>(graph.random()());
    return {std::move(text), std::move(input)};
  }

  mlir::MLIRContext context_;
};

TEST_P(Layers, Match) {
  const auto [text, input] = draw();
  check(text, input);
}

TEST_P(Layers, MatchInParts) {
  const auto [text, input] = draw();
  check(text, input, 1);
}

Case conv(const char* name, Extent in, int64_t channels, WindowText w, bool small = false) {
  return {name, in, [=](GraphText& g) { return g.conv("v0", channels, w); }, small};
}
Case depthwise(const char* name, Extent in, WindowText w, bool small = false) {
  return {name, in, [=](GraphText& g) { return g.conv("v0", 0, w, true); }, small};
}
Case max_pool(const char* name, Extent in, WindowText w, bool small = false) {
  return {name, in, [=](GraphText& g) { return g.max_pool("v0", w); }, small};
}
Case average(const char* name, Extent in, WindowText w, bool count_pads = true) {
  return {name, in, [=](GraphText& g) { return g.average_pool("v0", w, count_pads); }, true};
}

std::string residual(GraphText& g) {
  const WindowText same = window(3, 3, {1, 1}, {1, 1, 1, 1});
  const std::string first = g.conv("v0", 16, same);
  const std::string sum = g.add(g.conv(g.conv(first, 16, same), 16, same), first);
  const std::string small = g.conv(sum, 32, window(3, 3, {2, 2}, {0, 0, 1, 1}));
  const std::string both = g.add(g.conv(sum, 32, window(1, 1, {2, 2})), g.conv(small, 32, same));
  return g.conv(g.max_pool(both, window(2, 2, {2, 2})), 10, window(8, 8));
}

/// A layer that writes padding again for each band, before one that uses the same memory.
std::string pool_then_conv(GraphText& g) {
  return g.conv(g.max_pool("v0", window(5, 3, {2, 1}, {2, 1, 2, 1})), 16, window(1, 1));
}

/// A sum that becomes a convolution's last step, the convolution on either side.
std::string sum_of_convs(GraphText& g) {
  const WindowText same = window(3, 3, {1, 1}, {1, 1, 1, 1});
  const std::string first = g.conv("v0", 24, same);
  const std::string second = g.add(first, g.conv("v0", 24, window(1, 1)));
  return g.add(g.conv(second, 24, same), second);
}

/// Convolutions of many blocks and bands, each of which begins while the one before ends.
std::string chain(GraphText& g) {
  const std::string wide = g.conv("v0", 80, window(1, 1));
  const std::string narrow = g.conv(wide, 48, window(3, 3, {1, 1}, {1, 1, 1, 1}));
  const std::string sum = g.add(g.conv(narrow, 80, window(1, 1)), wide);
  const std::string other = g.conv(sum, 48, window(1, 1, {2, 2}));
  return g.add(g.conv(sum, 48, window(3, 3, {2, 2}, {1, 1, 1, 1})), other);
}

/// An inverted bottleneck: `hidden` channels in between, a residual where the shapes agree.
Case bottleneck(const char* name, Extent in, int64_t hidden, int64_t out, WindowText w,
                bool residual = false) {
  return {name, in, [=](GraphText& g) {
            const std::string first = g.conv("v0", in.channels, window(1, 1));
            const std::string wide = g.conv(first, hidden, window(1, 1));
            const std::string result = g.conv(g.conv(wide, 0, w, true), out, window(1, 1));
            return g.conv(residual ? g.add(result, first) : result, 20, window(1, 1));
          }};
}

/// Pooling that becomes a convolution's last step.
Case conv_then_pool(const char* name, Extent in, int64_t channels, WindowText conv, WindowText pool,
                    bool small = false) {
  return {name, in, [=](GraphText& g) { return g.max_pool(g.conv("v0", channels, conv), pool); },
          small};
}

/// A mean over all pixels that becomes a convolution's last step, and one that reads it.
Case conv_then_mean(const char* name, Extent in, int64_t channels, WindowText conv, bool small) {
  return {name, in,
          [=](GraphText& g) {
            const std::string first = g.conv("v0", channels, conv);
            const auto [kernel, strides, pads, dilations] = conv;
            auto extent = [&](int64_t size, int axis) {
              const int64_t covered = (kernel[axis] - 1) * dilations[axis] + 1;
              return (size + pads[axis] + pads[axis + 2] - covered) / strides[axis] + 1;
            };
            const WindowText all = window(extent(in.height, 0), extent(in.width, 1));
            return g.conv(g.average_pool(first, all, true), 11, window(1, 1));
          },
          small};
}

/// Convolutions whose last step is a map, before and behind one without.
std::string mapped(GraphText& g) {
  const WindowText same = window(3, 3, {1, 1}, {1, 1, 1, 1});
  const std::string first = g.map(g.conv("v0", 70, same));
  return g.map(g.conv(g.conv(first, 40, window(1, 1)), 33, same));
}

/// Convolutions of few pixels, one behind the other.
Case few_pixels(const char* name, Extent in, std::vector<int64_t> channels, bool mapped,
                bool small = false) {
  return {name, in,
          [=](GraphText& g) {
            std::string value = "v0";
            for (int64_t count : channels) {
              value = g.conv(value, count, window(1, 1));
              if (mapped)
                value = g.map(value);
            }
            return value;
          },
          small};
}

std::vector<Case> cases() {
  std::vector<Case> all{
      conv("Pointwise", {37, 5, 13}, 29, window(1, 1), true),
      conv("PointwiseStrided", {37, 9, 13}, 29, window(1, 1, {2, 3}), true),
      conv("PointwiseStridedBands", {260, 45, 58}, 40, window(1, 1, {2, 2})),
      conv("Padded", {24, 9, 7}, 33, window(3, 3, {1, 1}, {1, 1, 1, 1}), true),
      conv("StridedAsymmetric", {24, 13, 11}, 20, window(3, 3, {2, 2}, {0, 1, 1, 0}), true),
      conv("Dilated", {17, 19, 17}, 18, window(5, 3, {1, 2}, {2, 1, 3, 0}, {2, 1})),
      conv("OneChannel8x8", {1, 19, 23}, 19, window(8, 8, {2, 2}, {3, 3, 4, 4}), true),
      conv("OneChannelWide", {1, 20, 30}, 9, window(3, 19, {1, 1}, {1, 9, 1, 9}), true),
      conv("ThreeChannelsBands", {3, 65, 61}, 24, window(3, 3, {1, 1}, {1, 1, 1, 1})),
      conv("FullyConnected", {37, 1, 1}, 10, window(1, 1), true),
      conv("KernelCoversMap", {32, 5, 7}, 12, window(5, 7), true),
      conv("Bands", {64, 40, 40}, 48, window(3, 3, {1, 1}, {1, 1, 1, 1})),
      conv("WeightChunks", {512, 7, 7}, 24, window(3, 3, {1, 1}, {1, 1, 1, 1})),
      conv("RolledKernelRows", {40, 24, 24}, 16, window(6, 6, {2, 2})),
      conv("RolledPaddedRows", {20, 30, 30}, 16, window(7, 7, {1, 1}, {3, 3, 3, 3})),
      conv("RolledChunks", {40, 44, 40}, 24, window(12, 12, {2, 2})),
      conv("ThreeChannelsStrided", {3, 57, 53}, 20, window(7, 7, {2, 2}, {3, 3, 3, 3})),
      conv("NeighboursBands", {3, 61, 59}, 20, window(3, 3, {2, 2}, {1, 1, 1, 1})),
      conv("NeighboursOddGroups", {2, 14, 23}, 20, window(3, 3, {1, 1}, {1, 0, 1, 2}), true),
      conv("NeighboursTall", {1, 40, 30}, 18, window(5, 2, {3, 2}, {2, 1, 2, 0}, {1, 1})),
      conv("NeighboursRowPairs", {3, 64, 53}, 20, window(7, 7, {2, 2}, {3, 3, 3, 3})),
      conv("NeighboursRowPairsOneBand", {3, 12, 11}, 70, window(3, 3, {2, 2}, {0, 1, 1, 0}), true),
      conv("NeighboursRowTriples", {1, 42, 30}, 18, window(5, 3, {3, 1}, {2, 1, 1, 1}), true),
      conv("NeighboursTogether", {1, 120, 90}, 20, window(5, 5, {2, 2}, {2, 2, 2, 2})),
      conv("UnfoldedBands", {3, 65, 63}, 70, window(7, 7, {2, 2}, {3, 2, 2, 3})),
      conv("UnfoldedOneBand", {3, 11, 9}, 80, window(7, 7, {1, 1}, {3, 3, 3, 3}), true),
      conv("UnfoldedTall", {2, 90, 31}, 70, window(9, 3, {3, 1}, {4, 1, 4, 1})),
      conv_then_pool("PooledStem", {3, 64, 60}, 70, window(7, 7, {2, 2}, {3, 3, 3, 3}),
                     window(3, 3, {2, 2}, {1, 1, 0, 0})),
      conv_then_pool("PooledTogether", {3, 96, 120}, 20, window(7, 7, {2, 2}, {3, 3, 3, 3}),
                     window(3, 3, {2, 2}, {1, 1, 0, 0})),
      conv_then_pool("PooledHalves", {24, 40, 36}, 40, window(3, 3, {1, 1}, {1, 1, 1, 1}),
                     window(2, 2, {2, 2})),
      conv_then_pool("PooledOneBand", {17, 6, 5}, 19, window(3, 3, {1, 1}, {1, 1, 1, 1}),
                     window(3, 3, {1, 1}, {2, 2, 0, 0}), true),
      conv_then_pool("PooledWeightChunks", {300, 24, 24}, 24, window(3, 3, {1, 1}, {1, 1, 1, 1}),
                     window(4, 2, {2, 1}, {2, 1, 0, 0})),
      conv_then_pool("PooledBlocksOutside", {16, 60, 20}, 300, window(3, 3, {1, 1}, {1, 1, 1, 1}),
                     window(5, 3, {4, 2}, {1, 1, 0, 0})),
      conv_then_pool("PooledBelow", {24, 13, 11}, 20, window(3, 3, {1, 1}, {1, 1, 1, 1}),
                     window(3, 3, {2, 2}, {1, 1, 1, 1}), true),
      conv_then_mean("Mean", {37, 7, 5}, 90, window(1, 1), true),
      conv_then_mean("MeanStrided", {3, 31, 29}, 40, window(3, 3, {2, 2}, {1, 1, 1, 1}), false),
      conv_then_mean("MeanOfBands", {24, 40, 50}, 33, window(1, 1), false),
      few_pixels("FewPixels", {37, 1, 1}, {700, 330, 20}, false, true),
      few_pixels("FewPixelsHalves", {2176, 1, 2}, {1088, 90, 40}, false),
      few_pixels("FewPixelsMapped", {40, 2, 1}, {700, 680, 30}, true),
      Case{"MappedOneBand", {20, 7, 5}, mapped},
      Case{"MappedBands", {24, 45, 31}, mapped},
      Case{"MappedOnePixel", {37, 1, 1}, mapped},
      Case{
          "MappedWeightChunks",
          {512, 7, 7},
          [](GraphText& g) { return g.map(g.conv("v0", 40, window(3, 3, {1, 1}, {1, 1, 1, 1}))); }},
      Case{"MappedBlocksOutside",
           {16, 60, 20},
           [](GraphText&
                  g) { return g.map(g.conv("v0", 300, window(3, 3, {1, 1}, {1, 1, 1, 1}))); }},
      depthwise("Depthwise", {24, 9, 7}, window(3, 3, {1, 1}, {1, 1, 1, 1}), true),
      depthwise("DepthwiseStrided", {37, 13, 11}, window(3, 3, {2, 2}, {0, 0, 1, 1}), true),
      depthwise("DepthwiseBands", {40, 97, 61}, window(3, 3, {1, 1}, {1, 1, 1, 1})),
      max_pool("MaxPool", {24, 12, 10}, window(2, 2, {2, 2}), true),
      max_pool("MaxPoolPadded", {24, 13, 11}, window(3, 3, {2, 2}, {1, 1, 1, 1}), true),
      max_pool("MaxPoolBands", {24, 120, 70}, window(3, 3, {2, 2}, {1, 1, 0, 0})),
      average("AveragePool", {24, 12, 10}, window(2, 3, {2, 1})),
      average("GlobalAverage", {40, 25, 5}, window(25, 5)),
      average("AveragePadsCount", {24, 12, 10}, window(3, 3, {2, 2}, {1, 1, 1, 1})),
      average("AveragePadsLeftOut", {24, 11, 10}, window(3, 3, {2, 2}, {1, 1, 1, 1}), false),
      Case{"AddConstant", {24, 12, 10}, [](GraphText& g) { return g.add("v0", ""); }, true},
      Case{"AddBroadcast", {37, 12, 10}, [](GraphText& g) { return g.add("v0", "", true); }, true},
      Case{"AddTiles", {64, 50, 50}, [](GraphText& g) { return g.add("v0", ""); }},
      Case{"Rescale", {80, 50, 50}, [](GraphText& g) { return g.rescale("v0"); }},
      Case{"Residual", {3, 32, 32}, residual},
      Case{"SumOfOnePixel", {13, 1, 1}, sum_of_convs, true},
      Case{"SumSmall", {13, 5, 4}, sum_of_convs, true},
      Case{"SumBands", {24, 50, 40}, sum_of_convs},
      Case{"Chain", {40, 50, 44}, chain},
      Case{"ChainOfOneBand", {40, 12, 10}, chain},
      Case{"ChainOfPixels", {70, 2, 2}, chain, true},
      bottleneck("Bottleneck", {24, 14, 14}, 144, 40, window(3, 3, {1, 1}, {1, 1, 1, 1})),
      bottleneck("BottleneckResidual", {40, 14, 13}, 97, 40, window(3, 3, {1, 1}, {1, 1, 1, 1}),
                 true),
      bottleneck("BottleneckBands", {24, 56, 56}, 144, 24, window(3, 3, {1, 1}, {1, 1, 1, 1}),
                 true),
      bottleneck("BottleneckStrided", {16, 112, 110}, 96, 24, window(3, 3, {2, 2}, {1, 1, 1, 1})),
      bottleneck("BottleneckStridedAside", {24, 57, 56}, 80, 40,
                 window(3, 3, {2, 2}, {0, 0, 1, 1})),
      bottleneck("BottleneckWide", {32, 29, 28}, 192, 32, window(5, 5, {1, 1}, {2, 2, 2, 2}), true),
      bottleneck("BottleneckWideStrided", {24, 41, 31}, 100, 33,
                 window(5, 5, {2, 2}, {2, 2, 2, 2})),
      bottleneck("BottleneckDilated", {20, 31, 29}, 70, 20,
                 window(3, 3, {1, 1}, {2, 2, 2, 2}, {2, 2}), true),
      bottleneck("BottleneckManyResults", {160, 7, 7}, 960, 320,
                 window(3, 3, {1, 1}, {1, 1, 1, 1})),
      bottleneck("BottleneckOfOneBlock", {16, 20, 20}, 16, 16, window(3, 3, {1, 1}, {1, 1, 1, 1}),
                 true),
      bottleneck("BottleneckOfTwoBlocks", {10, 40, 40}, 30, 10, window(3, 3, {1, 1}, {1, 1, 1, 1}),
                 true),
      bottleneck("BottleneckUnpadded", {32, 30, 30}, 96, 16, window(3, 3)),
      Case{"PaddedBandsThenConv", {16, 92, 89}, pool_then_conv}};
  if (kMachine == std::string("tile4"))
    std::erase_if(all, [](const Case& c) { return !c.small; });
  return all;
}

INSTANTIATE_TEST_SUITE_P(Shapes, Layers, testing::ValuesIn(cases()),
                         [](const testing::TestParamInfo<Case>& info) { return info.param.name; });

} // namespace
} // namespace npuforge::test
