// Functions of math, by the host's in f64.
#include <cmath>

#include <llvm/ADT/TypeSwitch.h>

#include "reference_loops.h"

namespace npuforge::graph::reference {

namespace math = mlir::math;
using I = int64_t;
using U = uint64_t;

bool Loops::functions() {
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

} // namespace npuforge::graph::reference
