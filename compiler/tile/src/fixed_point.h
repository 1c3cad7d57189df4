#pragma once
// A real factor as multiplier / 2^shift, as the graph's lowered operators write it.

#include <algorithm>
#include <cmath>
#include <cstdint>

namespace npuforge::tile {

struct FixedPoint {
  int64_t multiplier, shift;
};

/// The nearest with 31 significant bits; fewer where the shift would pass 63. `factor` is positive
/// and below 2^31.
inline FixedPoint toFixedPoint(double factor) {
  int exponent = 0;
  std::frexp(factor, &exponent); // factor in [2^(exponent-1), 2^exponent)
  int64_t shift = std::min(31 - exponent, 63);
  auto multiplier =
      static_cast<int64_t>(std::nearbyint(std::ldexp(factor, static_cast<int>(shift))));
  if (multiplier == int64_t{1} << 31)
    multiplier >>= 1, --shift; // rounded up to the next power of two
  return {multiplier, shift};
}

} // namespace npuforge::tile
