// Operations on single elements: arith, math and the graph dialect's own, in f64 and i64.
#include <bit>
#include <cmath>

#include <llvm/ADT/TypeSwitch.h>
#include <mlir/Dialect/Arith/IR/Arith.h>
#include <mlir/Dialect/Math/IR/Math.h>

#include "npuforge/compiler/graph/interpreter.h"

#include "reference_body.h"

namespace npuforge::graph::reference {
namespace {

namespace arith = mlir::arith;
namespace math = mlir::math;

using U = uint64_t;
using I = int64_t;

double minimum(double a, double b) {
  return std::isnan(a) || std::isnan(b) ? NAN : a == b ? (std::signbit(a) ? a : b) : std::min(a, b);
}
double maximum(double a, double b) {
  return std::isnan(a) || std::isnan(b) ? NAN : a == b ? (std::signbit(a) ? b : a) : std::max(a, b);
}

bool holds(arith::CmpFPredicate predicate, double a, double b) {
  using P = arith::CmpFPredicate;
  const bool unordered = std::isnan(a) || std::isnan(b);
  switch (predicate) {
  case P::AlwaysFalse:
    return false;
  case P::AlwaysTrue:
    return true;
  case P::OEQ:
    return a == b;
  case P::OGT:
    return a > b;
  case P::OGE:
    return a >= b;
  case P::OLT:
    return a < b;
  case P::OLE:
    return a <= b;
  case P::ONE:
    return !unordered && a != b;
  case P::ORD:
    return !unordered;
  case P::UEQ:
    return unordered || a == b;
  case P::UGT:
    return unordered || a > b;
  case P::UGE:
    return unordered || a >= b;
  case P::ULT:
    return unordered || a < b;
  case P::ULE:
    return unordered || a <= b;
  case P::UNE:
    return a != b;
  case P::UNO:
    return unordered;
  }
  return false;
}

bool holds(arith::CmpIPredicate predicate, I a, I b, U low) {
  using P = arith::CmpIPredicate;
  const U x = static_cast<U>(a) & low, y = static_cast<U>(b) & low;
  switch (predicate) {
  case P::eq:
    return a == b;
  case P::ne:
    return a != b;
  case P::slt:
    return a < b;
  case P::sle:
    return a <= b;
  case P::sgt:
    return a > b;
  case P::sge:
    return a >= b;
  case P::ult:
    return x < y;
  case P::ule:
    return x <= y;
  case P::ugt:
    return x > y;
  case P::uge:
    return x >= y;
  }
  return false;
}

/// A whole number as an integer of the type; beyond its range the bound, NaN is 0.
I saturate(double whole, I least, I largest) {
  if (std::isnan(whole))
    return 0;
  if (whole <= static_cast<double>(least))
    return least;
  return whole >= static_cast<double>(largest) ? largest : static_cast<I>(whole);
}

/// a / 2^shift, ties to even.
I round_shift(I value, I shift) {
  if (shift <= 0)
    return value;
  if (shift > 62)
    return 0;
  const I floor = value >> shift, rest = value - static_cast<I>(static_cast<U>(floor) << shift),
          half = I{1} << (shift - 1);
  return floor + (rest > half || (rest == half && (floor & 1)) ? 1 : 0);
}

/// i1 is held as 0 or 1; as a signed number its 1 is -1.
I sign_extended(I value, unsigned width) {
  return width == 1 ? -value : value;
}

/// What evaluates one operation: loops over its operands' columns.
class Loops {
public:
  Loops(mlir::Operation* op, llvm::ArrayRef<const Column*> x, size_t count, Column& result)
      : op_(op), x_(x), count_(count), result_(result) {
    result.reals.clear();
    result.integers.clear();
    mlir::Type type = op->getNumOperands() ? op->getOperand(0).getType() : mlir::Type();
    width_ = type && type.isIntOrFloat() ? type.getIntOrFloatBitWidth() : 64;
    low_ = ~U{0} >> (64 - width_);
  }

