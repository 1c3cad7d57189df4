#pragma once
// Elements of a tensor at places between its elements.

#include <string>

#include "node.h"

namespace npuforge::onnx {

/// What lies beyond an input's borders.
enum class Padding { kZeros, kBorder, kReflection };

struct Sampling {
  std::string mode; ///< linear, cubic, nearest
  Padding padding = Padding::kZeros;
  bool align_corners =
      false; ///< -1 and 1 are the middles of the outermost elements, not their ends

  /// From [-1, 1] to the elements of an axis.
  Scalar place(const Scalar& x, int64_t size) const;
  /// A place mirrored at the borders until it lies inside.
  Scalar reflected(const Scalar& x, int64_t size) const;
};

/// Sums of weighted neighbours, in any number of dimensions. `input` [N, C, S..], f32; `places`:
/// for each spatial axis the place of each sample in elements, [N, samples]. The result is [N,
/// samples, C].
mlir::Value sample(const graph::Build& build, mlir::Value input, Values places,
                   const Sampling& sampling);

} // namespace npuforge::onnx
