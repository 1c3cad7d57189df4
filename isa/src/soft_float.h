#pragma once
// The float types on the host's float and double, each operation rounded once, without branches so
// that loops over it vectorise. A 16-bit value is computed with as a float: float has more than
// twice its bits plus two, so that rounding sums and products to float and then to 16 bits is
// rounding them once (Figueroa, "When is double rounding innocuous?", 1995). Where that does not
// hold, the intermediate is rounded to odd: inexact results get an odd last bit, which no later
// rounding to at least two bits less can take for a tie or for exact (Boldo and Melquiond,
// "Emulation of FMA and correctly rounded sums", 2008).

#include <bit>
#include <cmath>
#include <cstdint>

#include "npuforge/isa/float_bits.h"

#include "native.h"

namespace npuforge::isa {

template <Type type>
inline constexpr Native<type> kNan = 0;
template <>
inline constexpr uint32_t kNan<Type::F32> = kFloatNan;
template <>
inline constexpr uint16_t kNan<Type::F16> = kHalfNan;
template <>
inline constexpr uint16_t kNan<Type::BF16> = kBfloatNan;

/// The value, exactly.
template <Type type>
inline float widen(Native<type> bits) {
  if constexpr (type == Type::F32)
    return float_of(bits);
  else if constexpr (type == Type::BF16)
    return widen_bfloat(bits);
  else
    return widen_half(bits);
}

/// Bits of a float rounded to the type; every NaN becomes the canonical one.
template <Type type>
inline Native<type> narrow(float value) {
  if constexpr (type == Type::F16)
    return round_to_half(value);
  else if constexpr (type == Type::BF16)
    return round_to_bfloat(value);
  else
    return value != value ? kNan<type> : bits_of(value);
}

/// A double rounded to odd in float.
inline float odd_float(double value) {
  const auto nearest = static_cast<float>(value);
  const double back = nearest;
  const uint32_t bits = bits_of(nearest);
  // An infinity that was finite comes back to the largest float, which is odd.
  const bool inexact = back != value && value == value;
  const uint32_t step = std::fabs(value) > std::fabs(back) ? 1 : -1U;
  return float_of(inexact && !(bits & 1) ? bits + step : bits);
}

/// a * b + c for values of at most 24 bits, rounded to odd in double: the product is exact, and the
/// sum's error says whether the sum is (Knuth's TwoSum).
inline double odd_fma(double a, double b, double c) {
  const double product = a * b, sum = product + c;
  const double part = sum - product, error = (product - (sum - part)) + (c - part);
  const auto bits = std::bit_cast<uint64_t>(sum);
  const bool inexact = error < 0 || error > 0; // not for infinities, whose error is NaN
  const uint64_t step = (error > 0) == (sum > 0) ? 1 : ~uint64_t{0};
  return std::bit_cast<double>(inexact && !(bits & 1) ? bits + step : bits);
}

template <Type type>
inline Native<type> round_double(double value) {
  if constexpr (type == Type::F32)
    return narrow<type>(static_cast<float>(value));
  else
    return narrow<type>(odd_float(value));
}

template <Type type>
inline Native<type> fused_multiply_add(Native<type> a, Native<type> b, Native<type> c) {
#ifdef __FMA__
  if constexpr (type == Type::F32)
    return narrow<type>(std::fma(float_of(a), float_of(b), float_of(c)));
#endif
  return round_double<type>(odd_fma(widen<type>(a), widen<type>(b), widen<type>(c)));
}

/// The values' order as that of signed integers; -0 is below +0.
inline int32_t order(float value) {
  const auto bits = std::bit_cast<int32_t>(value);
  return bits ^ ((bits >> 31) & 0x7fffffff);
}

/// IEEE 754-2019 minimum and maximum.
inline float minimum(float a, float b) {
  const float less = order(a) < order(b) ? a : b;
  return a != a || b != b ? float_of(kNan<Type::F32>) : less;
}
inline float maximum(float a, float b) {
  const float greater = order(a) > order(b) ? a : b;
  return a != a || b != b ? float_of(kNan<Type::F32>) : greater;
}

} // namespace npuforge::isa
