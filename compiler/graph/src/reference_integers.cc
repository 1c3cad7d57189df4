// Arithmetic of integers, and what moves any element.
#include <bit>

#include <llvm/ADT/TypeSwitch.h>

#include "reference_loops.h"

namespace npuforge::graph::reference {
namespace {

namespace arith = mlir::arith;
using I = int64_t;
using U = uint64_t;

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

} // namespace

bool Loops::integers() {
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
        return shift([this](I a, U by) { return static_cast<I>((static_cast<U>(a) & low_) >> by); },
                     0);
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
          return I{holds(p, sign_extended(n(0, i), width_), sign_extended(n(1, i), width_), low_)};
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

bool Loops::others() {
  return llvm::TypeSwitch<mlir::Operation*, bool>(op_)
      .Case<arith::ConstantOp>([&](auto op) { return constant(op.getValue()); })
      .Case<arith::SelectOp>([&](auto op) {
        if (llvm::isa<mlir::FloatType>(op.getType()))
          return fill(result_.reals, [&](size_t i) { return n(0, i) ? f(1, i) : f(2, i); });
        return fill(result_.integers, [&](size_t i) { return n(0, i) ? n(1, i) : n(2, i); });
      })
      .Case<arith::BitcastOp>([&](auto op) { return bitcast(op.getIn().getType(), op.getType()); })
      .Default([](mlir::Operation*) { return false; });
}

bool Loops::constant(mlir::Attribute value) {
  if (auto real = llvm::dyn_cast<mlir::FloatAttr>(value)) {
    result_.reals.assign(count_, real.getValueAsDouble());
    return true;
  }
  auto integer = llvm::dyn_cast<mlir::IntegerAttr>(value);
  if (integer)
    result_.integers.assign(count_, integer.getValue().getSExtValue());
  return integer != nullptr;
}

bool Loops::bitcast(mlir::Type from, mlir::Type to) {
  if (from.isF32() && to.isInteger(32))
    return fill(result_.integers,
                [&](size_t i) { return I{std::bit_cast<int32_t>(static_cast<float>(f(0, i)))}; });
  if (from.isInteger(32) && to.isF32())
    return fill(result_.reals, [&](size_t i) {
      return static_cast<double>(std::bit_cast<float>(static_cast<int32_t>(n(0, i))));
    });
  return false;
}

} // namespace npuforge::graph::reference
