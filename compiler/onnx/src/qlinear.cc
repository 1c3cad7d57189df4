// com.microsoft's operators on quantised tensors, as onnxruntime's quantiser writes them: the
// operator on real values between dequantize and quantize.
#include <fmt/format.h>

#include "npuforge/compiler/graph/infer_shapes.h"

#include "operators.h"
#include "pools.h"
#include "quantization.h"
#include "window.h"

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

/// A pool of channels first; with the attribute channels_last its tensors are turned.
template <typename Pool>
Results pooled(Node& node, Pool pool) {
  const Build& build = node.build;
  const bool last = node.integer("channels_last", 0) != 0;
  if (node.rank(0) < 3)
    throw Unsupported("its input has no spatial dimensions");
  mlir::Value x = real(node, 0), y = pool(node, last ? channels_first(build, x) : x);
  return result(node, last ? channels_last(build, y) : y, 3);
}

Results qlinear_reduce_mean(Node& node) {
  const bool keep = node.integer("keepdims", 1) != 0;
  mlir::Value x = real(node, 0);
  Shape every;
  for (int64_t i = 0; i < node.rank(0); ++i)
    every.push_back(i);
  const std::vector<int64_t> axes = node.integers("axes", {every.begin(), every.end()});
  return result(node, node.build.mean(x, wrapped_axes(Dims(axes), node.rank(0)), keep), 3);
}

/// The condition, x with scale and zero point, y, the result's.
Results qlinear_where(Node& node) {
  if (!is_bool(node.element(0)))
    throw Unsupported("its condition is not of bool");
  mlir::Value chosen =
      node.build.map(node.build.f32(), {node.operand(0), real(node, 1), real(node, 4)},
                     [](const Scalars& s) { return graph::select(s[0], s[1], s[2]); });
  return result(node, chosen, 7);
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

/// Of QGemm's operands: A, its scale and zero point, B, ..., C (i32, in steps of both scales).
struct GemmOperands {
  mlir::Value a, b, c; ///< real; c may be null
  float alpha;
  bool trans_a, trans_b;

  explicit GemmOperands(Node& node)
      : alpha(static_cast<float>(node.real("alpha", 1))), trans_a(node.integer("transA", 0) != 0),
        trans_b(node.integer("transB", 0) != 0) {
    if (node.rank(0) != 2 || node.rank(3) != 2)
      throw Unsupported("its operands are not matrices");
    a = real(node, 0);
    b = dequantized(node.build, node.operand(3),
                    {node.operand(4), node.operand(5), trans_b ? 0 : 1}); // scales of columns
    if (!node.has(6))
      return;
    mlir::Value step = node.build.multiply(node.operand(1), node.operand(4));
    const int64_t last = node.rank(6) - 1;
    if (graph::elements(graph::shapeOf(step)) == 1)
      step = node.build.reshape(step, {});
    c = dequantized(node.build, node.operand(6), {step, mlir::Value(), last});
  }
};

/// alpha (A' B' + C): a gemm where both are of the form that the passes on quantised networks know.
mlir::Value real_gemm(Node& node) {
  const Build& build = node.build;
  const GemmOperands operands(node);
  const auto& [a, b, c, alpha, trans_a, trans_b] = operands;
  auto is_known = [](mlir::Value value) { return value.getDefiningOp<graph::DequantizeOp>(); };
  if (is_known(a) && is_known(b) && (!c || is_known(c)) && !node.all_constant()) {
    auto gemm = graph::GemmOp::create(build.builder(), build.location(),
                                      mlir::UnrankedTensorType::get(build.f32()), a, b, c,
                                      llvm::APFloat(alpha), llvm::APFloat(alpha), trans_a, trans_b);
    graph::setInferredType(gemm);
    return gemm;
  }
  auto turned = [&](mlir::Value value, bool turn) {
    return turn ? build.transpose(value, {1, 0}) : value;
  };
  Values terms{build.matmul(turned(a, trans_a), turned(b, trans_b))};
  if (c)
    terms.push_back(c);
  return build.map(terms, [&](const Scalars& s) {
    Scalar all = s.size() > 1 ? s[0] + s[1] : s[0];
    return operands.alpha == 1 ? all : all * operands.alpha;
  });
}

/// Without a scale for the result it is of f32.
Results qgemm(Node& node) {
  mlir::Value sum = real_gemm(node);
  return node.has(7) ? result(node, sum, 7) : sum;
}

} // namespace

const Table& qlinear_operators() {
  static const Table table = {
      {"com.microsoft::QGemm", qgemm},
      {"com.microsoft::QLinearAdd", qlinear_add},
      {"com.microsoft::QLinearAveragePool", [](Node& node) { return pooled(node, averaged); }},
      {"com.microsoft::QLinearConcat", qlinear_concat},
      {"com.microsoft::QLinearGlobalAveragePool",
       [](Node& node) { return pooled(node, averaged_whole); }},
      {"com.microsoft::QLinearLeakyRelu", qlinear_leaky_relu},
      {"com.microsoft::QLinearMul", qlinear_mul},
      {"com.microsoft::QLinearReduceMean", qlinear_reduce_mean},
      {"com.microsoft::QLinearSigmoid", qlinear_sigmoid},
      {"com.microsoft::QLinearSoftmax", qlinear_softmax},
      {"com.microsoft::QLinearWhere", qlinear_where},
  };
  return table;
}

} // namespace npuforge::onnx
