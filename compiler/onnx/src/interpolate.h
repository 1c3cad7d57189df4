#pragma once
// Interpolation along one axis: for each element of the result, which elements of the input with
// which weights. From ONNX's definition of Resize (and its reference implementation).

#include <optional>
#include <string>

#include "node.h"

namespace npuforge::onnx {

struct Interpolation {
  std::string mode = "nearest"; ///< nearest, linear, cubic
  std::string coordinates = "half_pixel";
  std::string nearest = "round_prefer_floor";
  double cubic_a = -0.75;
  bool exclude_outside = false, antialias = false;
};

/// One axis of a resize.
struct Axis {
  int64_t in, out;
  double scale;              ///< of lengths: out / in as the model says it
  double start = 0, end = 1; ///< region of interest (tf_crop_and_resize)
};

/// The place in the input that an element of the result is taken from.
double source(const Interpolation& how, const Axis& axis, int64_t index);

/// Nearest: the input's element for each of the result.
std::vector<int64_t> nearest_indices(const Interpolation& how, const Axis& axis);

/// Linear and cubic: the matrix [out, in] of weights, row-major.
std::vector<double> weight_matrix(const Interpolation& how, const Axis& axis);

/// Weights of the four neighbours of a place at the fraction t behind the second one.
std::array<double, 4> cubic_weights(double t, double a);

} // namespace npuforge::onnx
