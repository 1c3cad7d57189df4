#pragma once
// Elements by their numbers along an axis.

#include "node.h"

namespace npuforge::onnx {

/// Indices within [0, size), times a factor: negative ones count from the end; what lies outside,
/// which ONNX forbids, reads the nearest element instead of other memory. i64. Throws Unsupported
/// for constants that lie outside.
mlir::Value inside(const graph::Build& build, mlir::Value indices, int64_t size,
                   int64_t factor = 1);

/// ONNX's Gather: the value's shape with the indices' shape in place of the axis.
mlir::Value taken(const graph::Build& build, mlir::Value value, int64_t axis, mlir::Value indices);

} // namespace npuforge::onnx
