#include "npuforge/compiler/quantize/distribution.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "methods.h"

namespace npuforge::quantize {

Range hull(Range a, Range b) {
  return {std::min(a.low, b.low), std::max(a.high, b.high)};
}

void Distribution::widen(std::span<const double> values) {
  for (double value : values) {
    if (!std::isfinite(value))
      throw std::domain_error(std::isnan(value) ? "a value is NaN" : "a value is infinite");
    range_.low = std::min(range_.low, value);
    range_.high = std::max(range_.high, value);
  }
}

size_t Distribution::bin(double value) const {
  if (!(value >= range_.low && value <= range_.high))
    throw std::domain_error("a value lies outside the range that was seen before");
  if (range_.width() == 0)
    return 0;
  const double at = (value - range_.low) / range_.width() * static_cast<double>(kBins);
  return std::min(static_cast<size_t>(at), kBins - 1);
}

void Distribution::add(std::span<const double> values) {
  bins_.resize(kBins);
  for (double value : values) {
    bins_[bin(value)] += 1;
    zeros_ += value == 0;
  }
  total_ += static_cast<double>(values.size());
}

std::vector<double> Distribution::without_zeros() const {
  std::vector<double> bins = bins_;
  if (!bins.empty())
    bins[bin(0)] -= zeros_;
  return bins;
}

std::string name(Method method) {
  switch (method) {
  case Method::kMinMax:
    return "minmax";
  case Method::kPercentile:
    return "percentile";
  case Method::kEntropy:
    return "entropy";
  case Method::kMse:
    return "mse";
  }
  return "?";
}

Range choose_range(const Distribution& distribution, Method method, double percentile) {
  if (distribution.total() == 0 || distribution.range().width() == 0)
    return distribution.range();
  switch (method) {
  case Method::kMinMax:
    return distribution.range();
  case Method::kPercentile:
    return percentile_range(distribution, percentile);
  case Method::kEntropy:
    return entropy_range(distribution);
  case Method::kMse:
    return mse_range(distribution);
  }
  return distribution.range();
}

Scale scale_of(Range range) {
  const auto scale = static_cast<float>(range.width() / 255);
  if (!(scale > 0)) // nothing but zeros
    return {};
  const double zero = std::nearbyint(-128 - range.low / static_cast<double>(scale));
  return {scale, static_cast<int32_t>(std::clamp(zero, -128.0, 127.0))};
}

} // namespace npuforge::quantize