  bool floats() {
    return llvm::TypeSwitch<mlir::Operation*, bool>(op_)
        .Case<arith::AddFOp>([&](auto) { return real2([](double a, double b) { return a + b; }); })
        .Case<arith::SubFOp>([&](auto) { return real2([](double a, double b) { return a - b; }); })
        .Case<arith::MulFOp>([&](auto) { return real2([](double a, double b) { return a * b; }); })
        .Case<arith::DivFOp>([&](auto) { return real2([](double a, double b) { return a / b; }); })
        .Case<arith::RemFOp>(
            [&](auto) { return real2([](double a, double b) { return std::fmod(a, b); }); })
        .Case<arith::NegFOp>([&](auto) { return real1([](double a) { return -a; }); })
        .Case<arith::MinimumFOp>([&](auto) { return real2(minimum); })
        .Case<arith::MaximumFOp>([&](auto) { return real2(maximum); })
        .Case<arith::MinNumFOp>(
            [&](auto) { return real2([](double a, double b) { return std::fmin(a, b); }); })
        .Case<arith::MaxNumFOp>(
            [&](auto) { return real2([](double a, double b) { return std::fmax(a, b); }); })
        .Case<arith::TruncFOp, arith::ExtFOp>(
            [&](auto) { return real1([](double a) { return a; }); })
        .Case<arith::CmpFOp>([&](auto op) {
          return fill(result_.integers, [&, p = op.getPredicate()](size_t i) {
            return I{holds(p, f(0, i), f(1, i))};
          });
        })
        .Case<arith::SIToFPOp>([&](auto) {
          return fill(result_.reals, [&](size_t i) {
            return static_cast<double>(sign_extended(n(0, i), width_));
          });
        })
        .Case<arith::UIToFPOp>([&](auto) {
          return fill(result_.reals, [&](size_t i) { return static_cast<double>(u(0, i)); });
        })
        .Case<arith::FPToSIOp, ToIntOp>(
            [&](auto op) { return to_signed(op.getType(), llvm::isa<ToIntOp>(op_)); })
        .Case<arith::FPToUIOp>([&](auto op) {
          const double end =
              std::ldexp(1.0, static_cast<int>(op.getType().getIntOrFloatBitWidth()));
          return fill(result_.integers, [&, end](size_t i) {
            const double whole = std::trunc(f(0, i));
            return !(whole > 0)   ? I{0}
                   : whole >= end ? I{-1}
                                  : static_cast<I>(static_cast<U>(whole));
          });
        })
        .Default([](mlir::Operation*) { return false; });
  }

  bool functions() {
    return llvm::TypeSwitch<mlir::Operation*, bool>(op_)
        .Case<math::AbsFOp>([&](auto) { return real1([](double a) { return std::fabs(a); }); })
        .Case<math::ExpOp>([&](auto) { return real1([](double a) { return std::exp(a); }); })
        .Case<math::Exp2Op>([&](auto) { return real1([](double a) { return std::exp2(a); }); })
        .Case<math::ExpM1Op>([&](auto) { return real1([](double a) { return std::expm1(a); }); })
        .Case<math::LogOp>([&](auto) { return real1([](double a) { return std::log(a); }); })
        .Case<math::Log2Op>([&](auto) { return real1([](double a) { return std::log2(a); }); })
        .Case<math::Log1pOp>([&](auto) { return real1([](double a) { return std::log1p(a); }); })
        .Case<math::Log10Op>([&](auto) { return real1([](double a) { return std::log10(a); }); })
        .Case<math::TanhOp>([&](auto) { return real1([](double a) { return std::tanh(a); }); })
        .Case<math::ErfOp>([&](auto) { return real1([](double a) { return std::erf(a); }); })
        .Case<math::SqrtOp>([&](auto) { return real1([](double a) { return std::sqrt(a); }); })
        .Case<math::RsqrtOp>([&](auto) { return real1([](double a) { return 1 / std::sqrt(a); }); })
        .Case<math::FloorOp>([&](auto) { return real1([](double a) { return std::floor(a); }); })
        .Case<math::CeilOp>([&](auto) { return real1([](double a) { return std::ceil(a); }); })
        .Case<math::TruncOp>([&](auto) { return real1([](double a) { return std::trunc(a); }); })
        .Case<math::RoundOp>([&](auto) { return real1([](double a) { return std::round(a); }); })
        .Case<math::RoundEvenOp>(
            [&](auto) { return real1([](double a) { return std::nearbyint(a); }); })
        .Case<math::SinOp>([&](auto) { return real1([](double a) { return std::sin(a); }); })
        .Case<math::CosOp>([&](auto) { return real1([](double a) { return std::cos(a); }); })
        .Case<math::TanOp>([&](auto) { return real1([](double a) { return std::tan(a); }); })
        .Case<math::AtanOp>([&](auto) { return real1([](double a) { return std::atan(a); }); })
        .Case<math::AsinOp>([&](auto) { return real1([](double a) { return std::asin(a); }); })
        .Case<math::AcosOp>([&](auto) { return real1([](double a) { return std::acos(a); }); })
        .Case<math::SinhOp>([&](auto) { return real1([](double a) { return std::sinh(a); }); })
        .Case<math::CoshOp>([&](auto) { return real1([](double a) { return std::cosh(a); }); })
        .Case<math::AsinhOp>([&](auto) { return real1([](double a) { return std::asinh(a); }); })
        .Case<math::AcoshOp>([&](auto) { return real1([](double a) { return std::acosh(a); }); })
        .Case<math::AtanhOp>([&](auto) { return real1([](double a) { return std::atanh(a); }); })
        .Case<math::Atan2Op>(
            [&](auto) { return real2([](double a, double b) { return std::atan2(a, b); }); })
        .Case<math::PowFOp>(
            [&](auto) { return real2([](double a, double b) { return std::pow(a, b); }); })
        .Case<math::CopySignOp>(
            [&](auto) { return real2([](double a, double b) { return std::copysign(a, b); }); })
        .Case<math::FmaOp>([&](auto) {
          return fill(result_.reals, [&](size_t i) { return std::fma(f(0, i), f(1, i), f(2, i)); });
        })
        .Case<math::IsNaNOp>([&](auto) {
          return fill(result_.integers, [&](size_t i) { return I{std::isnan(f(0, i))}; });
        })
        .Case<math::IsInfOp>([&](auto) {
          return fill(result_.integers, [&](size_t i) { return I{std::isinf(f(0, i))}; });
        })
        .Case<math::AbsIOp>([&](auto) {
          return whole1([](I a) { return a < 0 ? static_cast<I>(-static_cast<U>(a)) : a; });
        })
        .Default([](mlir::Operation*) { return false; });
  }

