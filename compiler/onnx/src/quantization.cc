#include "quantization.h"

#include <cmath>

#include <fmt/format.h>

#include "npuforge/compiler/graph/infer_shapes.h"

namespace npuforge::onnx {
namespace {

/// One of each block, repeated for the block's elements: a tensor of this shape.
mlir::Value of_blocks(const graph::Build& build, mlir::Value value, Dims shape, size_t axis,
                      int64_t block) {
  Shape wanted(shape);
  wanted[axis] = (shape[axis] + block - 1) / block;
  if (block < 0 || graph::shapeOf(value) != Dims(wanted))
    throw Unsupported(fmt::format("{} scales or zero points for blocks of {} along axis {} of {}",
                                  graph::text(graph::shapeOf(value)), block, axis,
                                  graph::text(shape)));
  Shape apart(wanted), repeated(wanted), joined(wanted);
  const auto behind = static_cast<std::ptrdiff_t>(axis) + 1;
  apart.insert(apart.begin() + behind, 1);
  repeated.insert(repeated.begin() + behind, block);
  joined[axis] *= block;
  mlir::Value all = build.reshape(build.expand(build.reshape(value, apart), repeated), joined);
  return build.slice(all, static_cast<int64_t>(axis), 0, shape[axis]);
}

/// Scales or zero points for a tensor of this shape: a number, a vector along the axis, blocks.
mlir::Value along(const graph::Build& build, mlir::Value value, Dims shape, const Quantised& q) {
  const int64_t count = graph::elements(graph::shapeOf(value)), axis = q.axis;
  if (count == 1 && q.block == 0)
    return build.reshape(value, {});
  const auto place = static_cast<size_t>(wrapped_axis(axis, static_cast<int64_t>(shape.size())));
  if (q.block != 0)
    return of_blocks(build, value, shape, place, q.block);
  if (graph::rankOf(value) != 1 || shape[place] != count)
    throw Unsupported(fmt::format("{} scales or zero points for axis {} of {}",
                                  graph::text(graph::shapeOf(value)), axis, graph::text(shape)));
  Shape spread(shape.size(), 1);
  spread[place] = count;
  return build.reshape(value, spread);
}

/// The constants behind scale and zero point, as many of one as of the other.
struct Numbers {
  std::vector<float> scales;
  std::vector<int32_t> zeros;

  explicit Numbers(const Quantised& q) {
    for (double scale : graph::reals(graph::constantValue(q.scale))) {
      if (!(scale > 0) || !std::isfinite(scale))
        throw Unsupported(fmt::format("the scale {} is not positive", scale));
      scales.push_back(static_cast<float>(scale));
    }
    zeros.assign(scales.size(), 0);
    if (!q.zero)
      return;
    const std::vector<int64_t> given = graph::integers(graph::constantValue(q.zero));
    if (given.size() != scales.size() && given.size() != 1)
      throw Unsupported(fmt::format("{} scales but {} zero points", scales.size(), given.size()));
    for (size_t i = 0; i < zeros.size(); ++i) {
      const int64_t zero = given[given.size() == 1 ? 0 : i];
      zeros[i] = static_cast<int32_t>(zero);
      if (zeros[i] != zero)
        throw Unsupported(fmt::format("the zero point {} is out of range", zero));
    }
  }
};

template <typename Op>
mlir::Value imported(const graph::Build& build, mlir::Value x, const Quantised& q,
                     mlir::Type element) {
  const Numbers numbers(q);
  auto op = Op::create(build.builder(), build.location(), mlir::UnrankedTensorType::get(element), x,
                       numbers.scales, numbers.zeros, q.axis);
  graph::setInferredType(op);
  return op;
}

void require_real_scale(const Quantised& q) {
  if (!llvm::isa<mlir::FloatType>(graph::elementOf(q.scale)))
    throw Unsupported("its scale is not of floats");
}

} // namespace

bool known_now(const Quantised& q) {
  auto scale = graph::constantValue(q.scale);
  return q.block == 0 && scale && scale.getNumElements() > 0 && scale.getElementType().isF32() &&
         (!q.zero || (graph::constantValue(q.zero) && is_integer(graph::elementOf(q.zero))));
}

mlir::Value quantized(const graph::Build& build, mlir::Value x, const Quantised& q,
                      mlir::Type type) {
  require_real_scale(q);
  if (type.isInteger(8) && graph::elementOf(x).isF32() && known_now(q))
    return imported<graph::QuantizeOp>(build, x, q, type);
  const unsigned bits = type.isIntOrFloat() ? type.getIntOrFloatBitWidth() : 0;
  if (!is_integer(type) || bits > 16)
    throw Unsupported("its result is not of integers of 8 or 16 bits");
  const bool is_unsigned = type.isUnsignedInteger();
  const double low = is_unsigned ? 0 : -std::ldexp(1, static_cast<int>(bits) - 1),
               high = low + std::ldexp(1, static_cast<int>(bits)) - 1;
  Dims shape = graph::shapeOf(x);
  Values operands{build.cast(x, build.f32()),
                  build.cast(along(build, q.scale, shape, q), build.f32())};
  if (q.zero)
    operands.push_back(build.cast(along(build, q.zero, shape, q), build.f32()));
  return build.map(type, operands, [&](const Scalars& s) {
    Scalar rounded = graph::round_even(s[0] / s[1]);
    return graph::cast(graph::clamp(s.size() > 2 ? rounded + s[2] : rounded, low, high), type);
  });
}

mlir::Value dequantized(const graph::Build& build, mlir::Value x, const Quantised& q) {
  require_real_scale(q);
  if (!is_integer(graph::elementOf(x)))
    throw Unsupported("its input is not of integers");
  mlir::Type element = graph::elementOf(x);
  if ((element.isInteger(8) || element.isSignlessInteger(32)) && known_now(q))
    return imported<graph::DequantizeOp>(build, x, q, build.f32());
  Dims shape = graph::shapeOf(x);
  Values operands{x, along(build, q.scale, shape, q)};
  if (q.zero)
    operands.push_back(build.cast(along(build, q.zero, shape, q), build.i32()));
  return build.map(graph::elementOf(q.scale), operands, [&](const Scalars& s) {
    Scalar integer = graph::cast(s[0], build.i32());
    return graph::cast(s.size() > 2 ? integer - s[2] : integer, build.f32()) * s[1];
  });
}

} // namespace npuforge::onnx
