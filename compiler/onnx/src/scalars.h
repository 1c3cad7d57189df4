#pragma once
// f32 arithmetic on single elements, written into the body of a graph.map.

#include <mlir/Dialect/Arith/IR/Arith.h>
#include <mlir/Dialect/Math/IR/Math.h>

#include "npuforge/compiler/graph/Graph.h"

namespace npuforge::onnx {

/// An element under construction; operators append operations to the map's body.
struct Scalar {
  mlir::OpBuilder* builder;
  mlir::Location location;
  mlir::Value value;

  Scalar number(float constant) const {
    auto attribute = builder->getF32FloatAttr(constant);
    return make(mlir::arith::ConstantOp::create(*builder, location, attribute));
  }
  Scalar make(mlir::Value result) const { return {builder, location, result}; }
  template <typename Op>
  Scalar apply() const {
    return make(Op::create(*builder, location, value));
  }
  template <typename Op>
  Scalar apply(const Scalar& other) const {
    return make(Op::create(*builder, location, value, other.value));
  }
};

inline Scalar operator+(const Scalar& a, const Scalar& b) {
  return a.apply<mlir::arith::AddFOp>(b);
}
inline Scalar operator-(const Scalar& a, const Scalar& b) {
  return a.apply<mlir::arith::SubFOp>(b);
}
inline Scalar operator*(const Scalar& a, const Scalar& b) {
  return a.apply<mlir::arith::MulFOp>(b);
}
inline Scalar operator/(const Scalar& a, const Scalar& b) {
  return a.apply<mlir::arith::DivFOp>(b);
}
inline Scalar operator+(const Scalar& a, float b) {
  return a + a.number(b);
}
inline Scalar operator*(const Scalar& a, float b) {
  return a * a.number(b);
}
inline Scalar operator/(float a, const Scalar& b) {
  return b.number(a) / b;
}
inline Scalar operator-(const Scalar& a) {
  return a.apply<mlir::arith::NegFOp>();
}
inline Scalar min(const Scalar& a, const Scalar& b) {
  return a.apply<mlir::arith::MinimumFOp>(b);
}
inline Scalar max(const Scalar& a, const Scalar& b) {
  return a.apply<mlir::arith::MaximumFOp>(b);
}
inline Scalar clamp(const Scalar& a, float low, float high) {
  return min(max(a, a.number(low)), a.number(high));
}
inline Scalar exp(const Scalar& a) {
  return a.apply<mlir::math::ExpOp>();
}
inline Scalar log(const Scalar& a) {
  return a.apply<mlir::math::LogOp>();
}
inline Scalar tanh(const Scalar& a) {
  return a.apply<mlir::math::TanhOp>();
}
inline Scalar erf(const Scalar& a) {
  return a.apply<mlir::math::ErfOp>();
}
/// `negative` where a < 0, else `otherwise`.
inline Scalar if_negative(const Scalar& a, const Scalar& negative, const Scalar& otherwise) {
  auto below = mlir::arith::CmpFOp::create(*a.builder, a.location, mlir::arith::CmpFPredicate::OLT,
                                           a.value, a.number(0).value);
  return a.make(mlir::arith::SelectOp::create(*a.builder, a.location, below, negative.value,
                                              otherwise.value));
}

} // namespace npuforge::onnx
