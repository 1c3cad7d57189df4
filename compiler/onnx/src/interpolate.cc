#include "interpolate.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

namespace npuforge::onnx {
namespace {

/// An even number of taps around a place and their weights, the first of which is at `first`.
struct Taps {
  int64_t first;
  std::vector<double> weights;
};

double linear_kernel(double x) {
  return std::max(0.0, 1 - std::abs(x));
}

double cubic_kernel(double x, double a) {
  x = std::abs(x);
  if (x < 1)
    return ((a + 2) * x - (a + 3)) * x * x + 1;
  return x < 2 ? a * (((x - 5) * x + 8) * x - 4) : 0;
}

/// Weights by the kernel's distance; with antialias it is stretched where the result is smaller.
Taps taps_at(const Interpolation& how, double place, double scale) {
  const double support = how.mode == "cubic" ? 2 : 1;
  const double stretch = how.antialias && scale < 1 ? scale : 1;
  Taps taps;
  taps.first = static_cast<int64_t>(std::floor(place - support / stretch)) + 1;
  const auto last = static_cast<int64_t>(std::floor(place + support / stretch));
  for (int64_t i = taps.first; i <= last; ++i) {
    const double distance = (static_cast<double>(i) - place) * stretch;
    taps.weights.push_back(how.mode == "cubic" ? cubic_kernel(distance, how.cubic_a)
                                               : linear_kernel(distance));
  }
  return taps;
}

} // namespace

std::array<double, 4> cubic_weights(double t, double a) {
  return {cubic_kernel(t + 1, a), cubic_kernel(t, a), cubic_kernel(1 - t, a),
          cubic_kernel(2 - t, a)};
}

double source(const Interpolation& how, const Axis& axis, int64_t index) {
  const auto x = static_cast<double>(index), in = static_cast<double>(axis.in),
             out = static_cast<double>(axis.out);
  const double length = in * axis.scale; // what the result's would be without rounding
  if (how.coordinates == "half_pixel")
    return (x + 0.5) / axis.scale - 0.5;
  if (how.coordinates == "half_pixel_symmetric") {
    const double adjustment = out / length, centre = in / 2;
    return centre * (1 - adjustment) + (x + 0.5) / axis.scale - 0.5;
  }
  if (how.coordinates == "pytorch_half_pixel")
    return axis.out > 1 ? (x + 0.5) / axis.scale - 0.5 : 0;
  if (how.coordinates == "align_corners")
    return axis.out > 1 ? x * (in - 1) / (length - 1) : 0;
  if (how.coordinates == "asymmetric")
    return x / axis.scale;
  if (how.coordinates == "tf_half_pixel_for_nn")
    return (x + 0.5) / axis.scale;
  if (how.coordinates == "tf_crop_and_resize")
    return axis.out > 1
               ? axis.start * (in - 1) + x * (axis.end - axis.start) * (in - 1) / (length - 1)
               : 0.5 * (axis.start + axis.end) * (in - 1);
  throw Unsupported(
      fmt::format("coordinate_transformation_mode '{}' is not known", how.coordinates));
}

std::vector<int64_t> nearest_indices(const Interpolation& how, const Axis& axis) {
  std::vector<int64_t> indices;
  for (int64_t i = 0; i < axis.out; ++i) {
    const double place = source(how, axis, i);
    double nearest = 0;
    if (how.nearest == "floor")
      nearest = std::floor(place);
    else if (how.nearest == "ceil")
      nearest = std::ceil(place);
    else if (how.nearest == "round_prefer_floor")
      nearest = std::ceil(place - 0.5);
    else if (how.nearest == "round_prefer_ceil")
      nearest = std::floor(place + 0.5);
    else
      throw Unsupported(fmt::format("nearest_mode '{}' is not known", how.nearest));
    indices.push_back(std::clamp<int64_t>(static_cast<int64_t>(nearest), 0, axis.in - 1));
  }
  return indices;
}

std::vector<double> weight_matrix(const Interpolation& how, const Axis& axis) {
  std::vector<double> matrix(static_cast<size_t>(graph::elements({axis.out, axis.in})), 0);
  for (int64_t o = 0; o < axis.out; ++o) {
    Taps taps = taps_at(how, source(how, axis, o), axis.scale);
    double sum = 0;
    for (size_t k = 0; k < taps.weights.size(); ++k) {
      const int64_t at = taps.first + static_cast<int64_t>(k);
      if (how.exclude_outside && (at < 0 || at >= axis.in))
        taps.weights[k] = 0;
      sum += taps.weights[k];
    }
    for (size_t k = 0; k < taps.weights.size(); ++k) {
      const int64_t at = taps.first + static_cast<int64_t>(k);
      matrix[static_cast<size_t>(o * axis.in + std::clamp<int64_t>(at, 0, axis.in - 1))] +=
          taps.weights[k] / sum;
    }
  }
  return matrix;
}

} // namespace npuforge::onnx
