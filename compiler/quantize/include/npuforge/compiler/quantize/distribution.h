#pragma once
// What samples show of one tensor, and the range that 8 bits should cover of it.

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace npuforge::quantize {

/// An interval of real numbers that contains 0, so that 0 is exact in 8 bits.
struct Range {
  double low = 0, high = 0;

  double width() const { return high - low; }
};

/// Both intervals.
Range hull(Range a, Range b);

/// The values of one tensor over all samples: first their range (widen), then their histogram (add)
/// over it.
class Distribution {
public:
  static constexpr size_t kBins = 2048;

  /// Throws std::domain_error if a value is no finite number.
  void widen(std::span<const double> values);
  /// After the last widen. Throws std::domain_error if a value lies outside the range.
  void add(std::span<const double> values);

  const Range& range() const { return range_; } ///< of all values, and of 0
  double bin_width() const { return range_.width() / kBins; }
  double centre(size_t bin) const {
    return range_.low + (static_cast<double>(bin) + 0.5) * bin_width();
  }
  const std::vector<double>& bins() const { return bins_; } ///< values in each, zeros included
  /// The bins without the values that are exactly 0, which any quantisation keeps exactly.
  std::vector<double> without_zeros() const;
  double total() const { return total_; } ///< values added

private:
  size_t bin(double value) const;

  Range range_;
  std::vector<double> bins_;
  double zeros_ = 0, total_ = 0;
};

enum class Method {
  kMinMax,     ///< all values
  kPercentile, ///< all but the share of outliers that is left at each end
  kEntropy,    ///< least Kullback-Leibler divergence (S. Migacz, "8-bit inference with TensorRT",
               ///< 2017)
  kMse,        ///< least mean square error: rounding inside, clipping outside
};

/// "minmax", "percentile", "entropy", "mse".
std::string name(Method method);

/// The range to quantise. `percentile`: for kPercentile, e.g. 99.99: as many percent of the values
/// are not above the upper end, and as many not below the lower one.
Range choose_range(const Distribution& distribution, Method method, double percentile);

/// Quantisation to i8: real = scale * (q - zero_point).
struct Scale {
  float scale = 1;
  int32_t zero_point = 0;
};

/// 255 steps over the range; 0 is exact.
Scale scale_of(Range range);

} // namespace npuforge::quantize
