// Floating-point operations against MPFR, which shares nothing with the library but IEEE 754: exact
// arithmetic, rounded once by mpfr_set with the format's precision and range of exponents.
#include <cstring>
#include <functional>
#include <random>

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <mpfr.h>

#include "npuforge/isa/evaluate.h"

#include "random_expression.h"

namespace npuforge::isa {
namespace {

struct Real {
  Real() { mpfr_init2(value, 600); } // products and sums of all values that floats have, exactly
  ~Real() { mpfr_clear(value); }
  Real(const Real&) = delete;
  mpfr_t value;
};

struct FloatFormat {
  Type type;
  int precision, stored, bias;
};
constexpr FloatFormat kFormats[] = {
    {Type::F16, 11, 10, 15}, {Type::BF16, 8, 7, 127}, {Type::F32, 24, 23, 127}};

const FloatFormat& format_of(Type type) {
  return *std::find_if(std::begin(kFormats), std::end(kFormats),
                       [type](const FloatFormat& f) { return f.type == type; });
}

void set(Real& real, Type type, int64_t bits) {
  const FloatFormat& f = format_of(type);
  const int64_t fraction = bits & ((int64_t{1} << f.stored) - 1);
  const int64_t exponent = bits >> f.stored & (2 * f.bias + 1);
  const int sign = bits >> (bits_of(type) - 1) & 1 ? -1 : 1;
  if (exponent == 2 * f.bias + 1 && fraction)
    mpfr_set_nan(real.value);
  else if (exponent == 2 * f.bias + 1)
    mpfr_set_inf(real.value, sign);
  else if (exponent == 0 && fraction == 0)
    mpfr_set_zero(real.value, sign);
  else
    mpfr_set_si_2exp(real.value, sign * (fraction | (exponent ? int64_t{1} << f.stored : 0)),
                     std::max<int64_t>(exponent, 1) - f.bias - f.stored, MPFR_RNDN);
}

int64_t nan_of(Type type) {
  return type == Type::F32 ? 0x7fc00000 : type == Type::F16 ? 0x7e00 : 0x7fc0;
}

/// Bits of the exact value, rounded once.
int64_t rounded(Type type, const Real& exact) {
  const FloatFormat& f = format_of(type);
  if (mpfr_nan_p(exact.value))
    return nan_of(type);
  mpfr_t value;
  mpfr_init2(value, f.precision);
  mpfr_set_emin(2 - f.bias - f.stored); // of the smallest subnormal, as 0.1b * 2^e
  mpfr_set_emax(f.bias + 1);
  int inexact = mpfr_set(value, exact.value, MPFR_RNDN);
  inexact = mpfr_check_range(value, inexact, MPFR_RNDN);
  mpfr_subnormalize(value, inexact, MPFR_RNDN);
  mpfr_set_emin(mpfr_get_emin_min());
  mpfr_set_emax(mpfr_get_emax_max());
  const int64_t sign = mpfr_signbit(value) ? int64_t{1} << (bits_of(type) - 1) : 0;
  int64_t bits = 0;
  if (mpfr_inf_p(value)) {
    bits = int64_t{2 * f.bias + 1} << f.stored;
  } else if (!mpfr_zero_p(value)) {
    mpfr_abs(value, value, MPFR_RNDN);
    const int64_t exponent = std::max<int64_t>(mpfr_get_exp(value) - 1, 1 - f.bias);
    mpfr_mul_2si(value, value, f.stored - exponent, MPFR_RNDN);
    const int64_t significand = mpfr_get_si(value, MPFR_RNDN);
    bits = ((exponent + f.bias - 1) << f.stored) + significand;
  }
  mpfr_clear(value);
  return sign | bits;
}

using Exact = std::function<void(Real&, const Real&, const Real&, const Real&)>;

/// `text` over x, y, z of the type, against `exact`.
void expect_rounded(Type type, const std::string& text, const Exact& exact, uint64_t seed) {
  RandomExpression random(seed);
  const std::vector<Symbol> symbols{{"x", type}, {"y", type}, {"z", type}};
  const ExprPtr expr = type_check(parse_expression(text), symbols);
  constexpr int kCount = 20'000;
  std::vector<int64_t> values[3];
  std::vector<std::vector<std::byte>> columns(3);
  const void* inputs[3];
  const int bytes = bytes_of(type);
  for (int s = 0; s < 3; ++s) {
    columns[s].resize(kCount * bytes);
    for (int i = 0; i < kCount; ++i) {
      values[s].push_back(random.value(type));
      std::memcpy(&columns[s][i * bytes], &values[s].back(), bytes);
    }
    inputs[s] = columns[s].data();
  }
  std::vector<std::byte> out(kCount * bytes_of(expr->type));
  Kernel(*expr, symbols).run(inputs, out.data(), kCount);
  Real a, b, c, result;
  for (int i = 0; i < kCount; ++i) {
    set(a, type, values[0][i]);
    set(b, type, values[1][i]);
    set(c, type, values[2][i]);
    exact(result, a, b, c);
    const int64_t expected = rounded(expr->type, result);
    int64_t seen = 0;
    std::memcpy(&seen, &out[i * bytes_of(expr->type)], bytes_of(expr->type));
    ASSERT_EQ(seen, expected) << fmt::format("{} in {}: x {:#x}, y {:#x}, z {:#x}", text,
                                             name(type), values[0][i], values[1][i], values[2][i]);
  }
}

TEST(Floats, ArithmeticIsExactAndRoundedOnce) {
  for (Type type : {Type::F16, Type::BF16, Type::F32}) {
    expect_rounded(
        type, "x + y",
        [](Real& r, const Real& a, const Real& b, const Real&) {
          mpfr_add(r.value, a.value, b.value, MPFR_RNDN);
        },
        1);
    expect_rounded(
        type, "x - y",
        [](Real& r, const Real& a, const Real& b, const Real&) {
          mpfr_sub(r.value, a.value, b.value, MPFR_RNDN);
        },
        2);
    expect_rounded(
        type, "x * y",
        [](Real& r, const Real& a, const Real& b, const Real&) {
          mpfr_mul(r.value, a.value, b.value, MPFR_RNDN);
        },
        3);
    expect_rounded(
        type, "fma(x, y, z)",
        [](Real& r, const Real& a, const Real& b, const Real& c) {
          mpfr_fma(r.value, a.value, b.value, c.value, MPFR_RNDN);
        },
        4);
    expect_rounded(
        type, "-x",
        [](Real& r, const Real& a, const Real&, const Real&) {
          mpfr_neg(r.value, a.value, MPFR_RNDN);
        },
        5);
    expect_rounded(
        type, "abs(x)",
        [](Real& r, const Real& a, const Real&, const Real&) {
          mpfr_abs(r.value, a.value, MPFR_RNDN);
        },
        6);
  }
}

TEST(Floats, RoundToIntegralNumbers) {
  for (Type type : {Type::F16, Type::BF16, Type::F32}) {
    expect_rounded(
        type, "floor(x)",
        [](Real& r, const Real& a, const Real&, const Real&) {
          mpfr_rint(r.value, a.value, MPFR_RNDD);
        },
        7);
    expect_rounded(
        type, "ceil(x)",
        [](Real& r, const Real& a, const Real&, const Real&) {
          mpfr_rint(r.value, a.value, MPFR_RNDU);
        },
        8);
    expect_rounded(
        type, "trunc(x)",
        [](Real& r, const Real& a, const Real&, const Real&) {
          mpfr_rint(r.value, a.value, MPFR_RNDZ);
        },
        9);
    expect_rounded(
        type, "round(x)",
        [](Real& r, const Real& a, const Real&, const Real&) {
          mpfr_rint(r.value, a.value, MPFR_RNDN);
        },
        10);
  }
}

TEST(Floats, ConversionsAmongFloatsRoundOnce) {
  for (Type from : {Type::F16, Type::BF16, Type::F32})
    for (Type to : {Type::F16, Type::BF16, Type::F32})
      expect_rounded(
          from, fmt::format("{}(x)", name(to)),
          [](Real& r, const Real& a, const Real&, const Real&) {
            mpfr_set(r.value, a.value, MPFR_RNDN);
          },
          11);
}

TEST(Floats, MinimumAndMaximumOrderZerosAndPassNans) {
  for (Type type : {Type::F16, Type::BF16, Type::F32})
    for (bool least : {true, false})
      expect_rounded(
          type, least ? "min(x, y)" : "max(x, y)",
          [least](Real& r, const Real& a, const Real& b, const Real&) {
            if (mpfr_nan_p(a.value) || mpfr_nan_p(b.value))
              mpfr_set_nan(r.value);
            else if (mpfr_zero_p(a.value) && mpfr_zero_p(b.value))
              mpfr_set_zero(r.value,
                            least ? (mpfr_signbit(a.value) || mpfr_signbit(b.value) ? -1 : 1)
                                  : (mpfr_signbit(a.value) && mpfr_signbit(b.value) ? -1 : 1));
            else
              mpfr_set(r.value, (mpfr_cmp(a.value, b.value) < 0) == least ? a.value : b.value,
                       MPFR_RNDN);
          },
          12);
}

TEST(Floats, IntegersAreRoundedOnce) {
  RandomExpression random(13);
  for (Type from : {Type::I8, Type::U8, Type::I16, Type::I32, Type::U32, Type::I64})
    for (Type to : {Type::F16, Type::BF16, Type::F32}) {
      const ExprPtr expr = type_check(parse_expression(fmt::format("{}(x)", name(to))),
                                      std::vector<Symbol>{{"x", from}});
      for (int i = 0; i < 3000; ++i) {
        const int64_t x = random.value(from);
        Real exact;
        mpfr_set_si(exact.value, x, MPFR_RNDN);
        ASSERT_EQ(evaluate(*expr, [x](std::string_view) { return x; }), rounded(to, exact))
            << name(from) << " to " << name(to) << ": " << x;
      }
    }
}

TEST(Floats, IntegersTakeTheNearestAndSaturate) {
  RandomExpression random(14);
  for (Type from : {Type::F16, Type::BF16, Type::F32})
    for (Type to : {Type::I8, Type::U8, Type::I16, Type::I32, Type::U32, Type::I64}) {
      const ExprPtr expr = type_check(parse_expression(fmt::format("{}(x)", name(to))),
                                      std::vector<Symbol>{{"x", from}});
      const int bits = bits_of(to) - is_signed(to);
      const int64_t high = static_cast<int64_t>(~uint64_t{0} >> (64 - bits));
      const int64_t low = is_signed(to) ? -high - 1 : 0;
      for (int i = 0; i < 3000; ++i) {
        const int64_t x = random.value(from);
        Real exact;
        set(exact, from, x);
        mpfr_rint(exact.value, exact.value, MPFR_RNDN);
        const int64_t expected = mpfr_nan_p(exact.value)             ? 0
                                 : mpfr_cmp_si(exact.value, low) < 0 ? low
                                 : mpfr_cmp_si(exact.value, high) > 0
                                     ? high
                                     : mpfr_get_si(exact.value, MPFR_RNDN);
        ASSERT_EQ(evaluate(*expr, [x](std::string_view) { return x; }), expected)
            << name(from) << " to " << name(to) << fmt::format(": {:#x}", x);
      }
    }
}

TEST(Floats, LiteralsAreRoundedOnceFromAllTheirDigits) {
  std::mt19937_64 draw(15);
  std::vector<std::string> texts{"0.1",
                                 "1e-45",
                                 "65519.99999999999999999999999",
                                 "1.00048828125",
                                 "1.000488281250000000000000000000000001",
                                 "0x1.001p0",
                                 "0x1.00100000000000000000001p0",
                                 "1.00390625",
                                 "1.003906250000000000000000000001",
                                 "-0.0",
                                 "3.4028235e38",
                                 "0x1p-24",
                                 "16777217.0",
                                 "16777217.00000000000000000001"};
  for (int i = 0; i < 2000; ++i)
    texts.push_back(
        fmt::format("{}.{}e{}", draw() % 100, draw(), static_cast<int>(draw() % 9) - 4));
  for (Type type : {Type::F16, Type::BF16, Type::F32})
    for (const std::string& text : texts) {
      Real exact;
      mpfr_t value;
      mpfr_init2(value, 4000);
      mpfr_set_str(value, text.c_str(), text.find('x') == std::string::npos ? 10 : 16, MPFR_RNDN);
      mpfr_set_prec(exact.value, 4000);
      mpfr_set(exact.value, value, MPFR_RNDN);
      mpfr_clear(value);
      const int64_t expected = rounded(type, exact);
      try {
        const ExprPtr literal = type_check(parse_expression(text), std::vector<Symbol>{}, type);
        ASSERT_EQ(literal->literal, expected) << text << " in " << name(type);
      } catch (const ExprError&) {
        const int64_t magnitude = expected & ~(int64_t{1} << (bits_of(type) - 1));
        const int64_t infinity = (nan_of(type) >> (format_of(type).stored))
                                 << format_of(type).stored;
        ASSERT_TRUE(magnitude == infinity || magnitude == 0) << text << " in " << name(type);
      }
    }
}

} // namespace
} // namespace npuforge::isa
