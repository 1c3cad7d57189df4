// Which layers are an inverted bottleneck.
#include "npuforge/compiler/graph/Graph.h"

#include "layers.h"

namespace npuforge::tile {

using namespace mlir;

namespace {

bool isPointwise(const Layer& layer) {
  const Window& w = layer.window;
  return layer.kind == Kind::Conv && !layer.pooling && w.kernel_h == 1 && w.kernel_w == 1 &&
         w.stride_h == 1 && w.stride_w == 1 && !w.padded();
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

} // namespace

std::variant<Layer, std::string> bottleneckOf(const Layer& projection) {
  if (!isPointwise(projection))
    return "";
  auto depthwise = convolution(projection.input);
  if (!depthwise || depthwise->kind != Kind::Depthwise)
    return "";
  if (!projection.input.hasOneUse())
    return "the depthwise convolution's result has other readers";
  auto expansion = convolution(depthwise->input);
  if (!expansion || !isPointwise(*expansion))
    return "what the depthwise convolution reads is no 1x1 convolution's result";
  if (!depthwise->input.hasOneUse())
    return "the depthwise convolution's input has other readers";
  if (projection.sum &&
      (projection.second != expansion->input || !sameShape(projection.out, expansion->in)))
    return "the sum's other operand is not what the expansion reads";
  Layer bottleneck = projection;
  bottleneck.kind = Kind::Bottleneck;
  bottleneck.name = expansion->name + "+" + depthwise->name + "+" + projection.name;
  bottleneck.input = expansion->input, bottleneck.in = expansion->in;
  bottleneck.before = {std::move(*expansion), std::move(*depthwise)};
  return bottleneck;
}

void markBottleneck(const Layer& bottleneck) {
  Builder builder(bottleneck.root->getContext());
  bottleneck.root->setAttr(kBottleneckAttr, builder.getUnitAttr());
  for (const Layer& layer : bottleneck.before)
    layer.root->setAttr(kWithinAttr, builder.getUnitAttr());
}

} // namespace npuforge::tile
