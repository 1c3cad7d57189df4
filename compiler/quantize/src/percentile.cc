// Percentiles of a histogram, linear within a bin.
#include <algorithm>

#include "methods.h"

namespace npuforge::quantize {
namespace {

/// Where the share of values that lie below reaches `share`.
double quantile(const Distribution& distribution, double share) {
  const double wanted = share * distribution.total();
  double below = 0;
  for (size_t i = 0; i < distribution.bins().size(); ++i) {
    const double count = distribution.bins()[i];
    if (count > 0 && below + count >= wanted)
      return distribution.centre(i) + ((wanted - below) / count - 0.5) * distribution.bin_width();
    below += count;
  }
  return distribution.range().high;
}

} // namespace

Range percentile_range(const Distribution& distribution, double percentile) {
  const double share = percentile / 100;
  return {std::min(0.0, quantile(distribution, 1 - share)),
          std::max(0.0, quantile(distribution, share))};
}

} // namespace npuforge::quantize
