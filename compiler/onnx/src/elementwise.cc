#include "elementwise.h"

#include <functional>

#include <fmt/format.h>

#include "scalars.h"

namespace npuforge::onnx {
namespace {

using Scalars = llvm::SmallVector<Scalar>;
using Body = std::function<Scalar(const Scalars&)>;

/// A map over operands whose types are f32 tensors.
mlir::Value map(Node& node, llvm::ArrayRef<mlir::Value> operands, const Body& body) {
  node.refuse_unread_attributes();
  mlir::Type f32 = node.builder.getF32Type();
  for (mlir::Value operand : operands)
    if (llvm::cast<mlir::ShapedType>(operand.getType()).getElementType() != f32)
      throw Unsupported("an operand is not f32");
  auto op = graph::MapOp::create(node.builder, node.location, mlir::UnrankedTensorType::get(f32),
                                 operands);
  mlir::OpBuilder::InsertionGuard guard(node.builder);
  mlir::Block* block = node.builder.createBlock(&op.getBody());
  Scalars elements;
  for (size_t i = 0; i < operands.size(); ++i)
    elements.push_back({&node.builder, node.location, block->addArgument(f32, node.location)});
  graph::YieldOp::create(node.builder, node.location, body(elements).value);
  return op;
}

template <Scalar (*kFormula)(const Scalar&)>
mlir::Value unary(Node& node) {
  return map(node, node.operand(0), [](const Scalars& x) { return kFormula(x[0]); });
}

template <Scalar (*kFormula)(const Scalar&, const Scalar&)>
mlir::Value binary(Node& node) {
  return map(node, {node.operand(0), node.operand(1)},
             [](const Scalars& x) { return kFormula(x[0], x[1]); });
}

/// Min, Max, Sum, Mean: from the left.
template <Scalar (*kFormula)(const Scalar&, const Scalar&)>
mlir::Value variadic(Node& node) {
  llvm::SmallVector<mlir::Value> operands{node.operand(0)};
  for (size_t i = 1; i < node.inputs.size(); ++i)
    operands.push_back(node.operand(i));
  return map(node, operands, [](const Scalars& x) {
    Scalar result = x[0];
    for (const Scalar& next : llvm::drop_begin(x))
      result = kFormula(result, next);
    return result;
  });
}

/// A function of an attribute.
template <Scalar (*kFormula)(const Scalar&, float)>
mlir::Value with_alpha(Node& node, double otherwise) {
  auto alpha = static_cast<float>(node.real("alpha", otherwise));
  return map(node, node.operand(0), [=](const Scalars& x) { return kFormula(x[0], alpha); });
}

template <typename Op>
Scalar function(const Scalar& x) {
  return x.apply<Op>();
}

Scalar subtract(const Scalar& a, const Scalar& b) {
  return a - b;
}
Scalar multiply(const Scalar& a, const Scalar& b) {
  return a * b;
}
Scalar divide(const Scalar& a, const Scalar& b) {
  return a / b;
}
Scalar sum(const Scalar& a, const Scalar& b) {
  return a + b;
}
Scalar reciprocal(const Scalar& x) {
  return 1 / x;
}
Scalar sigmoid(const Scalar& x) {
  return 1 / (exp(-x) + 1);
}
Scalar softplus(const Scalar& x) {
  return log(exp(x) + 1);
}
Scalar softsign(const Scalar& x) {
  return x / (x.apply<mlir::math::AbsFOp>() + 1);
}
Scalar mish(const Scalar& x) {
  return x * tanh(softplus(x));
}
Scalar hard_sigmoid(const Scalar& x, float alpha, float beta) {
  return clamp(x * alpha + beta, 0, 1);
}
Scalar hard_swish(const Scalar& x) {
  return x * hard_sigmoid(x, 1.0f / 6, 0.5f);
}
Scalar leaky_relu(const Scalar& x, float alpha) {
  return if_negative(x, x * alpha, x);
}
Scalar elu(const Scalar& x, float alpha) {
  return if_negative(x, (exp(x) + -1) * alpha, x);
}
Scalar swish(const Scalar& x, float alpha) {
  return x * sigmoid(alpha == 1 ? x : x * alpha);
}
Scalar parametric_relu(const Scalar& x, const Scalar& slope) {
  return if_negative(x, x * slope, x);
}
Scalar gelu(const Scalar& x) {
  return x * 0.5f * (erf(x * 0.70710678f) + 1);
}
Scalar gelu_tanh(const Scalar& x) {
  return x * 0.5f * (tanh((x + x * x * x * 0.044715f) * 0.79788456f) + 1);
}

mlir::Value import_hard_sigmoid(Node& node) {
  auto alpha = static_cast<float>(node.real("alpha", 0.2)),
       beta = static_cast<float>(node.real("beta", 0.5));
  return map(node, node.operand(0),
             [=](const Scalars& x) { return hard_sigmoid(x[0], alpha, beta); });
}

mlir::Value import_selu(Node& node) {
  auto alpha = static_cast<float>(node.real("alpha", 1.67326319217681884765625)),
       gamma = static_cast<float>(node.real("gamma", 1.05070102214813232421875));
  return map(node, node.operand(0), [=](const Scalars& x) { return elu(x[0], alpha) * gamma; });
}

mlir::Value import_gelu(Node& node) {
  std::string mode = node.text("approximate", "none");
  if (mode != "none" && mode != "tanh")
    throw Unsupported(fmt::format("approximate '{}' is not known", mode));
  return mode == "tanh" ? unary<gelu_tanh>(node) : unary<gelu>(node);
}

/// Small whole exponents, as exported polynomials have them, and square roots.
mlir::Value import_pow(Node& node) {
  double exponent = node.scalar(1, "the exponent");
  if (exponent != 0.5 && exponent != 1 && exponent != 2 && exponent != 3)
    throw Unsupported(fmt::format("the exponent {} is not one of 0.5, 1, 2, 3", exponent));
  return map(node, node.operand(0), [=](const Scalars& x) {
    if (exponent == 0.5)
      return x[0].apply<mlir::math::SqrtOp>();
    Scalar result = x[0];
    for (int i = 1; i < exponent; ++i)
      result = result * x[0];
    return result;
  });
}

} // namespace

const std::map<std::string, Importer>& elementwise_importers() {
  static const std::map<std::string, Importer> table = {
      {"Abs", unary<function<mlir::math::AbsFOp>>},
      {"Ceil", unary<function<mlir::math::CeilOp>>},
      {"Div", binary<divide>},
      {"Elu", [](Node& node) { return with_alpha<elu>(node, 1); }},
      {"Erf", unary<erf>},
      {"Exp", unary<exp>},
      {"Floor", unary<function<mlir::math::FloorOp>>},
      {"Gelu", import_gelu},
      {"HardSigmoid", import_hard_sigmoid},
      {"HardSwish", unary<hard_swish>},
      {"LeakyRelu", [](Node& node) { return with_alpha<leaky_relu>(node, 0.01); }},
      {"Log", unary<log>},
      {"Max", variadic<max>},
      {"Min", variadic<min>},
      {"Mish", unary<mish>},
      {"Mul", binary<multiply>},
      {"Neg", unary<operator- >},
      {"Pow", import_pow},
      {"PRelu", binary<parametric_relu>},
      {"Reciprocal", unary<reciprocal>},
      {"Round", unary<function<mlir::math::RoundEvenOp>>},
      {"Selu", import_selu},
      {"Sigmoid", unary<sigmoid>},
      {"Softplus", unary<softplus>},
      {"Softsign", unary<softsign>},
      {"Sqrt", unary<function<mlir::math::SqrtOp>>},
      {"Sub", binary<subtract>},
      {"Sum", variadic<sum>},
      {"Swish", [](Node& node) { return with_alpha<swish>(node, 1); }},
      {"Tanh", unary<tanh>},
  };
  return table;
}

} // namespace npuforge::onnx
