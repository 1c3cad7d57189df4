// The range with the least mean square error. A value inside is rounded to one of 255 steps of
// width s, which costs s^2 / 12 in the mean; one outside is clipped. The ends are searched in turn.
#include <cmath>

#include "methods.h"

namespace npuforge::quantize {
namespace {

constexpr int kFractions = 100; ///< of an end that are tried
constexpr int kRounds = 3;

double error(const Distribution& distribution, const std::vector<double>& bins, Range range) {
  const double step = range.width() / 255, rounding = step * step / 12;
  double sum = 0;
  for (size_t i = 0; i < bins.size(); ++i) {
    const double value = distribution.centre(i), beyond = value < range.low    ? range.low - value
                                                          : value > range.high ? value - range.high
                                                                               : 0;
    sum += bins[i] * (beyond > 0 ? beyond * beyond : rounding);
  }
  return sum;
}

/// Replaces one end by the fraction of the whole range's that gives the least error.
void search(const Distribution& distribution, const std::vector<double>& bins, double Range::* end,
            Range& range) {
  Range best = range;
  double least = error(distribution, bins, range);
  for (int i = kFractions; i > 0; --i) {
    Range tried = range;
    tried.*end = distribution.range().*end * i / kFractions;
    const double found = error(distribution, bins, tried);
    if (found < least) {
      least = found;
      best = tried;
    }
  }
  range = best;
}

} // namespace

Range mse_range(const Distribution& distribution) {
  const std::vector<double> bins = distribution.without_zeros();
  Range range = distribution.range();
  for (int round = 0; round < kRounds; ++round) {
    search(distribution, bins, &Range::low, range);
    search(distribution, bins, &Range::high, range);
  }
  return range;
}

} // namespace npuforge::quantize
