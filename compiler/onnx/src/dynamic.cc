// Activations whose scale and zero point are found at run time: DynamicQuantizeLinear, and what
// onnxruntime makes of it and the product behind it.
#include "integers.h"
#include "operators.h"

namespace npuforge::onnx {
namespace {

using graph::Build;

/// u8, and f32 numbers: x is (value - zero) * scale.
struct Dynamic {
  mlir::Value value, scale, zero;
};

/// From the least and the largest element.
Dynamic dynamic_quantized(const Build& build, mlir::Value x) {
  if (!graph::elementOf(x).isF32())
    throw Unsupported("its input is not f32");
  Shape axes;
  for (int64_t i = 0; i < graph::rankOf(x); ++i)
    axes.push_back(i);
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
  return {y, scale, zero};
}

/// y, its scale and its zero point.
Results dynamic_quantize(Node& node) {
  const Dynamic y = dynamic_quantized(node.build, node.operand(0));
  return {y.value, y.scale, node.build.cast(y.zero, graph::elementOf(y.value))};
}

/// sum * (a * b) + bias, which is this input, if it is there.
mlir::Value scaled(Node& node, mlir::Value sum, mlir::Value a, mlir::Value b, size_t bias) {
  Values operands{sum, a, b};
  if (node.has(bias))
    operands.push_back(node.operand(bias));
  return node.build.map(node.build.f32(), operands, [&](const Scalars& s) {
    Scalar real = graph::cast(s[0], node.build.f32()) * (s[1] * s[2]);
    return s.size() > 3 ? real + s[3] : real;
  });
}

/// A, B, their scales, their zero points, a bias.
Results matmul_integer_to_float(Node& node) {
  const Build& build = node.build;
  mlir::Value sum = integer_product(build, bytes_of(node, 0, 4), bytes_of(node, 1, 5));
  return scaled(node, sum, rows_of(build, node.operand(2), node.shape(0)),
                shaped(build, node.operand(3), {node.shape(1).back()}), 6);
}

/// A of f32, B, its scale and zero point, a bias.
Results dynamic_quantize_matmul(Node& node) {
  const Build& build = node.build;
  const Dynamic a = dynamic_quantized(build, node.operand(0));
  mlir::Value sum =
      integer_product(build, {a.value, build.cast(a.zero, build.i32())}, bytes_of(node, 1, 3));
  return scaled(node, sum, a.scale, shaped(build, node.operand(2), {node.shape(1).back()}), 4);
}

} // namespace

const Table& dynamic_operators() {
  static const Table table = {
      {"DynamicQuantizeLinear", dynamic_quantize},
      {"com.microsoft::DynamicQuantizeMatMul", dynamic_quantize_matmul},
      {"com.microsoft::MatMulIntegerToFloat", matmul_integer_to_float},
  };
  return table;
}

} // namespace npuforge::onnx
