#include "round_real.h"

#include <algorithm>
#include <cfenv>
#include <cmath>
#include <cstdlib>

namespace npuforge::isa {
namespace {

struct Format {
  int precision;    ///< bits of the significand, the hidden one included
  int min_exponent; ///< of the smallest normal number
  int max_exponent; ///< of the largest one
};

Format format_of(Type type) {
  switch (type) {
  case Type::F16:
    return {11, -14, 15};
  case Type::BF16:
    return {8, -126, 127};
  default:
    return {24, -126, 127};
  }
}

/// The literal's value with the rest of its digits in the last bit: rounding that to fewer bits is
/// rounding the literal.
long double read_to_odd(const std::string& text) {
  const int mode = std::fegetround();
  std::fesetround(FE_DOWNWARD);
  const long double low = std::strtold(text.c_str(), nullptr);
  std::fesetround(FE_UPWARD);
  const long double high = std::strtold(text.c_str(), nullptr);
  std::fesetround(mode);
  if (low == high || !std::isfinite(low) || !std::isfinite(high))
    return std::isfinite(low) ? low : high;
  if (low == 0 || high == 0)
    return low == 0 ? high : low;
  int exponent = 0;
  const long double significand = std::frexp(low, &exponent);
  const bool odd = std::fmod(std::ldexp(significand, 64), 2.0L) != 0;
  return odd ? low : high;
}

} // namespace

int64_t round_real(Type type, long double value) {
  const Format format = format_of(type);
  const int stored = format.precision - 1;
  const int64_t sign = std::signbit(value) ? int64_t{1} << (bits_of(type) - 1) : 0;
  const int64_t infinity = int64_t{2 * format.max_exponent + 1} << stored;
  if (std::isnan(value))
    return infinity | int64_t{1} << (stored - 1);
  if (std::isinf(value))
    return sign | infinity;
  if (value == 0)
    return sign;
  const int exponent = std::max(std::ilogb(value), format.min_exponent);
  // The significand counts quanta; a carry out of it goes into the exponent by itself.
  const auto significand =
      static_cast<int64_t>(std::rint(std::scalbn(std::fabs(value), stored - exponent)));
  const int64_t biased = exponent - format.min_exponent; // that of the hidden bit is in the sum
  const int64_t bits = exponent > format.max_exponent ? infinity : (biased << stored) + significand;
  return sign | std::min(bits, infinity);
}

std::optional<int64_t> round_literal(Type type, const std::string& text) {
  if (text == "inf" || text == "-inf")
    return round_real(type, text[0] == '-' ? -INFINITY : INFINITY);
  const int64_t bits = round_real(type, read_to_odd(text));
  const double value = real_value(type, bits);
  const bool hex = text.find("0x") != std::string::npos;
  const std::size_t first = hex ? text.find("0x") + 2 : 0;
  const std::string digits = text.substr(first, text.find(hex ? 'p' : 'e', first) - first);
  const bool written_zero = digits.find_first_not_of("-0.") == std::string::npos;
  if (std::isinf(value) || (value == 0 && !written_zero))
    return std::nullopt;
  return bits;
}

double real_value(Type type, int64_t bits) {
  const Format format = format_of(type);
  const int stored = format.precision - 1;
  const double sign = bits >> (bits_of(type) - 1) & 1 ? -1 : 1;
  const int64_t fraction = bits & ((int64_t{1} << stored) - 1);
  const int biased = static_cast<int>(bits >> stored & (2 * format.max_exponent + 1));
  if (biased == 2 * format.max_exponent + 1)
    return fraction ? NAN : sign * INFINITY;
  const int64_t hidden = biased ? int64_t{1} << stored : 0;
  const int exponent = std::max(biased, 1) - 1 + format.min_exponent - stored;
  return sign * std::ldexp(static_cast<double>(hidden | fraction), exponent);
}

std::optional<int64_t> exact_float(Type type, int64_t value) {
  const int64_t bits = round_real(type, static_cast<long double>(value));
  if (real_value(type, bits) != static_cast<long double>(value))
    return std::nullopt;
  return bits;
}

} // namespace npuforge::isa
