#include "npuforge/compiler/graph/scalar.h"

#include <mlir/IR/TypeUtilities.h>

namespace npuforge::graph {
namespace {

namespace arith = mlir::arith;
namespace math = mlir::math;

template <typename FloatOp, typename IntOp>
Scalar either(const Scalar& a, const Scalar& b) {
  return a.is_float() ? a.apply<FloatOp>(b) : a.apply<IntOp>(b);
}

Scalar compare(const Scalar& a, const Scalar& b, arith::CmpFPredicate floats,
               arith::CmpIPredicate integers) {
  if (a.is_float())
    return a.make(arith::CmpFOp::create(*a.builder, a.location, floats, a.value, b.value));
  return a.make(arith::CmpIOp::create(*a.builder, a.location, integers, a.value, b.value));
}

template <typename Op>
Scalar convert(const Scalar& a, mlir::Type type) {
  return a.make(Op::create(*a.builder, a.location, type, a.value));
}

Scalar float_to_float(const Scalar& a, mlir::Type type) {
  unsigned from = a.type().getIntOrFloatBitWidth(), to = type.getIntOrFloatBitWidth();
  if (a.type() == type)
    return a;
  if (from == to) // f16 and bf16
    return float_to_float(convert<arith::ExtFOp>(a, a.builder->getF32Type()), type);
  return from < to ? convert<arith::ExtFOp>(a, type) : convert<arith::TruncFOp>(a, type);
}

Scalar int_to_int(const Scalar& a, mlir::Type type) {
  unsigned from = a.type().getIntOrFloatBitWidth(), to = type.getIntOrFloatBitWidth();
  if (from == to)
    return a;
  if (a.is_bool())
    return convert<arith::ExtUIOp>(a, type);
  return from < to ? convert<arith::ExtSIOp>(a, type) : convert<arith::TruncIOp>(a, type);
}

/// What a narrow unsigned element is when it is stored and loaded again.
Scalar wrapped(const Scalar& a, mlir::Type element) {
  if (!element.isUnsignedInteger() || element.getIntOrFloatBitWidth() == 64)
    return a;
  int64_t mask = (int64_t{1} << element.getIntOrFloatBitWidth()) - 1;
  return a & a.integer(mask);
}

/// By repeated squaring. Beyond 63 all of base's powers but those of 0, 1, -1 have overflown, and
/// these depend on whether the exponent is odd.
Scalar integer_power(const Scalar& base, const Scalar& exponent) {
  Scalar small = select(exponent < 64, exponent, (exponent & exponent.integer(1)) + 62);
  Scalar result = base.integer(1), square = base;
  for (int bit = 0; bit < 6; ++bit) {
    Scalar set = not_equal(small & small.integer(int64_t{1} << bit), small.integer(0));
    result = select(set, result * square, result);
    square = square * square;
  }
  // 1 / base^n, towards zero
  Scalar odd = not_equal(exponent & exponent.integer(1), exponent.integer(0));
  Scalar one = base.integer(1), minus_one = base.integer(-1), zero = base.integer(0);
  Scalar inverse = select(equal(base, one), one,
                          select(equal(base, minus_one), select(odd, minus_one, one), zero));
  return select(exponent < 0, inverse, result);
}

/// exp(y log |x|), the sign of odd whole exponents, and the cases in which the logarithm says
/// nothing. |x|^y is exact to some |y log x| units in the last place.
Scalar float_power(const Scalar& base, const Scalar& exponent) {
  Scalar one = base.number(1);
  Scalar magnitude = exp(exponent * log(abs(base)));
  Scalar half = exponent * 0.5;
  Scalar odd = not_equal(floor(half), half) & equal(floor(exponent), exponent);
  Scalar whole = equal(floor(exponent), exponent);
  Scalar nan = base.number(std::numeric_limits<double>::quiet_NaN());
  Scalar negative = select(whole, select(odd, -magnitude, magnitude), nan);
  Scalar result = select(base < 0, negative, magnitude);
  return select(equal(exponent, base.number(0)) | equal(base, one), one, result);
}

} // namespace

Scalar Scalar::number(mlir::Type type, double constant) const {
  mlir::TypedAttr attribute;
  if (llvm::isa<mlir::FloatType>(type))
    attribute = builder->getFloatAttr(type, constant);
  else
    attribute = builder->getIntegerAttr(type, static_cast<int64_t>(constant));
  return make(arith::ConstantOp::create(*builder, location, attribute));
}

Scalar Scalar::integer(int64_t constant) const {
  unsigned width = type().getIntOrFloatBitWidth();
  llvm::APInt bits(width, static_cast<uint64_t>(constant), true, true);
  return make(arith::ConstantOp::create(*builder, location, builder->getIntegerAttr(type(), bits)));
}

Scalar operator+(const Scalar& a, const Scalar& b) {
  return either<arith::AddFOp, arith::AddIOp>(a, b);
}
Scalar operator-(const Scalar& a, const Scalar& b) {
  return either<arith::SubFOp, arith::SubIOp>(a, b);
}
Scalar operator*(const Scalar& a, const Scalar& b) {
  return either<arith::MulFOp, arith::MulIOp>(a, b);
}
Scalar operator/(const Scalar& a, const Scalar& b) {
  return either<arith::DivFOp, arith::DivSIOp>(a, b);
}
Scalar operator-(const Scalar& a) {
  return a.is_float() ? a.apply<arith::NegFOp>() : a.integer(0) - a;
}

Scalar operator<(const Scalar& a, const Scalar& b) {
  return compare(a, b, arith::CmpFPredicate::OLT,
                 a.is_bool() ? arith::CmpIPredicate::ult : arith::CmpIPredicate::slt);
}
Scalar operator<=(const Scalar& a, const Scalar& b) {
  return compare(a, b, arith::CmpFPredicate::OLE,
                 a.is_bool() ? arith::CmpIPredicate::ule : arith::CmpIPredicate::sle);
}
Scalar equal(const Scalar& a, const Scalar& b) {
  return compare(a, b, arith::CmpFPredicate::OEQ, arith::CmpIPredicate::eq);
}
Scalar not_equal(const Scalar& a, const Scalar& b) {
  return compare(a, b, arith::CmpFPredicate::UNE, arith::CmpIPredicate::ne);
}

Scalar operator&(const Scalar& a, const Scalar& b) {
  return a.apply<arith::AndIOp>(b);
}
Scalar operator|(const Scalar& a, const Scalar& b) {
  return a.apply<arith::OrIOp>(b);
}
Scalar operator^(const Scalar& a, const Scalar& b) {
  return a.apply<arith::XOrIOp>(b);
}
Scalar operator~(const Scalar& a) {
  return a ^ a.integer(-1);
}

Scalar select(const Scalar& condition, const Scalar& yes, const Scalar& no) {
  return yes.make(
      arith::SelectOp::create(*yes.builder, yes.location, condition.value, yes.value, no.value));
}
Scalar min(const Scalar& a, const Scalar& b) {
  return either<arith::MinimumFOp, arith::MinSIOp>(a, b);
}
Scalar max(const Scalar& a, const Scalar& b) {
  return either<arith::MaximumFOp, arith::MaxSIOp>(a, b);
}
Scalar clamp(const Scalar& a, double low, double high) {
  return min(max(a, a.number(low)), a.number(high));
}
Scalar abs(const Scalar& a) {
  return a.is_float() ? a.apply<math::AbsFOp>() : max(a, -a);
}

Scalar remainder(const Scalar& a, const Scalar& b) {
  return a.is_float() ? a.apply<arith::RemFOp>(b) : a.apply<arith::RemSIOp>(b);
}

Scalar cast(const Scalar& a, mlir::Type element) {
  mlir::Type type = bodyType(element);
  if (element.isInteger(1)) {
    return a.is_bool() ? a : not_equal(a, a.number(0));
  }
  if (llvm::isa<mlir::FloatType>(element)) {
    if (a.is_float())
      return float_to_float(a, type);
    return a.is_bool() ? convert<arith::UIToFPOp>(a, type) : convert<arith::SIToFPOp>(a, type);
  }
  if (!a.is_float())
    return wrapped(int_to_int(a, type), element);
  Scalar wide =
      a.type().getIntOrFloatBitWidth() < 32 ? float_to_float(a, a.builder->getF32Type()) : a;
  return wrapped(convert<ToIntOp>(truncate(wide), type), element);
}

Scalar power(const Scalar& base, const Scalar& exponent) {
  return base.is_float() ? float_power(base, exponent) : integer_power(base, exponent);
}

} // namespace npuforge::graph
