// Products of 8-bit integers: MatMulInteger, ConvInteger, QLinearMatMul, QLinearConv,
// DynamicQuantizeLinear. The array multiplies elements as they are; zero points are corrected by
// sums: (x - zx)(w - zw) = xw - zx sum(w) - zw sum(x) + n zx zw.
#include <fmt/format.h>

#include "npuforge/compiler/graph/infer_shapes.h"

#include "operators.h"
#include "quantization.h"
#include "window.h"

namespace npuforge::onnx {
namespace {

using graph::Build;

/// A zero point as i32, or null where it is missing or a constant of zeros.
mlir::Value zero_point(Node& node, size_t input) {
  if (!node.has(input))
    return {};
  mlir::Value value = node.operand(input);
  if (auto constant = graph::constantValue(value))
    if (llvm::all_of(graph::integers(constant), [](int64_t zero) { return zero == 0; }))
      return {};
  return node.build.cast(value, node.build.i32());
}

/// A number, or one for each of `count` slices, in this shape.
mlir::Value shaped(const Build& build, mlir::Value value, Dims slices) {
  if (!value)
    return value;
  const int64_t count = graph::elements(graph::shapeOf(value));
  if (count == 1)
    return build.reshape(value, {});
  if (count != graph::elements(slices))
    throw Unsupported(
        fmt::format("{} scales or zero points for {} slices", count, graph::elements(slices)));
  return build.reshape(value, slices);
}

/// sum - zx * weights - zw * inputs + zx * zw * counts, what is null left out.
mlir::Value corrected(const Build& build, mlir::Value sum, mlir::Value zx, mlir::Value weights,
                      mlir::Value zw, mlir::Value inputs, mlir::Value counts) {
  if (zx)
    sum = build.map({sum, zx, weights}, [](const Scalars& s) { return s[0] - s[1] * s[2]; });
  if (zw)
    sum = build.map({sum, zw, inputs}, [](const Scalars& s) { return s[0] - s[1] * s[2]; });
  if (zx && zw)
    sum = build.map({sum, zx, zw, counts},
                    [](const Scalars& s) { return s[0] + s[1] * s[2] * s[3]; });
  return sum;
}

void check_bytes(Node& node, size_t input) {
  if (!node.element(input).isInteger(8))
    throw Unsupported(fmt::format("input {} is not of 8-bit integers", input));
}

/// The product of a (input `a`) and b less their zero points, i32.
mlir::Value matrix_product(Node& node, size_t a, size_t b, size_t a_zero, size_t b_zero) {
  const Build& build = node.build;
  check_bytes(node, a);
  check_bytes(node, b);
  const int64_t rank_a = node.rank(a), rank_b = node.rank(b);
  if (rank_a < 1 || rank_b < 1)
    throw Unsupported("a number is no matrix");
  mlir::Value product = build.matmul(node.operand(a), node.operand(b));
  mlir::Value za = zero_point(node, a_zero), zb = zero_point(node, b_zero);
  const int64_t inner = node.shape(a).back();
  // One zero point a row of a, a column of b.
  if (rank_a > 1 && za && graph::elements(graph::shapeOf(za)) > 1)
    za = shaped(build, za, {node.shape(a)[static_cast<size_t>(rank_a) - 2], 1});
  else
    za = shaped(build, za, {});
  zb = shaped(build, zb, {node.shape(b).back()});
  auto sums = [&](size_t input, int64_t axis) {
    return build.reduce(build.cast(node.operand(input), build.i32()), "sum", {axis},
                        node.rank(input) > 1 && node.rank(a) > 1);
  };
  mlir::Value columns = za ? sums(b, std::max<int64_t>(0, rank_b - 2)) : mlir::Value(),
              rows = zb ? sums(a, rank_a - 1) : mlir::Value();
  return corrected(build, product, za, columns, zb, rows,
                   build.number(build.i32(), static_cast<double>(inner)));
}

/// The convolution of x and w less their zero points, channels last, i32.
mlir::Value convolution(Node& node, size_t x, size_t w, size_t x_zero, size_t w_zero) {
  const Build& build = node.build;
  check_bytes(node, x);
  check_bytes(node, w);
  if (node.rank(x) < 3 || node.rank(w) != node.rank(x))
    throw Unsupported(fmt::format("input {} and weights {} are no convolution's",
                                  graph::text(node.shape(x)), graph::text(node.shape(w))));
  Dims kernel = node.shape(w).drop_front(2), in = node.shape(x).drop_front(2);
  if (Shape given(listed(node, "kernel_shape", {})); !given.empty() && given != kernel)
    throw Unsupported("kernel_shape is not the weights'");
  const Window window(node, in, kernel);
  const int64_t groups = node.integer("group", 1);
  mlir::Value input = channels_last(build, node.operand(x)),
              weights = weights_last(build, node.operand(w));
  mlir::Value product = convolve(build, input, weights, window, groups);
  mlir::Value zx = shaped(build, zero_point(node, x_zero), {}),
              zw = shaped(build, zero_point(node, w_zero), {node.shape(w)[0]});
  auto ones = [&](mlir::Value like, Dims shape) {
    return build.number(graph::elementOf(like), 1, shape);
  };
  mlir::Value weight_sums, input_sums, counts;
  if (zx) { // over the taps inside the input only: padding is the zero point
    Shape one_image(graph::shapeOf(input));
    one_image[0] = 1;
    weight_sums = convolve(build, ones(input, one_image), weights, window, groups);
  }
  if (zw)
    input_sums = convolve(build, input, ones(weights, graph::shapeOf(weights)), window, groups);
  if (zx && zw)
    counts = build.map(tap_counts(build, build.i32(), in, window, {}), [&](const Scalars& s) {
      return s[0] * static_cast<double>(node.shape(w)[1]);
    });
  return corrected(build, product, zx, weight_sums, zw, input_sums, counts);
}

/// round(sum * (a b / y)) + zero, within the type's bounds. Scales: numbers, or as `sum` wants.
mlir::Value requantised(Node& node, mlir::Value sum, mlir::Value a, mlir::Value b, size_t y_scale,
                        size_t y_zero) {
  const Build& build = node.build;
  mlir::Type type = node.element(y_zero);
  if (!type.isInteger(8))
    throw Unsupported("its result is not of 8-bit integers");
  const double low = type.isUnsignedInteger() ? 0 : -128;
  mlir::Value factor = build.map({a, b, shaped(build, node.operand(y_scale), {})},
                                 [](const Scalars& s) { return s[0] * s[1] / s[2]; });
  mlir::Value zero = build.cast(shaped(build, node.operand(y_zero), {}), build.f32());
  return build.map(type, {sum, factor, zero}, [&](const Scalars& s) {
    Scalar rounded = graph::round_even(graph::cast(s[0], build.f32()) * s[1]) + s[2];
    return graph::cast(graph::clamp(rounded, low, low + 255), type);
  });
}

/// Whether these inputs are there and constant.
bool constant_inputs(Node& node, std::initializer_list<size_t> inputs) {
  return llvm::all_of(inputs, [&](size_t input) {
    return node.has(input) && graph::constantValue(node.operand(input));
  });
}

/// The input's real values, by the scale and the zero point behind it.
mlir::Value real(Node& node, size_t input, int64_t axis) {
  return dequantized(node.build, node.operand(input),
                     {node.operand(input + 1), node.operand(input + 2), axis});
}

Results matmul_integer(Node& node) {
  return matrix_product(node, 0, 1, 2, 3);
}

/// a, its scale and zero point, b, ..., y's.
Results qlinear_matmul(Node& node) {
  const Build& build = node.build;
  check_bytes(node, 0);
  check_bytes(node, 3);
  if (node.rank(0) >= 2 && node.rank(3) == 2 && !node.all_constant() &&
      constant_inputs(node, {1, 2, 3, 4, 5, 6, 7}) && graph::elements(node.shape(1)) == 1) {
    auto product = graph::MatMulOp::create(build.builder(), build.location(),
                                           mlir::UnrankedTensorType::get(build.f32()),
                                           real(node, 0, 0), real(node, 3, 1));
    graph::setInferredType(product);
    return quantized(build, product, {node.operand(6), node.operand(7)}, node.element(7));
  }
  mlir::Value sum = matrix_product(node, 0, 3, 2, 5);
  mlir::Value a = node.operand(1);
  const int64_t rank = node.rank(0);
  if (graph::elements(node.shape(1)) > 1 && rank > 1)
    a = shaped(build, a, {node.shape(0)[static_cast<size_t>(rank) - 2], 1});
  else
    a = shaped(build, a, {});
  mlir::Value b = shaped(build, node.operand(4), {node.shape(3).back()});
  return requantised(node, sum, a, b, 6, 7);
}

Results conv_integer(Node& node) {
  return channels_first(node.build, convolution(node, 0, 1, 2, 3));
}

/// With constant weights and scales, in two dimensions: the form of quantised networks, an operator
/// between dequantize and quantize, which their passes make integers of.
mlir::Value real_conv(Node& node) {
  const Build& build = node.build;
  Dims kernel = node.shape(3).drop_front(2);
  if (Shape given(listed(node, "kernel_shape", {})); !given.empty() && given != kernel)
    throw Unsupported("kernel_shape is not the weights'");
  const Window window(node, node.shape(0).drop_front(2), kernel);
  mlir::Value bias;
  if (node.has(8)) {
    mlir::Value step = build.multiply(build.reshape(node.operand(1), {}),
                                      shaped(build, node.operand(4), {node.shape(3)[0]}));
    bias = dequantized(build, node.operand(8), {step, mlir::Value(), 0});
  }
  mlir::Value sum = imported_conv(build, real(node, 0, 0), real(node, 3, 0), bias, window,
                                  node.integer("group", 1));
  return quantized(build, sum, {node.operand(6), node.operand(7)}, node.element(7));
}

/// x, its scale and zero point, w, ..., y's scale and zero point, bias.
Results qlinear_conv(Node& node) {
  const Build& build = node.build;
  check_bytes(node, 0);
  check_bytes(node, 3);
  const bool one_input_scale = node.has(1) && graph::elements(node.shape(1)) == 1;
  if (node.rank(0) == 4 && node.rank(3) == 4 && one_input_scale && !node.all_constant() &&
      constant_inputs(node, {1, 2, 3, 4, 5, 6, 7}) && (!node.has(8) || constant_inputs(node, {8})))
    return real_conv(node);
  mlir::Value sum = convolution(node, 0, 3, 2, 5);
  if (node.has(8))
    sum = build.add(sum, shaped(build, node.operand(8), {node.shape(3)[0]}));
  mlir::Value x = shaped(build, node.operand(1), {}),
              w = shaped(build, node.operand(4), {node.shape(3)[0]});
  return channels_first(build, requantised(node, sum, x, w, 6, 7));
}

/// y, its scale and its zero point, from the least and the largest element.
Results dynamic_quantize(Node& node) {
  const Build& build = node.build;
  if (!node.element(0).isF32())
    throw Unsupported("its input is not f32");
  Shape axes;
  for (int64_t i = 0; i < node.rank(0); ++i)
    axes.push_back(i);
  mlir::Value x = node.operand(0);
  mlir::Value least = build.reduce(x, "min", axes, false),
              most = build.reduce(x, "max", axes, false);
  mlir::Value scale = build.map({least, most}, [](const Scalars& s) {
    Scalar zero = s[0].number(0);
    return (graph::max(s[1], zero) - graph::min(s[0], zero)) / 255;
  });
  mlir::Type u8 = build.builder().getIntegerType(8, false);
  mlir::Value zero = build.map({least, scale}, [](const Scalars& s) {
    Scalar low = graph::min(s[0], s[0].number(0));
    Scalar place = graph::select(s[1] > 0, -low / s[1], s[0].number(0));
    return graph::round_even(graph::clamp(place, 0, 255));
  });
  mlir::Value y = build.map(u8, {x, scale, zero}, [&](const Scalars& s) {
    Scalar quotient = graph::select(s[1] > 0, s[0] / s[1], s[0].number(0));
    return graph::cast(graph::clamp(graph::round_even(quotient) + s[2], 0, 255), u8);
  });
  return {y, scale, build.cast(zero, u8)};
}

} // namespace

const Table& integer_operators() {
  static const Table table = {
      {"ConvInteger", conv_integer},     {"DynamicQuantizeLinear", dynamic_quantize},
      {"MatMulInteger", matmul_integer}, {"QLinearConv", qlinear_conv},
      {"QLinearMatMul", qlinear_matmul},
  };
  return table;
}

} // namespace npuforge::onnx
