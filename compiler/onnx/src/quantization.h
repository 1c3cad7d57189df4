#pragma once
// Quantised values: with constant f32 scales and 8 bits (dequantised: 32, too) as the passes on
// quantised networks want them, as maps otherwise.

#include "node.h"

namespace npuforge::onnx {

/// A tensor's scale and zero point: numbers, or one for each slice of an axis.
struct Quantised {
  mlir::Value scale, zero; ///< zero may be null: 0
  int64_t axis = 1;
  int64_t block =
      0; ///< if not 0, one for each so many elements along the axis, in each of its lines
};

/// Whether scale and zero point are constants that those passes can take.
bool known_now(const Quantised& q);

/// round(x / scale) + zero, within the bounds of `type` (integers of up to 16 bits).
mlir::Value quantized(const graph::Build& build, mlir::Value x, const Quantised& q,
                      mlir::Type type);

/// (x - zero) * scale, of the scale's type.
mlir::Value dequantized(const graph::Build& build, mlir::Value x, const Quantised& q);

} // namespace npuforge::onnx
