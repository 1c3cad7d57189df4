// Arithmetic, comparisons, logic and casts, each a graph.map whose body is the operator's
// definition (formulas.h). Functions of neural networks stand in activations.cc.
#include <cmath>
#include <limits>

#include <fmt/format.h>

#include "npuforge/compiler/graph/infer_shapes.h"

#include "formulas.h"
#include "operators.h"

namespace npuforge::onnx {
namespace {

using Unary = Scalar (*)(const Scalar&);
using Binary = Scalar (*)(const Scalar&, const Scalar&);

void need_same_types(const Values& operands) {
  for (mlir::Value operand : operands)
    if (graph::elementOf(operand) != graph::elementOf(operands[0]))
      throw Unsupported("its operands have different element types");
}

void need_float(Node& node) {
  if (!is_float(node.element(0)))
    throw Unsupported("its operand is not of a float type");
}

template <Unary kFormula>
Results unary(Node& node) {
  return node.build.map(node.operand(0), [](const Scalars& x) { return kFormula(x[0]); });
}

/// A function that only floats have.
template <Unary kFormula>
Results real_unary(Node& node) {
  need_float(node);
  return unary<kFormula>(node);
}

/// A test: the result is a bool.
template <Unary kFormula>
Results test(Node& node) {
  return node.build.map(node.build.boolean(), node.operand(0),
                        [](const Scalars& x) { return kFormula(x[0]); });
}

Values two(Node& node) {
  Values operands{node.operand(0), node.operand(1)};
  need_same_types(operands);
  return operands;
}

template <Binary kFormula>
Results binary(Node& node) {
  return node.build.map(two(node), [](const Scalars& x) { return kFormula(x[0], x[1]); });
}

template <Binary kFormula>
Results comparison(Node& node) {
  return node.build.map(node.build.boolean(), two(node),
                        [](const Scalars& x) { return kFormula(x[0], x[1]); });
}

template <Binary kFormula>
Results logic(Node& node) {
  if (!is_bool(node.element(0)))
    throw Unsupported("its operands are not bool");
  return binary<kFormula>(node);
}

template <Binary kFormula>
Results bits(Node& node) {
  if (!is_integer(node.element(0)))
    throw Unsupported("its operands are not integers");
  return binary<kFormula>(node);
}

template <Binary kFormula>
mlir::Value folded_left(Node& node) {
  Values operands = node.operands();
  need_same_types(operands);
  return node.build.map(operands, [](const Scalars& x) {
    Scalar result = x[0];
    for (const Scalar& next : llvm::drop_begin(x))
      result = kFormula(result, next);
    return result;
  });
}

/// Min, Max, Sum: from the left.
template <Binary kFormula>
Results variadic(Node& node) {
  return folded_left<kFormula>(node);
}

Results mean(Node& node) {
  const auto count = static_cast<double>(node.inputs.size());
  mlir::Value total = folded_left<formula::sum>(node);
  return node.build.map(total, [&](const Scalars& x) { return x[0] / count; });
}

/// Sums of f32 stay for the passes on quantised networks.
Results add(Node& node) {
  if (!stays(node))
    return binary<formula::sum>(node);
  auto op = graph::AddOp::create(node.build.builder(), node.build.location(),
                                 mlir::UnrankedTensorType::get(node.element(0)), node.operand(0),
                                 node.operand(1));
  graph::setInferredType(op);
  return op.getResult();
}

Results mod(Node& node) {
  const bool fmod = node.integer("fmod", 0) != 0;
  if (!fmod && is_float(node.element(0)))
    throw Unsupported("floats need fmod = 1");
  return fmod ? binary<graph::remainder>(node) : binary<formula::modulo>(node);
}

/// Of unsigned integers: shifting by all bits or more gives 0.
template <typename Op>
Results shifted(Node& node) {
  const unsigned width = node.element(0).getIntOrFloatBitWidth();
  return node.build.map(two(node), [&](const Scalars& x) {
    Scalar most = x[1].integer(width - 1), inside = graph::min(x[1], most);
    return graph::select(x[1] > most, x[0].integer(0), x[0].apply<Op>(inside));
  });
}

Results bit_shift(Node& node) {
  std::string direction = node.text("direction", "");
  if (!node.element(0).isUnsignedInteger())
    throw Unsupported("its operands are not unsigned integers");
  if (direction == "LEFT")
    return shifted<mlir::arith::ShLIOp>(node);
  if (direction == "RIGHT")
    return shifted<mlir::arith::ShRUIOp>(node);
  throw Unsupported(fmt::format("direction '{}' is not LEFT or RIGHT", direction));
}

Results is_inf(Node& node) {
  need_float(node);
  const bool positive = node.integer("detect_positive", 1) != 0,
             negative = node.integer("detect_negative", 1) != 0;
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  return node.build.map(node.build.boolean(), node.operand(0), [&](const Scalars& x) {
    Scalar up = graph::equal(x[0], x[0].number(kInfinity)),
           down = graph::equal(x[0], x[0].number(-kInfinity));
    if (positive && negative)
      return up | down;
    return positive ? up : negative ? down : up.integer(0);
  });
}

Results where(Node& node) {
  Values operands = node.operands();
  if (operands.size() != 3 || !is_bool(node.element(0)) || node.element(1) != node.element(2))
    throw Unsupported("needs a bool and two operands of one element type");
  return node.build.map(node.element(1), operands,
                        [](const Scalars& x) { return graph::select(x[0], x[1], x[2]); });
}

/// The saturation of casts to floats of 8 bits has no meaning for the types here.
Results cast_to(Node& node, mlir::Type type) {
  node.integer("saturate", 1);
  node.text("round_mode", "up");
  return node.build.cast(node.operand(0), type);
}
Results cast(Node& node) {
  return cast_to(node, type_of(node, node.integer("to")));
}
Results cast_like(Node& node) {
  return cast_to(node, node.element(1));
}

/// Small whole exponents, as exported polynomials have them, and square roots are products.
std::optional<double> simple_exponent(const Node& node) {
  auto constant = graph::constantValue(node.operand(1));
  if (!constant || constant.getNumElements() != 1 || !is_float(node.element(0)))
    return {};
  const double exponent = node.scalar(1, "the exponent");
  if (exponent == 0.5 || exponent == 1 || exponent == 2 || exponent == 3)
    return exponent;
  return {};
}

Results pow(Node& node) {
  const graph::Build& build = node.build;
  auto simple = simple_exponent(node);
  if (simple && graph::elements(node.shape(1)) == 1 && node.rank(1) <= node.rank(0))
    return build.map(node.operand(0), [&](const Scalars& x) {
      if (*simple == 0.5)
        return graph::sqrt(x[0]);
      Scalar result = x[0];
      for (int i = 1; i < *simple; ++i)
        result = result * x[0];
      return result;
    });
  mlir::Type type = node.element(0);
  // An integer to a real power is computed as f32, where ONNX's definition says double.
  const bool as_real = is_integer(type) && is_float(node.element(1));
  mlir::Type common = as_real ? build.f32() : type;
  mlir::Value result =
      build.map({build.cast(node.operand(0), common), build.cast(node.operand(1), common)},
                [](const Scalars& x) { return graph::power(x[0], x[1]); });
  return build.cast(result, type);
}

/// Bounds are numbers, known or not.
Results clip(Node& node) {
  constexpr double kLowest = std::numeric_limits<float>::lowest(),
                   kLargest = std::numeric_limits<float>::max();
  auto known = [&](size_t i) {
    return !node.has(i) || graph::constantValue(node.operand(i)) ||
           node.operand(i).getDefiningOp<graph::DequantizeOp>();
  };
  const bool constant = graph::constantValue(node.operand(0)) != nullptr;
  if (node.element(0).isF32() && !constant && known(1) && known(2)) {
    // f32's largest numbers clip as infinities would, and stay readable in MLIR's text form.
    double low = node.has(1) ? node.scalar(1, "the lower bound") : kLowest;
    double high = node.has(2) ? node.scalar(2, "the upper bound") : kLargest;
    return node.build.create<graph::ClipOp>(node.operand(0).getType(), node.operand(0),
                                            llvm::APFloat(std::clamp(low, kLowest, kLargest)),
                                            llvm::APFloat(std::clamp(high, kLowest, kLargest)));
  }
  Values operands{node.operand(0)};
  for (size_t i : {1, 2})
    if (node.has(i)) {
      if (graph::elements(node.shape(i)) != 1)
        throw Unsupported("a bound is not one number");
      operands.push_back(node.build.reshape(node.operand(i), {}));
    }
  need_same_types(operands);
  return node.build.map(operands, [&](const Scalars& x) {
    Scalar result = x[0];
    if (node.has(1))
      result = graph::max(result, x[1]);
    return node.has(2) ? graph::min(result, x.back()) : result;
  });
}

} // namespace

const Table& elementwise_operators() {
  static const Table table = {
      {"Abs", unary<graph::abs>},
      {"Acos", real_unary<formula::acos>},
      {"Acosh", real_unary<formula::acosh>},
      {"Add", add},
      {"And", logic<formula::both>},
      {"Asin", real_unary<formula::asin>},
      {"Asinh", real_unary<formula::asinh>},
      {"Atan", real_unary<graph::atan>},
      {"Atanh", real_unary<formula::atanh>},
      {"BitShift", bit_shift},
      {"BitwiseAnd", bits<formula::both>},
      {"BitwiseNot", unary<formula::complement>},
      {"BitwiseOr", bits<formula::any>},
      {"BitwiseXor", bits<formula::differing>},
      {"Cast", cast},
      {"CastLike", cast_like},
      {"Ceil", real_unary<graph::ceil>},
      {"Clip", clip},
      {"Cos", real_unary<graph::cos>},
      {"Cosh", real_unary<formula::cosh>},
      {"Div", binary<formula::quotient>},
      {"Equal", comparison<graph::equal>},
      {"Erf", real_unary<graph::erf>},
      {"Exp", real_unary<graph::exp>},
      {"Floor", real_unary<graph::floor>},
      {"Greater", comparison<formula::greater>},
      {"GreaterOrEqual", comparison<formula::greater_equal>},
      {"IsInf", is_inf},
      {"IsNaN", test<formula::is_nan>},
      {"Less", comparison<formula::less>},
      {"LessOrEqual", comparison<formula::less_equal>},
      {"Log", real_unary<graph::log>},
      {"Max", variadic<graph::max>},
      {"Mean", mean},
      {"Min", variadic<graph::min>},
      {"Mod", mod},
      {"Mul", binary<formula::product>},
      {"Neg", unary<formula::negative>},
      {"Not", unary<formula::complement>},
      {"Or", logic<formula::any>},
      {"Pow", pow},
      {"Reciprocal", real_unary<formula::reciprocal>},
      {"Round", real_unary<graph::round_even>},
      {"Sign", unary<formula::sign>},
      {"Sin", real_unary<graph::sin>},
      {"Sinh", real_unary<formula::sinh>},
      {"Sqrt", real_unary<graph::sqrt>},
      {"Sub", binary<formula::minus>},
      {"Sum", variadic<formula::sum>},
      {"Tan", real_unary<formula::tan>},
      {"Tanh", real_unary<graph::tanh>},
      {"Where", where},
      {"Xor", logic<formula::differing>},
  };
  return table;
}

} // namespace npuforge::onnx
