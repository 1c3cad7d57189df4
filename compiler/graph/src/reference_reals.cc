// Arithmetic of floats, and conversions from and to them.
#include <cmath>

#include <llvm/ADT/TypeSwitch.h>

#include "reference_loops.h"

namespace npuforge::graph::reference {
namespace {

namespace arith = mlir::arith;
using I = int64_t;
using U = uint64_t;

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

/// A whole number as an integer of the type; beyond its range the bound, NaN is 0.
I saturate(double whole, I least, I largest) {
  if (std::isnan(whole))
    return 0;
  if (whole <= static_cast<double>(least))
    return least;
  return whole >= static_cast<double>(largest) ? largest : static_cast<I>(whole);
}

} // namespace

bool Loops::floats() {
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
      .Case<arith::TruncFOp, arith::ExtFOp>([&](auto) { return real1([](double a) { return a; }); })
      .Case<arith::CmpFOp>([&](auto op) {
        return fill(result_.integers,
                    [&, p = op.getPredicate()](size_t i) { return I{holds(p, f(0, i), f(1, i))}; });
      })
      .Case<arith::SIToFPOp>([&](auto) {
        return fill(result_.reals,
                    [&](size_t i) { return static_cast<double>(sign_extended(n(0, i), width_)); });
      })
      .Case<arith::UIToFPOp>([&](auto) {
        return fill(result_.reals, [&](size_t i) { return static_cast<double>(u(0, i)); });
      })
      .Case<arith::FPToSIOp, ToIntOp>(
          [&](auto op) { return to_signed(op.getType(), llvm::isa<ToIntOp>(op_)); })
      .Case<arith::FPToUIOp>([&](auto op) {
        const double end = std::ldexp(1.0, static_cast<int>(op.getType().getIntOrFloatBitWidth()));
        return fill(result_.integers, [&, end](size_t i) {
          const double whole = std::trunc(f(0, i));
          return !(whole > 0) ? I{0} : whole >= end ? I{-1} : static_cast<I>(static_cast<U>(whole));
        });
      })
      .Default([](mlir::Operation*) { return false; });
}

bool Loops::to_signed(mlir::Type type, bool nearest) {
  const I least = least_of(type), largest = largest_of(type);
  return fill(result_.integers, [&](size_t i) {
    return saturate(nearest ? std::nearbyint(f(0, i)) : std::trunc(f(0, i)), least, largest);
  });
}

} // namespace npuforge::graph::reference
