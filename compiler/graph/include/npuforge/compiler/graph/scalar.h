#pragma once
// Arithmetic on single elements, written into the body of a graph.map: what a formula looks like in
// C++. Operators take the operation that fits the element's type: f32 and f64, integers of any
// width (unsigned ones stand zero-extended in a wider one, so all are signed here), bool (i1).

#include <mlir/Dialect/Arith/IR/Arith.h>
#include <mlir/Dialect/Math/IR/Math.h>

#include "npuforge/compiler/graph/Graph.h"

namespace npuforge::graph {

/// An element under construction; operators append operations to the map's body.
struct Scalar {
  mlir::OpBuilder* builder;
  mlir::Location location;
  mlir::Value value;

  mlir::Type type() const { return value.getType(); }
  bool is_float() const { return llvm::isa<mlir::FloatType>(type()); }
  bool is_bool() const { return type().isInteger(1); }

  Scalar make(mlir::Value result) const { return {builder, location, result}; }
  /// A constant of this element's type, or of another one.
  Scalar number(double constant) const { return number(type(), constant); }
  Scalar number(mlir::Type type, double constant) const;
  Scalar integer(int64_t constant) const; ///< exact, of this element's integer type

  template <typename Op>
  Scalar apply() const {
    return make(Op::create(*builder, location, value));
  }
  template <typename Op>
  Scalar apply(const Scalar& other) const {
    return make(Op::create(*builder, location, value, other.value));
  }
};

Scalar operator+(const Scalar& a, const Scalar& b);
Scalar operator-(const Scalar& a, const Scalar& b);
Scalar operator*(const Scalar& a, const Scalar& b);
Scalar operator/(const Scalar& a, const Scalar& b); ///< integers: towards zero
Scalar operator-(const Scalar& a);
inline Scalar operator+(const Scalar& a, double b) {
  return a + a.number(b);
}
inline Scalar operator-(const Scalar& a, double b) {
  return a - a.number(b);
}
inline Scalar operator*(const Scalar& a, double b) {
  return a * a.number(b);
}
inline Scalar operator/(const Scalar& a, double b) {
  return a / a.number(b);
}
inline Scalar operator+(double a, const Scalar& b) {
  return b.number(a) + b;
}
inline Scalar operator-(double a, const Scalar& b) {
  return b.number(a) - b;
}
inline Scalar operator*(double a, const Scalar& b) {
  return b.number(a) * b;
}
inline Scalar operator/(double a, const Scalar& b) {
  return b.number(a) / b;
}

/// Comparisons give a bool; with a NaN all but not_equal are false.
Scalar operator<(const Scalar& a, const Scalar& b);
Scalar operator<=(const Scalar& a, const Scalar& b);
inline Scalar operator>(const Scalar& a, const Scalar& b) {
  return b < a;
}
inline Scalar operator>=(const Scalar& a, const Scalar& b) {
  return b <= a;
}
Scalar equal(const Scalar& a, const Scalar& b);
Scalar not_equal(const Scalar& a, const Scalar& b);
inline Scalar operator<(const Scalar& a, double b) {
  return a < a.number(b);
}
inline Scalar operator>(const Scalar& a, double b) {
  return a > a.number(b);
}
inline Scalar operator<=(const Scalar& a, double b) {
  return a <= a.number(b);
}
inline Scalar operator>=(const Scalar& a, double b) {
  return a >= a.number(b);
}

/// Bits of integers, or of bools.
Scalar operator&(const Scalar& a, const Scalar& b);
Scalar operator|(const Scalar& a, const Scalar& b);
Scalar operator^(const Scalar& a, const Scalar& b);
Scalar operator~(const Scalar& a); ///< all bits; of a bool: not

Scalar select(const Scalar& condition, const Scalar& yes, const Scalar& no);
Scalar min(const Scalar& a, const Scalar& b); ///< NaN if one is
Scalar max(const Scalar& a, const Scalar& b); ///< NaN if one is
Scalar clamp(const Scalar& a, double low, double high);
Scalar abs(const Scalar& a);
Scalar remainder(const Scalar& a, const Scalar& b); ///< with the sign of a; fmod for floats

/// An element as ONNX's Cast gives it: floats to integers towards zero (saturating), to bool != 0.
/// `element` is a tensor's element type; the result has bodyType(element), narrow unsigned integers
/// are wrapped.
Scalar cast(const Scalar& a, mlir::Type element);

// Functions of floats.
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
inline Scalar sqrt(const Scalar& a) {
  return a.apply<mlir::math::SqrtOp>();
}
inline Scalar floor(const Scalar& a) {
  return a.apply<mlir::math::FloorOp>();
}
inline Scalar ceil(const Scalar& a) {
  return a.apply<mlir::math::CeilOp>();
}
inline Scalar truncate(const Scalar& a) {
  return a.apply<mlir::math::TruncOp>();
}
inline Scalar round_even(const Scalar& a) {
  return a.apply<mlir::math::RoundEvenOp>();
}
inline Scalar sin(const Scalar& a) {
  return a.apply<mlir::math::SinOp>();
}
inline Scalar cos(const Scalar& a) {
  return a.apply<mlir::math::CosOp>();
}
inline Scalar atan(const Scalar& a) {
  return a.apply<mlir::math::AtanOp>();
}
inline Scalar is_nan(const Scalar& a) {
  return not_equal(a, a);
}
/// `negative` where a < 0, else `otherwise`.
inline Scalar if_negative(const Scalar& a, const Scalar& negative, const Scalar& otherwise) {
  return select(a < 0, negative, otherwise);
}
/// base ^ exponent as ONNX's Pow: both of one type, f32, f64 or integers.
Scalar power(const Scalar& base, const Scalar& exponent);

} // namespace npuforge::graph
