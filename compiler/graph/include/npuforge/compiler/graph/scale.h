#pragma once
// Real scale ratios as integers, and the one rounding of the project.

#include <cmath>
#include <cstdint>
#include <optional>

namespace npuforge::graph {

/// multiplier / 2^shift, multiplier in [2^30, 2^31) unless the shift would pass 63.
struct Ratio {
  int64_t multiplier;
  int64_t shift;
};

/// The nearest ratio with 31 significant bits. None if the ratio is not positive or not below 2^31.
inline std::optional<Ratio> make_ratio(double real) {
  if (!(real > 0) || !(real < 2147483647.5) || !std::isfinite(real))
    return std::nullopt;
  int exponent;
  std::frexp(real, &exponent); // real in [2^(exponent-1), 2^exponent)
  int shift = 31 - exponent < 63 ? 31 - exponent : 63;
  auto multiplier = static_cast<int64_t>(std::nearbyint(std::ldexp(real, shift)));
  if (multiplier == int64_t{1} << 31) { // rounded up to the next power of two
    multiplier >>= 1;
    --shift;
  }
  if (shift < 0)
    return std::nullopt;
  return Ratio{multiplier, shift};
}

/// value / 2^shift to the nearest integer, ties to even.
inline int64_t round_shift(__int128 value, int64_t shift) {
  if (shift == 0)
    return static_cast<int64_t>(value);
  __int128 half = static_cast<__int128>(1) << (shift - 1), floor = value >> shift,
           rest = value - (floor << shift);
  bool up = rest > half || (rest == half && (floor & 1));
  return static_cast<int64_t>(floor + (up ? 1 : 0));
}

inline int64_t clamp_to(int64_t value, int64_t low, int64_t high) {
  return value < low ? low : value > high ? high : value;
}

} // namespace npuforge::graph
