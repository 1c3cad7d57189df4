// Products of 8-bit integers: MatMulInteger, ConvInteger, QLinearMatMul, QLinearConv.
#include "integers.h"

#include <fmt/format.h>

#include "npuforge/compiler/graph/infer_shapes.h"

#include "operators.h"
#include "quantization.h"
#include "window.h"

namespace npuforge::onnx {
namespace {

using graph::Build;

/// The convolution of x and w less their zero points, channels last, i32.
mlir::Value convolution(Node& node, size_t x, size_t w, size_t x_zero, size_t w_zero) {
  const Build& build = node.build;
  check_bytes(node.operand(x), "the input");
  check_bytes(node.operand(w), "the weights");
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
  return integer_product(node.build, bytes_of(node, 0, 2), bytes_of(node, 1, 3));
}

/// a, its scale and zero point, b, ..., y's.
Results qlinear_matmul(Node& node) {
  const Build& build = node.build;
  check_bytes(node.operand(0), "the left operand");
  check_bytes(node.operand(3), "the right operand");
  if (node.rank(0) >= 2 && node.rank(3) == 2 && !node.all_constant() &&
      constant_inputs(node, {1, 2, 3, 4, 5, 6, 7}) && graph::elements(node.shape(1)) == 1) {
    auto product = graph::MatMulOp::create(build.builder(), build.location(),
                                           mlir::UnrankedTensorType::get(build.f32()),
                                           real(node, 0, 0), real(node, 3, 1));
    graph::setInferredType(product);
    return quantized(build, product, {node.operand(6), node.operand(7)}, node.element(7));
  }
  mlir::Value sum = integer_product(build, bytes_of(node, 0, 2), bytes_of(node, 3, 5));
  mlir::Value a = rows_of(build, node.operand(1), node.shape(0));
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
  check_bytes(node.operand(0), "the input");
  check_bytes(node.operand(3), "the weights");
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

} // namespace

const Table& integer_operators() {
  static const Table table = {
      {"ConvInteger", conv_integer},
      {"MatMulInteger", matmul_integer},
      {"QLinearConv", qlinear_conv},
      {"QLinearMatMul", qlinear_matmul},
  };
  return table;
}

} // namespace npuforge::onnx