  bool integers() {
    return llvm::TypeSwitch<mlir::Operation*, bool>(op_)
        .Case<arith::AddIOp>([&](auto) { return whole2([](U a, U b) { return a + b; }); })
        .Case<arith::SubIOp>([&](auto) { return whole2([](U a, U b) { return a - b; }); })
        .Case<arith::MulIOp>([&](auto) { return whole2([](U a, U b) { return a * b; }); })
        .Case<arith::AndIOp>([&](auto) { return whole2([](U a, U b) { return a & b; }); })
        .Case<arith::OrIOp>([&](auto) { return whole2([](U a, U b) { return a | b; }); })
        .Case<arith::XOrIOp>([&](auto) { return whole2([](U a, U b) { return a ^ b; }); })
        .Case<arith::ShLIOp>([&](auto) {
          return shift([](I a, U by) { return static_cast<I>(static_cast<U>(a) << by); }, 0);
        })
        .Case<arith::ShRSIOp>([&](auto) { return shift([](I a, U by) { return a >> by; }, 63); })
        .Case<arith::ShRUIOp>([&](auto) {
          return shift(
              [this](I a, U by) { return static_cast<I>((static_cast<U>(a) & low_) >> by); }, 0);
        })
        .Case<arith::MinSIOp>([&](auto) { return whole2([](I a, I b) { return std::min(a, b); }); })
        .Case<arith::MaxSIOp>([&](auto) { return whole2([](I a, I b) { return std::max(a, b); }); })
        .Case<arith::MinUIOp>([&](auto) { return bits2([](U a, U b) { return std::min(a, b); }); })
        .Case<arith::MaxUIOp>([&](auto) { return bits2([](U a, U b) { return std::max(a, b); }); })
        .Case<arith::DivSIOp>([&](auto) {
          return whole2([](I a, I b) {
            return b == 0 ? 0 : b == -1 ? static_cast<I>(-static_cast<U>(a)) : a / b;
          });
        })
        .Case<arith::RemSIOp>([&](auto) {
          return whole2([](I a, I b) { return b == 0 ? a : b == -1 ? 0 : a % b; });
        })
        .Case<arith::DivUIOp>(
            [&](auto) { return bits2([](U a, U b) { return b == 0 ? 0 : a / b; }); })
        .Case<arith::RemUIOp>(
            [&](auto) { return bits2([](U a, U b) { return b == 0 ? a : a % b; }); })
        .Case<arith::CmpIOp>([&](auto op) {
          return fill(result_.integers, [&, p = op.getPredicate()](size_t i) {
            return I{
                holds(p, sign_extended(n(0, i), width_), sign_extended(n(1, i), width_), low_)};
          });
        })
        .Case<arith::ExtUIOp>([&](auto) {
          return fill(result_.integers, [&](size_t i) { return static_cast<I>(u(0, i)); });
        })
        .Case<arith::ExtSIOp>([&](auto) {
          return fill(result_.integers, [&](size_t i) { return sign_extended(n(0, i), width_); });
        })
        .Case<arith::TruncIOp>([&](auto) { return whole1([](I a) { return a; }); })
        .Case<SatAddOp>([&](auto op) {
          return whole2(
              [least = least_of(op.getType()), largest = largest_of(op.getType())](I a, I b) {
                I sum;
                if (__builtin_add_overflow(a, b, &sum))
                  return a < 0 ? least : largest;
                return std::clamp(sum, least, largest);
              });
        })
        .Case<RoundShiftOp>([&](auto) { return whole2(round_shift); })
        .Default([](mlir::Operation*) { return false; });
  }

