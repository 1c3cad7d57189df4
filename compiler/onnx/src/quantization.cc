#include "quantization.h"

#include <cmath>

#include <fmt/format.h>

namespace npuforge::onnx {
namespace {

/// A number as it is, a vector along the axis of a tensor of this shape.
mlir::Value along(const graph::Build& build, mlir::Value value, Dims shape, int64_t axis) {
  const int64_t count = graph::elements(graph::shapeOf(value));
  if (count == 1)
    return build.reshape(value, {});
  const auto place = static_cast<size_t>(wrapped_axis(axis, static_cast<int64_t>(shape.size())));
  if (graph::rankOf(value) != 1 || shape[place] != count)
    throw Unsupported(fmt::format("{} scales or zero points for axis {} of {}",
                                  graph::text(graph::shapeOf(value)), axis, graph::text(shape)));
  Shape spread(shape.size(), 1);
  spread[place] = count;
  return build.reshape(value, spread);
}

} // namespace

mlir::Value quantized(const graph::Build& build, mlir::Value x, const Quantised& q,
                      mlir::Type type) {
  const unsigned bits = type.isIntOrFloat() ? type.getIntOrFloatBitWidth() : 0;
  if (!is_integer(type) || bits > 16)
    throw Unsupported("its result is not of integers of 8 or 16 bits");
  const bool is_unsigned = type.isUnsignedInteger();
  const double low = is_unsigned ? 0 : -std::ldexp(1, static_cast<int>(bits) - 1),
               high = low + std::ldexp(1, static_cast<int>(bits)) - 1;
  Dims shape = graph::shapeOf(x);
  Values operands{build.cast(x, build.f32()),
                  build.cast(along(build, q.scale, shape, q.axis), build.f32())};
  if (q.zero)
    operands.push_back(build.cast(along(build, q.zero, shape, q.axis), build.f32()));
  return build.map(type, operands, [&](const Scalars& s) {
    Scalar rounded = graph::round_even(s[0] / s[1]);
    return graph::cast(graph::clamp(s.size() > 2 ? rounded + s[2] : rounded, low, high), type);
  });
}

mlir::Value dequantized(const graph::Build& build, mlir::Value x, const Quantised& q) {
  if (!is_integer(graph::elementOf(x)))
    throw Unsupported("its input is not of integers");
  Dims shape = graph::shapeOf(x);
  Values operands{x, along(build, q.scale, shape, q.axis)};
  if (q.zero)
    operands.push_back(build.cast(along(build, q.zero, shape, q.axis), build.i32()));
  return build.map(graph::elementOf(q.scale), operands, [&](const Scalars& s) {
    Scalar integer = graph::cast(s[0], build.i32());
    return graph::cast(s.size() > 2 ? integer - s[2] : integer, build.f32()) * s[1];
  });
}

} // namespace npuforge::onnx
