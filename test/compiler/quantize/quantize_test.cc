// Post-training quantisation of a whole network: each step does what it promises.
#include <cmath>

#include <gmock/gmock.h>

#include "npuforge/compiler/graph/build.h"
#include "npuforge/compiler/graph/tensor_interpreter.h"

#include "correct_bias.h"
#include "equalize.h"
#include "insert.h"
#include "networks.h"
#include "observe.h"
#include "runner.h"

namespace npuforge::quantize {
namespace {

using graph::reference::Tensor;
using testing::Contains;
using testing::Each;
using testing::Field;
using testing::HasSubstr;

class Quantize : public testing::Test {
protected:
  Quantize()
      : module(make_network(context)), main(module->lookupSymbol<mlir::func::FuncOp>("main")),
        samples(make_samples(main, 6)) {}

  Choice everything(mlir::func::FuncOp network, const std::vector<Layer>& layers) const {
    Choice choice;
    choice.selected = select(layers, {});
    choice.ranges = ranges(observe(network, layers, samples), {});
    return choice;
  }

  mlir::MLIRContext context;
  mlir::OwningOpRef<mlir::ModuleOp> module;
  mlir::func::FuncOp main;
  std::vector<Sample> samples;
};

TEST_F(Quantize, LayersEndBehindTheirActivation) {
  const std::vector<Layer> layers = plan(main);
  std::vector<std::string> names;
  for (const Layer& layer : layers)
    names.push_back(layer.name());
  EXPECT_THAT(names,
              testing::ElementsAre("first", "depthwise", "pointwise", "mean", "flatten", "dense"));
  EXPECT_EQ(layers[0].operations.size(), 2u);
  EXPECT_THAT(select(layers, {}).computed, Each(true));
  EXPECT_THAT(select(layers, {}).rounded, Each(true));
}

TEST_F(Quantize, WhatReadsAFloatIsAFloatUnlessItMultiplies) {
  EXPECT_THAT(select(plan(main), {2}).computed,
              testing::ElementsAre(true, true, false, false, false, true));
}

TEST_F(Quantize, EqualisationLeavesTheFunctionUnchanged) {
  const Observations seen = observe(main, plan(main), samples);
  Equalized equalized = equalize(main, seen);
  EXPECT_EQ(equalized.pairs, 3u);
  mlir::func::FuncOp copy = *equalized.main;
  for (const Sample& sample : samples) {
    const Tensor before = Runner(main, sample).finish()[0],
                 after = Runner(copy, sample).finish()[0];
    for (size_t i = 0; i < before.reals->size(); ++i)
      EXPECT_NEAR((*after.reals)[i], (*before.reals)[i],
                  1e-4 * std::abs((*before.reals)[i]) + 1e-4);
  }
}

TEST_F(Quantize, EqualisationMakesTheChannelsAlike) {
  const Observations seen = observe(main, plan(main), samples);
  Equalized equalized = equalize(main, seen);
  mlir::func::FuncOp copy = *equalized.main;
  auto spread = [](const Observations& observations) {
    const std::vector<double>& largest = observations.channels.front().second;
    return *std::max_element(largest.begin(), largest.end()) /
           *std::min_element(largest.begin(), largest.end());
  };
  EXPECT_GT(spread(seen), 20);
  EXPECT_LT(spread(observe(copy, plan(copy), samples)), 1.01) << "a depthwise layer reads them";
}

TEST_F(Quantize, BiasCorrectionMovesTheMeanBack) {
  const std::vector<Layer> layers = plan(main);
  Choice choice = everything(main, layers);
  auto worst = [&](const Choice& made) { // |mean error| of a channel, over its bias correction's
    Quantised quantised = insert(main, layers, made);
    mlir::func::FuncOp copy = *quantised.main;
    std::vector<Tensor> f, q;
    mlir::Operation* product = layers[2].core();
    for (const Sample& sample : samples) {
      f.push_back(Runner(main, sample).run_to(product));
      q.push_back(Runner(copy, sample).run_to(quantised.products[product]));
    }
    std::vector<double> wanted = channel_means(product, f), got = channel_means(product, q);
    double sum = 0;
    for (size_t i = 0; i < wanted.size(); ++i)
      sum += std::abs(wanted[i] - got[i]);
    return sum;
  };
  const double before = worst(choice);
  choice.corrections = bias_corrections(main, layers, choice, samples);
  EXPECT_GT(before, 0);
  EXPECT_LT(worst(choice), before / 5);
}

TEST_F(Quantize, EachStepIsKeptOnlyIfItHelps) {
  Options plain;
  plain.equalize = plain.correct_bias = false;
  mlir::OwningOpRef<mlir::func::FuncOp> copy(main.clone());
  const Report without = quantize(*copy, samples, plain), with = quantize(main, samples, {});
  EXPECT_FALSE(without.equalization || without.bias_correction);
  ASSERT_TRUE(with.equalization && with.bias_correction);
  EXPECT_TRUE(with.equalization->kept);
  EXPECT_LE(with.error, without.error);
  EXPECT_GT(with.error, 0);
  EXPECT_EQ(with.layers.size(), 6u);
}

TEST_F(Quantize, MaxErrorBringsTheWorstLayersBack) {
  mlir::OwningOpRef<mlir::func::FuncOp> copy(main.clone());
  const Report free = quantize(*copy, samples, {});
  Options options;
  options.max_error = free.error * 0.8;
  const Report bound = quantize(main, samples, options);
  EXPECT_LE(bound.error, *options.max_error);
  EXPECT_FALSE(bound.fallen_back.empty());
  EXPECT_LT(bound.fallen_back.size(), 6u);
  EXPECT_THAT(bound.layers, Contains(Field(&LayerReport::precision, "i8")));
  EXPECT_THAT(bound.layers, Contains(Field(&LayerReport::reason, "max-error")));
}

TEST_F(Quantize, MaxErrorThatCannotBeMetIsRefused) {
  Options options;
  options.max_error = 0;
  try {
    quantize(main, samples, options);
    FAIL();
  } catch (const QuantizeError& error) {
    EXPECT_THAT(error.what(), HasSubstr("no layer in 8 bits")); // equalised weights round
  }
}

TEST_F(Quantize, F32MeetsWhatBf16DoesNot) {
  auto moved = parse(context, R"(
func.func @main(%x: tensor<1x1x4x4xf32> {graph.name = "x"}) -> (tensor<1x1x2x2xf32> {graph.name = "y"}, tensor<1x1x4x4xf32> {graph.name = "z"}) {
  %w = graph.constant dense<[[[[0.123456789]]]]> : tensor<1x1x1x1xf32>
  %0 = graph.max_pool %x {kernel = array<i64: 2, 2>, strides = array<i64: 2, 2>, pads = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>} : (tensor<1x1x4x4xf32>) -> tensor<1x1x2x2xf32>
  %1 = graph.conv %x, %w {strides = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>, groups = 1} : (tensor<1x1x4x4xf32>, tensor<1x1x1x1xf32>) -> tensor<1x1x4x4xf32>
  return %0, %1 : tensor<1x1x2x2xf32>, tensor<1x1x4x4xf32>
})");
  ASSERT_TRUE(moved);
  auto network = moved->lookupSymbol<mlir::func::FuncOp>("main");
  Options options;
  options.max_error = 0;
  const Report report = quantize(network, make_samples(network, 2), options);
  EXPECT_EQ(report.error, 0);
  EXPECT_THAT(report.layers, Each(Field(&LayerReport::precision, "f32")));
  EXPECT_EQ(report.fallen_back.size(), 2u);
}

TEST_F(Quantize, NoSamplesAndNothingToQuantiseAreRefused) {
  EXPECT_THROW(quantize(main, {}, {}), QuantizeError);
  auto other = parse(context, R"(
func.func @main(%x: tensor<2x3xf32> {graph.name = "x"}) -> (tensor<2xf32> {graph.name = "y"}) {
  %0 = graph.reduce %x {kind = "sum", axes = array<i64: 1>} : (tensor<2x3xf32>) -> tensor<2xf32>
  return %0 : tensor<2xf32>
})");
  ASSERT_TRUE(other);
  auto reduce = other->lookupSymbol<mlir::func::FuncOp>("main");
  EXPECT_THROW(quantize(reduce, make_samples(reduce, 2), {}), QuantizeError);
}

TEST_F(Quantize, WhatBecomesInfiniteIsNamed) {
  for (Sample& sample : samples)
    (*sample[0].reals)[0] = 3e38;
  try {
    quantize(main, samples, {});
    FAIL();
  } catch (const QuantizeError& error) {
    EXPECT_THAT(error.what(), HasSubstr("node 'relu'"));
    EXPECT_THAT(error.what(), HasSubstr("sample 1"));
  }
}

TEST_F(Quantize, MovesShareOneScale) {
  auto joined = parse(context, R"(
func.func @main(%x: tensor<1x2x4x4xf32> {graph.name = "x"}, %y: tensor<1x2x4x4xf32> {graph.name = "y"}) -> (tensor<1x2x2x2xf32> {graph.name = "z"}, tensor<1x2x4x4xf32> {graph.name = "r"}) {
  %0 = graph.max_pool %x {kernel = array<i64: 2, 2>, strides = array<i64: 2, 2>, pads = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>} : (tensor<1x2x4x4xf32>) -> tensor<1x2x2x2xf32>
  %1 = graph.relu %y : (tensor<1x2x4x4xf32>) -> tensor<1x2x4x4xf32>
  return %0, %1 : tensor<1x2x2x2xf32>, tensor<1x2x4x4xf32>
})");
  ASSERT_TRUE(joined);
  auto network = joined->lookupSymbol<mlir::func::FuncOp>("main");
  quantize(network, make_samples(network, 2), {});
  std::set<float> scales;
  network.walk([&](graph::QuantizeOp op) { scales.insert(op.getScales()[0]); });
  EXPECT_EQ(scales.size(), 3u) << "x with its maxima, y, and relu's result";
}

TEST_F(Quantize, WhatOthersReadKeepsItsScaleBesideAConcatenation) {
  auto joined = parse(context, R"(
func.func @main(%x: tensor<1x2x4x4xf32> {graph.name = "x"}) -> (tensor<1x6x4x4xf32> {graph.name = "z"}, tensor<1x2x4x4xf32> {graph.name = "w"}) {
  %c = graph.constant dense<10.0> : tensor<f32>
  %d = graph.constant dense<3.0> : tensor<f32>
  %0 = graph.map %x, %c : (tensor<1x2x4x4xf32>, tensor<f32>) -> tensor<1x2x4x4xf32> {
  ^bb0(%a: f32, %b: f32):
    %m = arith.mulf %a, %b : f32
    graph.yield %m : f32
  }
  %1 = graph.map %x, %d : (tensor<1x2x4x4xf32>, tensor<f32>) -> tensor<1x2x4x4xf32> {
  ^bb0(%a: f32, %b: f32):
    %m = arith.mulf %a, %b : f32
    graph.yield %m : f32
  }
  %2 = graph.move %0, %1, %x {pieces = [#graph.piece<0[1, 2, 4, 4] from 0[32, 16, 4, 1] to 0[96, 16, 4, 1]>, #graph.piece<1[1, 2, 4, 4] from 0[32, 16, 4, 1] to 32[96, 16, 4, 1]>, #graph.piece<2[1, 2, 4, 4] from 0[32, 16, 4, 1] to 64[96, 16, 4, 1]>]} : (tensor<1x2x4x4xf32>, tensor<1x2x4x4xf32>, tensor<1x2x4x4xf32>) -> tensor<1x6x4x4xf32>
  %3 = graph.max_pool %1 {kernel = array<i64: 1, 1>, strides = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>} : (tensor<1x2x4x4xf32>) -> tensor<1x2x4x4xf32>
  return %2, %3 : tensor<1x6x4x4xf32>, tensor<1x2x4x4xf32>
})");
  ASSERT_TRUE(joined);
  auto network = joined->lookupSymbol<mlir::func::FuncOp>("main");
  const std::vector<Layer> layers = plan(network);
  Choice choice;
  choice.selected.computed.assign(layers.size(), true);
  const auto its_samples = make_samples(network, 2);
  Options options;
  options.method = Method::kMinMax;
  choice.ranges = ranges(observe(network, layers, its_samples), options);
  auto width = [&, shared = shared_ranges(layers, choice)](mlir::Value value) {
    return shared.lookup(value).width() / choice.ranges.lookup(network.getArgument(0)).width();
  };
  auto returned = network.getBody().front().getTerminator()->getOperands();
  auto maps = llvm::to_vector(network.getOps<graph::MapOp>());
  EXPECT_NEAR(width(network.getArgument(0)), 1, 1e-6);
  EXPECT_NEAR(width(maps[0]), 10, 1e-5) << "joined: none but the concatenation reads it";
  EXPECT_NEAR(width(maps[1]), 3, 1e-5);
  EXPECT_NEAR(width(returned[0]), 10, 1e-5);
  EXPECT_NEAR(width(returned[1]), 3, 1e-5) << "its elements are the second map's";
}

TEST_F(Quantize, AMatrixProductThatFloatsReadKeepsItsSums) {
  auto mixed = parse(context, R"(
func.func @main(%x: tensor<2x3xf32> {graph.name = "x"}) -> (tensor<2xf32> {graph.name = "y"}, tensor<2x3xf32> {graph.name = "z"}) {
  %w = graph.constant dense<[[1.0, 2.0, 3.0], [4.0, 5.0, 6.0], [7.0, 8.0, 9.0]]> : tensor<3x3xf32>
  %0 = graph.matmul %x, %w : (tensor<2x3xf32>, tensor<3x3xf32>) -> tensor<2x3xf32>
  %1 = graph.reduce %0 {kind = "sum", axes = array<i64: 1>} : (tensor<2x3xf32>) -> tensor<2xf32>
  %2 = graph.matmul %x, %w : (tensor<2x3xf32>, tensor<3x3xf32>) -> tensor<2x3xf32>
  return %1, %2 : tensor<2xf32>, tensor<2x3xf32>
})");
  ASSERT_TRUE(mixed);
  auto network = mixed->lookupSymbol<mlir::func::FuncOp>("main");
  const Selection selection = select(plan(network), {});
  EXPECT_THAT(selection.computed, testing::ElementsAre(true, false, true));
  EXPECT_THAT(selection.rounded, testing::ElementsAre(false, false, true));
  const Report report = quantize(network, make_samples(network, 2), {});
  EXPECT_FALSE(report.layers[0].quantised);
  EXPECT_TRUE(report.layers[2].quantised);
}

TEST_F(Quantize, OwnNoiseLeavesOutWhatCameBefore) {
  const Report report = quantize(main, samples, {});
  EXPECT_EQ(report.layers[0].own_sqnr, report.layers[0].sqnr);
  for (const LayerReport& layer : report.layers)
    EXPECT_GE(layer.own_sqnr, layer.sqnr - 1) << layer.name;
  EXPECT_GT(report.layers[2].own_sqnr, report.layers[2].sqnr + 1);
  EXPECT_THAT(report.layers, Contains(Field(&LayerReport::own_sqnr, INFINITY)))
      << "a flatten adds nothing";
}

} // namespace
} // namespace npuforge::quantize
