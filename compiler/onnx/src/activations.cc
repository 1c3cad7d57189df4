// Element-wise functions of neural networks; arithmetic is in elementwise.cc.
#include <fmt/format.h>

#include "operators.h"

namespace npuforge::onnx {
namespace {

using Formula = Scalar (*)(const Scalar&);
using WithNumber = Scalar (*)(const Scalar&, float);

/// Of floats: the formulas would round integers otherwise than ONNX says.
mlir::Value map(Node& node, const graph::Body& body) {
  if (!is_float(node.element(0)))
    throw Unsupported("its operand is not of a float type");
  return node.build.map(node.operand(0), body);
}

template <Formula kFormula>
Results unary(Node& node) {
  return map(node, [](const Scalars& x) { return kFormula(x[0]); });
}

/// A function of the attribute `alpha`.
template <WithNumber kFormula>
Results with_alpha(Node& node, double otherwise) {
  auto alpha = static_cast<float>(node.real("alpha", otherwise));
  return map(node, [=](const Scalars& x) { return kFormula(x[0], alpha); });
}

Scalar sigmoid(const Scalar& x) {
  return 1 / (graph::exp(-x) + 1);
}
/// log(e^x + 1), where e^x may overflow.
Scalar softplus(const Scalar& x) {
  return graph::max(x, x.number(0)) + graph::log(graph::exp(-graph::abs(x)) + 1);
}
Scalar softsign(const Scalar& x) {
  return x / (graph::abs(x) + 1);
}
Scalar mish(const Scalar& x) {
  return x * graph::tanh(softplus(x));
}
Scalar hard_sigmoid(const Scalar& x, float alpha, float beta) {
  return graph::clamp(x * alpha + beta, 0, 1);
}
Scalar hard_swish(const Scalar& x) {
  return x * hard_sigmoid(x, 1.0f / 6, 0.5f);
}
Scalar leaky_relu(const Scalar& x, float alpha) {
  return graph::if_negative(x, x * alpha, x);
}
Scalar elu(const Scalar& x, float alpha) {
  return graph::if_negative(x, (graph::exp(x) + -1) * alpha, x);
}
Scalar celu(const Scalar& x, float alpha) {
  return graph::if_negative(x, (graph::exp(x / alpha) + -1) * alpha, x);
}
Scalar thresholded_relu(const Scalar& x, float alpha) {
  return graph::select(x > alpha, x, x.number(0));
}
Scalar swish(const Scalar& x, float alpha) {
  return x * sigmoid(alpha == 1 ? x : x * alpha);
}
Scalar gelu(const Scalar& x) {
  return x * 0.5f * (graph::erf(x * 0.70710678f) + 1);
}
Scalar gelu_tanh(const Scalar& x) {
  return x * 0.5f * (graph::tanh((x + x * x * x * 0.044715f) * 0.79788456f) + 1);
}

/// max(x, 0); of f32 it stays for the passes on quantised networks.
Results relu(Node& node) {
  if (stays(node))
    return node.build.create<graph::ReluOp>(node.operand(0).getType(), node.operand(0));
  return node.build.map(node.operand(0),
                        [](const Scalars& x) { return graph::max(x[0], x[0].number(0)); });
}

Results import_hard_sigmoid(Node& node) {
  auto alpha = static_cast<float>(node.real("alpha", 0.2)),
       beta = static_cast<float>(node.real("beta", 0.5));
  return map(node, [=](const Scalars& x) { return hard_sigmoid(x[0], alpha, beta); });
}

Results selu(Node& node) {
  auto alpha = static_cast<float>(node.real("alpha", 1.67326319217681884765625)),
       gamma = static_cast<float>(node.real("gamma", 1.05070102214813232421875));
  return map(node, [=](const Scalars& x) { return elu(x[0], alpha) * gamma; });
}

Results import_gelu(Node& node) {
  std::string mode = node.text("approximate", "none");
  if (mode != "none" && mode != "tanh")
    throw Unsupported(fmt::format("approximate '{}' is not known", mode));
  return mode == "tanh" ? unary<gelu_tanh>(node) : unary<gelu>(node);
}

/// Numbers around zero become zero, others come nearer to it by the bias. Integers are computed as
/// f32.
Results shrink(Node& node) {
  const double bias = node.real("bias", 0), threshold = node.real("lambd", 0.5);
  mlir::Type type = node.element(0);
  mlir::Value value =
      is_float(type) ? node.operand(0) : node.build.cast(node.operand(0), node.build.f32());
  mlir::Value result = node.build.map(value, [=](const Scalars& x) {
    Scalar small = graph::select(x[0] > threshold, x[0] - bias, x[0].number(0));
    return graph::select(x[0] < -threshold, x[0] + bias, small);
  });
  return node.build.cast(result, type);
}

/// The slope broadcasts to x.
Results prelu(Node& node) {
  if (node.element(0) != node.element(1))
    throw Unsupported("its operands have different element types");
  if (graph::broadcast({node.shape(0), node.shape(1)}) != Shape(node.shape(0)))
    throw Unsupported("the slope does not broadcast to the input");
  return node.build.map({node.operand(0), node.operand(1)}, [](const Scalars& x) {
    return graph::if_negative(x[0], x[0] * x[1], x[0]);
  });
}

} // namespace

const Table& activation_operators() {
  static const Table table = {
      {"Celu", [](Node& node) { return with_alpha<celu>(node, 1); }},
      {"Elu", [](Node& node) { return with_alpha<elu>(node, 1); }},
      {"Gelu", import_gelu},
      {"HardSigmoid", import_hard_sigmoid},
      {"HardSwish", unary<hard_swish>},
      {"LeakyRelu", [](Node& node) { return with_alpha<leaky_relu>(node, 0.01); }},
      {"Mish", unary<mish>},
      {"PRelu", prelu},
      {"Relu", relu},
      {"Selu", selu},
      {"Shrink", shrink},
      {"Sigmoid", unary<sigmoid>},
      {"Softplus", unary<softplus>},
      {"Softsign", unary<softsign>},
      {"Swish", [](Node& node) { return with_alpha<swish>(node, 1); }},
      {"ThresholdedRelu", [](Node& node) { return with_alpha<thresholded_relu>(node, 1); }},
  };
  return table;
}

} // namespace npuforge::onnx
