#include "layers.h"

#include "npuforge/compiler/graph/build.h"
#include "npuforge/compiler/graph/optimisations.h"
#include "npuforge/compiler/graph/scale.h"

#include "bottleneck/plan.h"
#include "conv/rows.h"
#include "words/concat.h"
#include "words/epilogue.h"

namespace npuforge::tile {

using namespace mlir;

Shape shapeOf(Value value) {
  auto shape = cast<ShapedType>(value.getType()).getShape();
  return {shape[1], shape[2], shape[3]};
}

namespace {

/// The convolution that becomes one layer with what reads it, or why there is none.
struct Fusion {
  graph::RequantOp with;
  const char* obstacle = "";
};

/// Could the convolution that `value` comes from do more with its result?
Fusion summand(Value value) {
  auto requant = value.getDefiningOp<graph::RequantOp>();
  auto conv = requant ? requant.getInput().getDefiningOp<graph::QConvOp>() : graph::QConvOp();
  if (!conv)
    return {{}, "no operand is a convolution's result"};
  if (conv.getGroups() != 1)
    return {{}, "the convolution before it has groups"};
  if (!value.hasOneUse())
    return {{}, "the convolution's result has other readers"};
  return {requant};
}

/// With a sum: the later one of its two operands.
Fusion fusion(graph::QAddOp add) {
  if (!graph::allowed(add, graph::kFuseSum))
    return {{}, "turned off"};
  if (add.getA().getType() != add.getB().getType())
    return {{}, "its operands differ in shape"};
  const Fusion a = summand(add.getA()), b = summand(add.getB());
  if (a.with && b.with)
    return a.with->isBeforeInBlock(b.with) ? b : a;
  return a.with ? a : b;
}

/// With a pooling: bands of its rows, which have the rows above them, hold whole windows.
Fusion fusion(graph::QMaxPoolOp pool) {
  if (!graph::allowed(pool, graph::kFusePool))
    return {{}, "turned off"};
  const Fusion conv = summand(pool.getInput());
  if (!conv.with)
    return conv;
  auto kernel = pool.getKernel(), strides = pool.getStrides(), pads = pool.getPads(),
       dilations = pool.getDilations();
  const bool banded =
      kernel[0] >= strides[0] && pads[0] == kernel[0] - strides[0] &&
      shapeOf(pool.getResult()).height * strides[0] == shapeOf(pool.getInput()).height;
  if (dilations[0] != 1 || dilations[1] != 1)
    return {{}, "its windows are dilated"};
  if (!banded)
    return {{}, "bands of rows do not hold whole windows"};
  return conv;
}

template <typename Op>
graph::RequantOp fusedWith(Op op) {
  return fusion(op).with;
}

void explain(Operation& op, Fusion fusion, const graph::Optimisation& optimisation) {
  if (!fusion.with)
    return graph::refused(op.getLoc(), optimisation, fusion.obstacle);
  const std::string conv = graph::nodeName(fusion.with.getLoc());
  graph::taken(op.getLoc(), optimisation, "is the last step of '" + conv + "'");
}

} // namespace

void explainFusion(Operation& op) {
  if (auto add = dyn_cast<graph::QAddOp>(op))
    explain(op, fusion(add), graph::kFuseSum);
  if (auto pool = dyn_cast<graph::QMaxPoolOp>(op))
    explain(op, fusion(pool), graph::kFusePool);
}

bool isLayer(Operation& op) {
  if (op.hasAttr(kFusedAttr) || op.hasAttr(kViewAttr) || op.hasAttr(kStoredAttr) ||
      op.hasAttr(kPartsAttr))
    return false;
  if (wordsKind(op))
    return true;
  if (op.hasAttr(kWithinAttr))
    return false;
  if (mlir::isa<graph::RequantOp>(op) && op.hasOneUse()) {
    if (auto add = dyn_cast<graph::QAddOp>(*op.user_begin()); add && fusedWith(add) == &op)
      return false;
    if (auto pool = dyn_cast<graph::QMaxPoolOp>(*op.user_begin()); pool && fusedWith(pool) == &op)
      return false;
  }
  return mlir::isa<graph::RequantOp, graph::RescaleOp, graph::QAddOp, graph::QMaxPoolOp,
                   graph::QAvgPoolOp, graph::MapOp>(op);
}

namespace {

FailureOr<DenseElementsAttr> constant(Operation& user, Value value, const char* what) {
  if (DenseElementsAttr dense = graph::constantValue(value))
    return dense;
  return user.emitError() << what << " must be constant", failure();
}

FailureOr<std::vector<int32_t>> words(Operation& user, Value value, const char* what) {
  auto dense = constant(user, value, what);
  if (failed(dense))
    return failure();
  const std::vector<int64_t> values = graph::integers(*dense);
  return std::vector<int32_t>(values.begin(), values.end());
}

void setWindow(Window& window, ArrayRef<int64_t> kernel, ArrayRef<int64_t> strides,
               ArrayRef<int64_t> pads) {
  window.kernel_h = kernel[0], window.kernel_w = kernel[1];
  window.stride_h = strides[0], window.stride_w = strides[1];
  window.top = pads[0], window.left = pads[1], window.bottom = pads[2], window.right = pads[3];
}

LogicalResult readConv(Layer& layer, graph::RequantOp requant) {
  auto conv = requant.getInput().getDefiningOp<graph::QConvOp>();
  if (!conv)
    return requant.emitError() << "requantises something that is not a convolution";
  if (!conv.getResult().hasOneUse())
    return conv.emitError() << "has accumulators with more than one use";
  auto kernel = cast<ShapedType>(conv.getWeights().getType()).getShape();
  setWindow(layer.window, kernel.take_back(2), conv.getStrides(), conv.getPads());
  layer.window.dilation_h = conv.getDilations()[0],
  layer.window.dilation_w = conv.getDilations()[1];
  layer.kind = conv.getGroups() == 1 ? Kind::Conv : Kind::Depthwise;
  layer.input = conv.getInput();
  layer.fill = conv.getFill();
  auto weights = constant(*conv, conv.getWeights(), "weights");
  auto bias = words(*conv, conv.getBias(), "bias");
  auto multiplier = words(*requant, requant.getMultiplier(), "multipliers");
  auto shift = words(*requant, requant.getShift(), "shifts");
  if (failed(weights) || failed(bias) || failed(multiplier) || failed(shift))
    return failure();
  layer.weights = ConstantBytes(*weights), layer.bias = std::move(*bias);
  layer.multiplier = std::move(*multiplier), layer.shift = std::move(*shift);
  return success();
}

template <typename Op>
void readScale(Layer& layer, Op op) {
  layer.multiplier = {static_cast<int32_t>(op.getMultiplier())};
  layer.shift = {static_cast<int32_t>(op.getShift())};
  layer.zero_a = op.getZeroX();
  layer.zero = op.getZeroPoint();
}

/// The sum as the last part of the convolution's layer.
LogicalResult readSum(Layer& layer, graph::RequantOp requant, graph::QAddOp add) {
  if (failed(readConv(layer, requant)))
    return failure();
  layer.name = graph::nodeName(requant.getLoc()) + "+" + layer.name;
  layer.zero = requant.getZeroPoint();
  Sum sum{};
  sum.zero_a = add.getZeroA(), sum.multiplier_a = add.getMultA();
  sum.zero_b = add.getZeroB(), sum.multiplier_b = add.getMultB();
  layer.second = add.getB();
  if (add.getB() == requant.getResult()) {
    std::swap(sum.zero_a, sum.zero_b), std::swap(sum.multiplier_a, sum.multiplier_b);
    layer.second = add.getA();
  }
  sum.shift = add.getShift(), sum.zero = add.getZeroPoint();
  sum.low = add.getLow(), sum.high = add.getHigh();
  layer.sum = sum;
  return success();
}

/// The pooling as the last part of the convolution's layer.
LogicalResult readPooling(Layer& layer, graph::RequantOp requant, graph::QMaxPoolOp pool) {
  if (failed(readConv(layer, requant)))
    return failure();
  layer.name = graph::nodeName(requant.getLoc()) + "+" + layer.name;
  layer.zero = requant.getZeroPoint();
  layer.out = shapeOf(requant.getResult());
  Pooling pooling{
      .window = {}, .out = shapeOf(pool.getResult()), .low = pool.getLow(), .high = pool.getHigh()};
  setWindow(pooling.window, pool.getKernel(), pool.getStrides(), pool.getPads());
  layer.pooling = pooling;
  return success();
}

void readAdd(Layer& layer, graph::QAddOp add) {
  layer.kind = Kind::Add;
  layer.input = add.getA(), layer.second = add.getB();
  layer.second_in = shapeOf(layer.second);
  layer.zero_a = add.getZeroA(), layer.zero_b = add.getZeroB(), layer.zero = add.getZeroPoint();
  layer.multiplier = {static_cast<int32_t>(add.getMultA())}, layer.multiplier_b = add.getMultB();
  layer.shift = {static_cast<int32_t>(add.getShift())};
}

void readMap(Layer& layer, graph::MapOp map) {
  layer.kind = Kind::Map;
  layer.operands.assign(map.getInputs().begin(), map.getInputs().end());
  for (Value operand : map.getInputs())
    if (!layer.input && !operand.getDefiningOp<graph::ConstantOp>() &&
        cast<ShapedType>(operand.getType()).getShape() ==
            cast<ShapedType>(map.getType()).getShape())
      layer.input = operand;
  layer.in = shapeOf(layer.input);
}

template <typename Op>
void readPool(Layer& layer, Op op) {
  layer.input = op.getInput();
  setWindow(layer.window, op.getKernel(), op.getStrides(), op.getPads());
}

} // namespace

namespace {
/// Is it made by a step of another layer?
bool isWithin(Value value) {
  Operation* made = value.getDefiningOp();
  return made && made->hasAttr(kWithinAttr);
}
} // namespace

bool readsBesides(const Layer& layer, Value tensor) {
  return layer.second == tensor ||
         (layer.kind == Kind::Map && llvm::is_contained(layer.operands, tensor)) ||
         (layer.kind == Kind::Words && llvm::is_contained(layer.root->getOperands(), tensor));
}

std::variant<Layer, std::string> averagedConv(const Layer& mean) {
  Fusion conv = summand(mean.input);
  if (!conv.with)
    return mean.input.getDefiningOp<graph::RequantOp>() ? conv.obstacle : "";
  const Window& w = mean.window;
  if (w.padded() || w.kernel_h != mean.in.height || w.kernel_w != mean.in.width)
    return "its windows are not all pixels";
  FailureOr<Layer> whole = readLayer(*conv.with.getOperation());
  if (failed(whole) || whole->kind != Kind::Conv)
    return "the convolution before it is a part of another layer";
  // Every pixel is off by the same amount.
  whole->average = Average{mean.out,           -mean.zero_a * w.kernel_h * w.kernel_w,
                           mean.multiplier[0], mean.shift[0],
                           mean.zero,          mean.low,
                           mean.high};
  whole->root = mean.root;
  whole->name += "+" + mean.name;
  whole->out_view = {mean.out.channels, mean.out.height};
  return std::move(*whole);
}

std::variant<Layer, std::string> mappedConv(const Layer& map) {
  Fusion conv = summand(map.input);
  if (!conv.with)
    return map.input.getDefiningOp<graph::RequantOp>() ? conv.obstacle : "";
  FailureOr<Layer> whole = readLayer(*conv.with.getOperation());
  if (failed(whole))
    return "the convolution before it is no layer";
  whole->root = map.root;
  whole->mapped = true;
  whole->name += "+" + map.name;
  return std::move(*whole);
}

namespace {

FailureOr<Layer> readWhole(Operation& root) {
  Layer layer{};
  layer.root = layer.node = &root;
  layer.name = graph::nodeName(root.getLoc());
  if (wordsKind(root)) {
    layer.kind = Kind::Words;
    auto map = dyn_cast<graph::MapOp>(root);
    if (Operation* producer = map ? fusedProducer(map) : nullptr) {
      layer.node = producer;
      if (const std::string name = graph::nodeName(producer->getLoc()); name != layer.name)
        layer.name = name + "+" + layer.name;
    }
    return layer;
  }
  layer.out = shapeOf(root.getResult(0));
  Operation* clamp = &root;
  if (auto requant = dyn_cast<graph::RequantOp>(root)) {
    if (failed(readConv(layer, requant)))
      return failure();
    layer.zero = requant.getZeroPoint();
  } else if (auto add = dyn_cast<graph::QAddOp>(root); add && fusedWith(add)) {
    graph::RequantOp requant = fusedWith(add);
    if (failed(readSum(layer, requant, add)))
      return failure();
    clamp = requant;
  } else if (add) {
    readAdd(layer, add);
  } else if (auto pool = dyn_cast<graph::QMaxPoolOp>(root); pool && fusedWith(pool)) {
    graph::RequantOp requant = fusedWith(pool);
    if (failed(readPooling(layer, requant, pool)))
      return failure();
    clamp = requant;
  } else if (pool) {
    layer.kind = Kind::MaxPool;
    readPool(layer, pool);
    layer.window.dilation_h = pool.getDilations()[0],
    layer.window.dilation_w = pool.getDilations()[1];
    layer.fill = -128;
  } else if (auto pool = dyn_cast<graph::QAvgPoolOp>(root)) {
    layer.kind = Kind::AveragePool;
    readPool(layer, pool);
    readScale(layer, pool);
    layer.scale = pool.getScale().convertToDouble();
    if (!graph::make_ratio(layer.scale)) // of one tap; more give a smaller factor
      return pool.emitError() << "scales by " << layer.scale
                              << ", which is not above 0 and below 2^31";
    layer.count_pads = pool.getCountIncludePad();
    layer.fill = layer.zero_a;
  } else if (auto rescale = dyn_cast<graph::RescaleOp>(root)) {
    layer.kind = Kind::Rescale;
    layer.input = rescale.getInput();
    readScale(layer, rescale);
  } else if (auto map = dyn_cast<graph::MapOp>(root)) {
    readMap(layer, map);
    if (!isWithin(layer.input))
      return layer;
    auto whole = mappedConv(layer);
    if (auto* obstacle = std::get_if<std::string>(&whole))
      return root.emitError() << "is not the last step of a convolution: " << *obstacle, failure();
    return std::get<Layer>(std::move(whole));
  } else {
    return root.emitError() << "is not a layer of the back end", failure();
  }
  layer.node = clamp;
  layer.low = clamp->getAttrOfType<IntegerAttr>("low").getInt();
  layer.high = clamp->getAttrOfType<IntegerAttr>("high").getInt();
  layer.in = shapeOf(layer.input);
  if (layer.kind == Kind::AveragePool && isWithin(layer.input)) {
    auto whole = averagedConv(layer);
    if (auto* obstacle = std::get_if<std::string>(&whole))
      return root.emitError() << "is not the last step of a convolution: " << *obstacle, failure();
    return std::get<Layer>(std::move(whole));
  }
  if (!root.hasAttr(kBottleneckAttr))
    return layer;
  auto count = root.getAttrOfType<IntegerAttr>(kBottleneckAttr);
  if (!count || (count.getInt() != 2 && count.getInt() != 3))
    return root.emitError() << "has a " << kBottleneckAttr << " that is not 2 or 3 convolutions",
           failure();
  auto bottleneck = count.getInt() == 3 ? bottleneckOf(layer) : separableOf(layer);
  if (auto* obstacle = std::get_if<std::string>(&bottleneck))
    return root.emitError() << "is no bottleneck: " << *obstacle, failure();
  return std::get<Layer>(std::move(bottleneck));
}

} // namespace

FailureOr<Layer> readLayer(Operation& root) {
  FailureOr<Layer> layer = readWhole(root);
  if (succeeded(layer) && layer->kind != Kind::Words) {
    layer->in_view = {layer->in.channels, layer->in.height};
    layer->out_view = {layer->stored().channels, layer->stored().height};
  }
  return layer;
}

} // namespace npuforge::tile