  bool others() {
    return llvm::TypeSwitch<mlir::Operation*, bool>(op_)
        .Case<arith::ConstantOp>([&](auto op) { return constant(op.getValue()); })
        .Case<arith::SelectOp>([&](auto op) {
          if (llvm::isa<mlir::FloatType>(op.getType()))
            return fill(result_.reals, [&](size_t i) { return n(0, i) ? f(1, i) : f(2, i); });
          return fill(result_.integers, [&](size_t i) { return n(0, i) ? n(1, i) : n(2, i); });
        })
        .Case<arith::BitcastOp>(
            [&](auto op) { return bitcast(op.getIn().getType(), op.getType()); })
        .Default([](mlir::Operation*) { return false; });
  }

private:
  double f(size_t operand, size_t i) const { return x_[operand]->reals[i]; }
  I n(size_t operand, size_t i) const { return x_[operand]->integers[i]; }
  U u(size_t operand, size_t i) const { return static_cast<U>(n(operand, i)) & low_; }

  template <typename Vector, typename Get>
  bool fill(Vector& to, Get get) {
    to.resize(count_);
    for (size_t i = 0; i < count_; ++i)
      to[i] = get(i);
    return true;
  }
  template <typename Function>
  bool real1(Function function) {
    return fill(result_.reals, [&](size_t i) { return function(f(0, i)); });
  }
  template <typename Function>
  bool real2(Function function) {
    return fill(result_.reals, [&](size_t i) { return function(f(0, i), f(1, i)); });
  }
  template <typename Function>
  bool whole1(Function function) {
    return fill(result_.integers, [&](size_t i) { return function(n(0, i)); });
  }
  template <typename Function>
  bool whole2(Function function) {
    return fill(result_.integers,
                [&](size_t i) { return static_cast<I>(function(n(0, i), n(1, i))); });
  }
  template <typename Function>
  bool bits2(Function function) {
    return fill(result_.integers,
                [&](size_t i) { return static_cast<I>(function(u(0, i), u(1, i))); });
  }
  /// A shift by the width or more: everything is shifted out (`most` 63: but for the sign).
  template <typename Function>
  bool shift(Function function, U most) {
    return fill(result_.integers, [&](size_t i) {
      const U by = u(1, i);
      return by < width_ ? function(n(0, i), by) : most ? function(n(0, i), most) : 0;
    });
  }

  bool to_signed(mlir::Type type, bool nearest) {
    const I least = least_of(type), largest = largest_of(type);
    return fill(result_.integers, [&](size_t i) {
      return saturate(nearest ? std::nearbyint(f(0, i)) : std::trunc(f(0, i)), least, largest);
    });
  }

  bool constant(mlir::Attribute value) {
    if (auto real = llvm::dyn_cast<mlir::FloatAttr>(value)) {
      result_.reals.assign(count_, real.getValueAsDouble());
      return true;
    }
    auto integer = llvm::dyn_cast<mlir::IntegerAttr>(value);
    if (integer)
      result_.integers.assign(count_, integer.getValue().getSExtValue());
    return integer != nullptr;
  }

  bool bitcast(mlir::Type from, mlir::Type to) {
    if (from.isF32() && to.isInteger(32))
      return fill(result_.integers,
                  [&](size_t i) { return I{std::bit_cast<int32_t>(static_cast<float>(f(0, i)))}; });
    if (from.isInteger(32) && to.isF32())
      return fill(result_.reals, [&](size_t i) {
        return static_cast<double>(std::bit_cast<float>(static_cast<int32_t>(n(0, i))));
      });
    return false;
  }

  mlir::Operation* op_;
  llvm::ArrayRef<const Column*> x_;
  size_t count_;
  Column& result_;
  unsigned width_;
  U low_;
};

} // namespace

void evaluate_scalar(mlir::Operation* op, llvm::ArrayRef<const Column*> x, size_t count,
                     Column& result) {
  Loops loops(op, x, count, result);
  if (!loops.floats() && !loops.integers() && !loops.functions() && !loops.others())
    throw InterpreterError("a body has " + op->getName().getStringRef().str() +
                           ", which the interpreter does not know");
}

} // namespace npuforge::graph::reference
