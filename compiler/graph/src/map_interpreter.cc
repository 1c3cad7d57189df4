#include "map_interpreter.h"

#include <bit>
#include <cmath>

#include <llvm/ADT/TypeSwitch.h>
#include <mlir/Dialect/Arith/IR/Arith.h>
#include <mlir/Dialect/Math/IR/Math.h>

#include "npuforge/compiler/graph/interpreter.h"
#include "npuforge/compiler/graph/scale.h"

namespace npuforge::graph {
namespace {

namespace arith = mlir::arith;
namespace math = mlir::math;

float minimum(float a, float b) {
  return std::isnan(a) || std::isnan(b) ? NAN : a == b ? (std::signbit(a) ? a : b) : std::min(a, b);
}
float maximum(float a, float b) {
  return std::isnan(a) || std::isnan(b) ? NAN : a == b ? (std::signbit(a) ? b : a) : std::max(a, b);
}

int32_t to_int(float value, unsigned bits) {
  if (std::isnan(value))
    return 0;
  double bound = std::ldexp(1.0, static_cast<int>(bits) - 1);
  return static_cast<int32_t>(
      std::clamp(std::nearbyint(static_cast<double>(value)), -bound, bound - 1));
}

bool holds(arith::CmpFPredicate predicate, float a, float b) {
  switch (predicate) {
  case arith::CmpFPredicate::OLT:
    return a < b;
  case arith::CmpFPredicate::OLE:
    return a <= b;
  case arith::CmpFPredicate::OEQ:
    return a == b;
  case arith::CmpFPredicate::UNE:
    return a != b;
  case arith::CmpFPredicate::OGT:
    return a > b;
  case arith::CmpFPredicate::OGE:
    return a >= b;
  default:
    throw InterpreterError("a body compares in a way that no operator does");
  }
}

/// One operation on 32-bit patterns.
class Element {
public:
  explicit Element(mlir::Operation* op) : op_(op) {}

  int32_t operator()(llvm::ArrayRef<int32_t> x) const {
    auto f = [&](size_t i) { return std::bit_cast<float>(x[i]); };
    auto real = [](float value) { return std::bit_cast<int32_t>(value); };
    return llvm::TypeSwitch<mlir::Operation*, int32_t>(op_)
        .Case<arith::ConstantOp>([&](auto op) { return constant(op.getValue()); })
        .Case<arith::AddFOp>([&](auto) { return real(f(0) + f(1)); })
        .Case<arith::SubFOp>([&](auto) { return real(f(0) - f(1)); })
        .Case<arith::MulFOp>([&](auto) { return real(f(0) * f(1)); })
        .Case<arith::DivFOp>([&](auto) { return real(f(0) / f(1)); })
        .Case<arith::NegFOp>([&](auto) { return real(-f(0)); })
        .Case<arith::MinimumFOp>([&](auto) { return real(minimum(f(0), f(1))); })
        .Case<arith::MaximumFOp>([&](auto) { return real(maximum(f(0), f(1))); })
        .Case<arith::SIToFPOp>([&](auto) { return real(static_cast<float>(x[0])); })
        .Case<arith::SelectOp>([&](auto) { return x[0] ? x[1] : x[2]; })
        .Case<arith::CmpFOp>([&](auto op) { return holds(op.getPredicate(), f(0), f(1)); })
        .Case<math::AbsFOp>([&](auto) { return real(std::fabs(f(0))); })
        .Case<math::ExpOp>([&](auto) { return real(std::exp(f(0))); })
        .Case<math::LogOp>([&](auto) { return real(std::log(f(0))); })
        .Case<math::TanhOp>([&](auto) { return real(std::tanh(f(0))); })
        .Case<math::ErfOp>([&](auto) { return real(std::erf(f(0))); })
        .Case<math::SqrtOp>([&](auto) { return real(std::sqrt(f(0))); })
        .Case<math::FloorOp>([&](auto) { return real(std::floor(f(0))); })
        .Case<math::CeilOp>([&](auto) { return real(std::ceil(f(0))); })
        .Case<math::RoundEvenOp>([&](auto) { return real(std::nearbyint(f(0))); })
        .Case<ToIntOp>(
            [&](auto op) { return to_int(f(0), op.getResult().getType().getIntOrFloatBitWidth()); })
        .Default([](mlir::Operation* other) -> int32_t {
          throw InterpreterError("a body has " + other->getName().getStringRef().str() +
                                 ", which no operator becomes");
        });
  }

private:
  static int32_t constant(mlir::Attribute value) {
    if (auto real = llvm::dyn_cast<mlir::FloatAttr>(value))
      return std::bit_cast<int32_t>(real.getValue().convertToFloat());
    return static_cast<int32_t>(llvm::cast<mlir::IntegerAttr>(value).getInt());
  }

  mlir::Operation* op_;
};

} // namespace

std::vector<int32_t> evaluateMap(MapOp map,
                                 const std::vector<const std::vector<int32_t>*>& operands) {
  const int64_t count = llvm::cast<mlir::ShapedType>(map.getType()).getNumElements();
  std::vector<std::vector<int32_t>> elements;
  for (const std::vector<int32_t>* operand : operands) {
    const int64_t each = count / static_cast<int64_t>(operand->size());
    std::vector<int32_t>& own = elements.emplace_back();
    for (int64_t i = 0; i < count; ++i)
      own.push_back((*operand)[i / each]);
  }
  return evaluateBody(map.getBody().front(), elements, count);
}

std::vector<int32_t>
evaluateBody(mlir::Block& body, const std::vector<std::vector<int32_t>>& operands, int64_t count) {
  llvm::DenseMap<mlir::Value, std::vector<int32_t>> values;
  for (auto [argument, operand] : llvm::zip(body.getArguments(), operands))
    values[argument] = operand;
  for (mlir::Operation& op : body.without_terminator()) {
    Element element(&op);
    std::vector<int32_t> result(count), x(op.getNumOperands());
    for (int64_t i = 0; i < count; ++i) {
      for (size_t k = 0; k < x.size(); ++k)
        x[k] = values[op.getOperand(k)][i];
      result[i] = element(x);
    }
    values[op.getResult(0)] = std::move(result);
  }
  return values[llvm::cast<YieldOp>(body.getTerminator()).getValue()];
}

} // namespace npuforge::graph
