// The range that loses least information: for each symmetric threshold, how far the clipped
// histogram P is from the one Q that 255 steps can tell apart (Kullback-Leibler divergence).
#include <algorithm>
#include <cmath>
#include <limits>

#include "methods.h"

namespace npuforge::quantize {
namespace {

constexpr size_t kThresholds = 256; ///< that are tried
constexpr size_t kLevels = 256;     ///< of 8 bits
constexpr double kNothing = 1e-6;   ///< of a distribution, where Q has no value and P has some

/// Bins [first, last) of the histogram.
struct Window {
  size_t first, last;
  size_t size() const { return last - first; }
};

/// The window's bins, those outside added to its ends.
std::vector<double> clipped(const std::vector<double>& bins, Window window) {
  std::vector<double> result(bins.begin() + static_cast<ptrdiff_t>(window.first),
                             bins.begin() + static_cast<ptrdiff_t>(window.last));
  for (size_t i = 0; i < window.first; ++i)
    result.front() += bins[i];
  for (size_t i = window.last; i < bins.size(); ++i)
    result.back() += bins[i];
  return result;
}

/// The window's bins after quantisation: the values of one level spread over its occupied bins.
std::vector<double> quantised(const std::vector<double>& bins, Window window) {
  std::vector<double> result(window.size());
  for (size_t level = 0; level < kLevels; ++level) {
    const size_t begin = level * window.size() / kLevels,
                 end = (level + 1) * window.size() / kLevels;
    double sum = 0, occupied = 0;
    for (size_t i = begin; i < end; ++i) {
      sum += bins[window.first + i];
      occupied += bins[window.first + i] > 0;
    }
    for (size_t i = begin; i < end; ++i)
      if (bins[window.first + i] > 0)
        result[i] = sum / occupied;
  }
  return result;
}

double divergence(const std::vector<double>& p, const std::vector<double>& q) {
  double p_sum = 0, q_sum = 0, result = 0;
  for (size_t i = 0; i < p.size(); ++i) {
    p_sum += p[i];
    q_sum += q[i];
  }
  if (q_sum == 0)
    return std::numeric_limits<double>::infinity();
  for (size_t i = 0; i < p.size(); ++i)
    if (p[i] > 0)
      result += p[i] / p_sum * std::log(p[i] / p_sum / std::max(q[i] / q_sum, kNothing));
  return result;
}

} // namespace

Range entropy_range(const Distribution& distribution) {
  const std::vector<double> bins = distribution.without_zeros();
  const Range whole = distribution.range();
  const double largest = std::max(-whole.low, whole.high);
  Range best = whole;
  double least = std::numeric_limits<double>::infinity();
  for (size_t i = kThresholds; i > 0; --i) { // of equals the widest
    const double threshold = largest * static_cast<double>(i) / kThresholds;
    const Range range{std::max(whole.low, -threshold), std::min(whole.high, threshold)};
    auto bin = [&](double at) {
      return static_cast<size_t>(std::nearbyint((at - whole.low) / distribution.bin_width()));
    };
    const Window window{bin(range.low), bin(range.high)};
    if (window.size() < kLevels)
      break;
    const double loss = divergence(clipped(bins, window), quantised(bins, window));
    if (loss < least) {
      least = loss;
      best = range;
    }
  }
  return best;
}

} // namespace npuforge::quantize
