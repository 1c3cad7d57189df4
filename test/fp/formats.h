// The formats as the host computes them: decoding, rounding, canonical NaNs. Shares nothing with
// the RTL's way of doing it.
#pragma once

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>

namespace npuforge::fp {

/// A binary format of IEEE 754. Numbers are held as their bits.
template <int ExpBits, int ManBits>
struct Format {
  static constexpr int kExpBits = ExpBits, kManBits = ManBits;
  static constexpr int kBias = (1 << (ExpBits - 1)) - 1;
  static constexpr int kExpMax = (1 << ExpBits) - 1;
  static constexpr uint32_t kSign = 1u << (ExpBits + ManBits);
  static constexpr uint32_t kFraction = (1u << ManBits) - 1;
  static constexpr uint32_t kInfinity = uint32_t(kExpMax) << ManBits;
  static constexpr uint32_t kNan = kInfinity | 1u << (ManBits - 1);
  static constexpr uint32_t kMask = kSign | (kSign - 1);

  static bool is_nan(uint32_t bits) { return (bits & ~kSign) > kInfinity; }
  static uint32_t canonical(uint32_t bits) { return is_nan(bits) ? kNan : bits; }
  static int exponent(uint32_t bits) { return int(bits >> ManBits & uint32_t(kExpMax)); }

  /// Exact: every number of these formats is one of double.
  static double decode(uint32_t bits) {
    const int e = exponent(bits);
    const double fraction = bits & kFraction;
    double value;
    if (e == kExpMax)
      value = fraction != 0 ? std::numeric_limits<double>::quiet_NaN()
                            : std::numeric_limits<double>::infinity();
    else if (e == 0)
      value = std::ldexp(fraction, 1 - kBias - ManBits);
    else
      value = std::ldexp(fraction + (1 << ManBits), e - kBias - ManBits);
    return bits & kSign ? -value : value;
  }

  /// Rounds once, to nearest even: scales the last place to 1 and lets the host round to an
  /// integer.
  static uint32_t encode(double value) {
    if (std::isnan(value))
      return kNan;
    const uint32_t sign = std::signbit(value) ? kSign : 0;
    const double size = std::fabs(value);
    if (size == 0)
      return sign;
    if (std::isinf(size))
      return sign | kInfinity;
    const int last = std::max(std::ilogb(size), 1 - kBias) - ManBits;
    const double rounded = std::ldexp(std::nearbyint(std::ldexp(size, -last)), last);
    if (rounded >= std::ldexp(1.0, kBias + 1))
      return sign | kInfinity;
    if (rounded == 0)
      return sign;
    const int e = std::max(std::ilogb(rounded), 1 - kBias);
    const auto whole = uint32_t(std::ldexp(rounded, ManBits - e));
    return sign | (whole + (uint32_t(e - 1 + kBias) << ManBits));
  }
};

using F32 = Format<8, 23>;
using F16 = Format<5, 10>;
using BF16 = Format<8, 7>;

inline float to_float(uint32_t bits) {
  return std::bit_cast<float>(bits);
}
inline uint32_t from_float(float value) {
  return F32::canonical(std::bit_cast<uint32_t>(value));
}

/// a * b + c for operands of 16-bit formats, rounded to odd: a further rounding to the format then
/// gives what one rounding of the exact value gives. The product is exact in double.
inline double fma_to_odd(double a, double b, double c) {
  const double product = a * b, sum = product + c;
  if (!std::isfinite(sum))
    return sum;
  const double c_part = sum - product;
  const double error = (product - (sum - c_part)) + (c - c_part);
  const auto bits = std::bit_cast<uint64_t>(sum);
  if (error == 0 || bits % 2 == 1)
    return sum;
  return std::bit_cast<double>(std::signbit(error) == std::signbit(sum) ? bits + 1 : bits - 1);
}

} // namespace npuforge::fp
