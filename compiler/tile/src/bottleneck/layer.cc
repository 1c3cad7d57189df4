// Which layers are an inverted bottleneck.
#include "npuforge/compiler/graph/Graph.h"

#include "bottleneck/plan.h"

namespace npuforge::tile {

using namespace mlir;

namespace {

bool isPointwise(const Layer& layer) {
  const Window& w = layer.window;
  return layer.kind == Kind::Conv && !layer.pooling && !layer.average && w.kernel_h == 1 &&
         w.kernel_w == 1 && w.stride_h == 1 && w.stride_w == 1 && !w.padded();
}

/// The convolution that `value` comes from.
std::optional<Layer> convolution(Value value) {
  auto requant = value.getDefiningOp<graph::RequantOp>();
  if (!requant)
    return {};
  FailureOr<Layer> layer = readLayer(*requant);
  return succeeded(layer) ? std::optional(std::move(*layer)) : std::nullopt;
}

bool sameShape(const Shape& a, const Shape& b) {
  return a.channels == b.channels && a.height == b.height && a.width == b.width;
}

Layer joined(const Layer& projection, std::vector<Layer> before) {
  Layer bottleneck = projection;
  bottleneck.kind = Kind::Bottleneck;
  bottleneck.name.clear();
  for (const Layer& layer : before)
    bottleneck.name += layer.name + "+";
  bottleneck.name += projection.name;
  bottleneck.input = before[0].input, bottleneck.in = before[0].in;
  bottleneck.in_view = before[0].in_view;
  bottleneck.before = std::move(before);
  return bottleneck;
}

/// The depthwise convolution before the projection, or why they are not one layer.
std::variant<Layer, std::string> depthwiseBefore(const Layer& projection) {
  if (!isPointwise(projection))
    return "";
  auto depthwise = convolution(projection.input);
  if (!depthwise || depthwise->kind != Kind::Depthwise)
    return "";
  if (!projection.input.hasOneUse())
    return "the depthwise convolution's result has other readers";
  return std::move(*depthwise);
}

} // namespace

std::variant<Layer, std::string> bottleneckOf(const Layer& projection) {
  auto found = depthwiseBefore(projection);
  if (auto* obstacle = std::get_if<std::string>(&found))
    return *obstacle;
  Layer& depthwise = std::get<Layer>(found);
  auto expansion = convolution(depthwise.input);
  if (!expansion || !isPointwise(*expansion))
    return "what the depthwise convolution reads is no 1x1 convolution's result";
  if (!depthwise.input.hasOneUse())
    return "the depthwise convolution's input has other readers";
  if (projection.sum &&
      (projection.second != expansion->input || !sameShape(projection.out, expansion->in)))
    return "the sum's other operand is not what the expansion reads";
  std::vector<Layer> before;
  before.push_back(std::move(*expansion));
  before.push_back(std::move(depthwise));
  return joined(projection, std::move(before));
}

std::variant<Layer, std::string> separableOf(const Layer& projection) {
  auto found = depthwiseBefore(projection);
  if (auto* obstacle = std::get_if<std::string>(&found))
    return *obstacle;
  std::vector<Layer> before;
  before.push_back(std::move(std::get<Layer>(found)));
  return joined(projection, std::move(before));
}

void markBottleneck(const Layer& bottleneck) {
  Builder builder(bottleneck.root->getContext());
  bottleneck.root->setAttr(
      kBottleneckAttr,
      builder.getI64IntegerAttr(static_cast<int64_t>(bottleneck.before.size()) + 1));
  for (const Layer& layer : bottleneck.before)
    layer.root->setAttr(kWithinAttr, builder.getUnitAttr());
}

} // namespace npuforge::tile
