#include "reference.h"

#include <array>
#include <cmath>
#include <limits>

#include <mpfr.h>

namespace npuforge::isa {
namespace {

constexpr double kWrong = std::numeric_limits<double>::infinity();
constexpr double kOverflow = 0x1.ffffffp127; // rounds to 2^128

/// A number of 96 bits: 72 more than an f32 has.
class Number {
public:
  Number() { mpfr_init2(value_, 96); }
  ~Number() { mpfr_clear(value_); }
  Number(const Number&) = delete;
  Number& operator=(const Number&) = delete;
  mpfr_ptr get() { return value_; }

private:
  mpfr_t value_;
};

double ulp(double want) {
  int exponent;
  std::frexp(want, &exponent);
  return std::ldexp(1.0, std::max(exponent - 24, -149));
}

/// What error() says where no distance is to be measured.
bool settled(float got, double want, double& result) {
  bool agree;
  if (std::isnan(want) || std::isnan(got))
    agree = std::isnan(want) && std::isnan(got);
  else if (std::signbit(got) != std::signbit(want))
    agree = false;
  else if (std::isinf(want))
    agree = std::isinf(got);
  else if (std::isinf(got) && std::fabs(want) >= kOverflow)
    agree = true;
  else
    return false;
  result = agree ? 0 : kWrong;
  return true;
}

double as_finite(float got) {
  return std::isinf(got) ? std::copysign(0x1p128, got) : static_cast<double>(got);
}

using Operation = int (*)(mpfr_ptr, mpfr_srcptr, mpfr_rnd_t);

int sigmoid(mpfr_ptr y, mpfr_srcptr x, mpfr_rnd_t round) {
  mpfr_neg(y, x, round);
  mpfr_exp(y, y, round);
  mpfr_add_ui(y, y, 1, round);
  return mpfr_ui_div(y, 1, y, round);
}
int reciprocal(mpfr_ptr y, mpfr_srcptr x, mpfr_rnd_t round) {
  return mpfr_ui_div(y, 1, x, round);
}
int rsqrt(mpfr_ptr y, mpfr_srcptr x, mpfr_rnd_t round) {
  return mpfr_zero_p(x) ? reciprocal(y, x, round) : mpfr_rec_sqrt(y, x, round);
}

template <Operation kOperation>
double exact(float x, float got) {
  thread_local Number y, distance;
  mpfr_set_flt(y.get(), x, MPFR_RNDN);
  kOperation(y.get(), y.get(), MPFR_RNDN);
  double want = mpfr_get_d(y.get(), MPFR_RNDN), result;
  if (settled(got, want, result))
    return result;
  mpfr_sub_d(distance.get(), y.get(), as_finite(got), MPFR_RNDN);
  return std::fabs(mpfr_get_d(distance.get(), MPFR_RNDN)) / ulp(want);
}

double quick_sigmoid(double x) {
  double e = std::exp(-std::fabs(x));
  return (x > 0 ? 1 : e) / (1 + e);
}

const std::array kReferences{
    Reference{"exp", std::exp, exact<mpfr_exp>},
    Reference{"exp2", std::exp2, exact<mpfr_exp2>},
    Reference{"log", std::log, exact<mpfr_log>},
    Reference{"log2", std::log2, exact<mpfr_log2>},
    Reference{"tanh", std::tanh, exact<mpfr_tanh>},
    Reference{"erf", std::erf, exact<mpfr_erf>},
    Reference{"sigmoid", quick_sigmoid, exact<sigmoid>},
    Reference{"reciprocal", [](double x) { return 1 / x; }, exact<reciprocal>},
    Reference{"rsqrt", [](double x) { return x == 0 ? 1 / x : 1 / std::sqrt(x); }, exact<rsqrt>},
    Reference{"sqrt", std::sqrt, exact<mpfr_sqrt>},
    Reference{"sin", std::sin, exact<mpfr_sin>},
    Reference{"cos", std::cos, exact<mpfr_cos>},
    Reference{"atan", std::atan, exact<mpfr_atan>},
};

} // namespace

const Reference* find_reference(std::string_view name) {
  for (const Reference& reference : kReferences)
    if (reference.name == name)
      return &reference;
  return nullptr;
}

double error(float got, double want) {
  double result;
  if (settled(got, want, result))
    return result;
  return std::fabs(as_finite(got) - want) / ulp(want);
}

} // namespace npuforge::isa
