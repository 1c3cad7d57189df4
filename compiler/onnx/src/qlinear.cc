// com.microsoft's operators on quantised tensors, as onnxruntime's quantiser writes them: the
// operator on real values between dequantize and quantize.
#include <fmt/format.h>

#include "npuforge/compiler/graph/infer_shapes.h"

#include "operators.h"
#include "quantization.h"

namespace npuforge::onnx {
namespace {

using graph::Build;

/// A tensor and, in the inputs behind it, its scale and zero point; as real values.
mlir::Value real(Node& node, size_t input) {
  return dequantized(
      node.build, node.operand(input),
      {node.operand(input + 1), node.has(input + 2) ? node.operand(input + 2) : mlir::Value()});
}

/// Real values to the result's scale and zero point, which are these two inputs.
mlir::Value result(Node& node, mlir::Value value, size_t scale) {
  mlir::Value zero = node.has(scale + 1) ? node.operand(scale + 1) : mlir::Value();
  mlir::Type type = zero ? graph::elementOf(zero) : node.element(0);
  return quantized(node.build, value, {node.operand(scale), zero}, type);
}

template <typename Formula>
Results binary(Node& node, Formula formula) {
  return result(node, node.build.map({real(node, 0), real(node, 3)}, formula), 6);
}

/// A sum stays one where both are of the form that the passes on quantised networks know.
Results qlinear_add(Node& node) {
  mlir::Value a = real(node, 0), b = real(node, 3);
  if (!a.getDefiningOp<graph::DequantizeOp>() || !b.getDefiningOp<graph::DequantizeOp>())
    return result(node, node.build.add(a, b), 6);
  auto sum = graph::AddOp::create(node.build.builder(), node.build.location(),
                                  mlir::UnrankedTensorType::get(node.build.f32()), a, b);
  graph::setInferredType(sum);
  return result(node, sum, 6);
}

Results qlinear_mul(Node& node) {
  return binary(node, [](const Scalars& s) { return s[0] * s[1]; });
}

Results qlinear_sigmoid(Node& node) {
  return result(
      node,
      node.build.map(real(node, 0), [](const Scalars& s) { return 1 / (graph::exp(-s[0]) + 1); }),
      3);
}

Results qlinear_leaky_relu(Node& node) {
  const double alpha = node.real("alpha", 0.01);
  return result(node,
                node.build.map(
                    real(node, 0),
                    [&](const Scalars& s) { return graph::if_negative(s[0], s[0] * alpha, s[0]); }),
                3);
}

Results qlinear_global_average_pool(Node& node) {
  const bool last = node.integer("channels_last", 0) != 0;
  if (node.rank(0) < 3)
    throw Unsupported("its input has no spatial dimensions");
  Shape axes;
  for (int64_t i = 2; i < node.rank(0); ++i)
    axes.push_back(last ? i - 1 : i);
  mlir::Value x = real(node, 0);
  if (last || node.rank(0) != 4 || !x.getDefiningOp<graph::DequantizeOp>())
    return result(node, node.build.mean(x, axes, true), 3);
  auto mean =
      graph::GlobalAveragePoolOp::create(node.build.builder(), node.build.location(),
                                         mlir::UnrankedTensorType::get(node.build.f32()), x);
  graph::setInferredType(mean);
  return result(node, mean, 3);
}

/// y's scale and zero point, then each tensor with its own.
Results qlinear_concat(Node& node) {
  Values values;
  for (size_t i = 2; i + 2 < node.inputs.size(); i += 3)
    values.push_back(real(node, i));
  if (values.empty() || node.inputs.size() % 3 != 2)
    throw Unsupported("a tensor lacks its scale or zero point");
  const int64_t axis = wrapped_axis(node.integer("axis"), graph::rankOf(values[0]));
  return quantized(node.build, node.build.concat(values, axis), {node.operand(0), node.operand(1)},
                   node.element(1));
}

Results qlinear_softmax(Node& node) {
  const Build& build = node.build;
  const int64_t opset = node.integer("opset", 13), rank = node.rank(0),
                axis = node.axis("axis", -1, rank);
  Shape axes{axis};
  for (int64_t i = axis + 1; opset < 13 && i < rank; ++i)
    axes.push_back(i);
  mlir::Value x = real(node, 0);
  mlir::Value powers = build.map({x, build.reduce(x, "max", axes, true)},
                                 [](const Scalars& s) { return graph::exp(s[0] - s[1]); });
  return result(node, build.divide(powers, build.reduce(powers, "sum", axes, true)), 3);
}

/// alpha A' B' + C: A, its scale and zero point, B, ..., C (i32, in steps of both scales), y's.
Results qgemm(Node& node) {
  const Build& build = node.build;
  const double alpha = node.real("alpha", 1);
  const bool trans_a = node.integer("transA", 0) != 0, trans_b = node.integer("transB", 0) != 0;
  if (node.rank(0) != 2 || node.rank(3) != 2)
    throw Unsupported("its operands are not matrices");
  auto matrix = [&](size_t input, bool turned) {
    mlir::Value value = dequantized(build, node.operand(input),
                                    {node.operand(input + 1), node.operand(input + 2),
                                     turned ? 0 : 1}); // scales are those of columns
    return turned ? build.transpose(value, {1, 0}) : value;
  };
  mlir::Value product = build.matmul(matrix(0, trans_a), matrix(3, trans_b));
  Values operands{product};
  if (node.has(6)) {
    mlir::Value step = build.multiply(node.operand(1), node.operand(4));
    operands.push_back(build.multiply(build.cast(node.operand(6), build.f32()), step));
  }
  mlir::Value sum = build.map(operands, [&](const Scalars& s) {
    Scalar all = s.size() > 1 ? s[0] + s[1] : s[0];
    return alpha == 1 ? all : all * alpha;
  });
  return node.has(7) ? result(node, sum, 7) : sum;
}

} // namespace

const Table& qlinear_operators() {
  static const Table table = {
      {"com.microsoft::QGemm", qgemm},
      {"com.microsoft::QLinearAdd", qlinear_add},
      {"com.microsoft::QLinearConcat", qlinear_concat},
      {"com.microsoft::QLinearGlobalAveragePool", qlinear_global_average_pool},
      {"com.microsoft::QLinearLeakyRelu", qlinear_leaky_relu},
      {"com.microsoft::QLinearMul", qlinear_mul},
      {"com.microsoft::QLinearSigmoid", qlinear_sigmoid},
      {"com.microsoft::QLinearSoftmax", qlinear_softmax},
  };
  return table;
}

} // namespace npuforge::onnx
