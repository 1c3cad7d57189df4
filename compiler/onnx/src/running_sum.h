#pragma once
// Sums of all elements up to each one.

#include "node.h"

namespace npuforge::onnx {

/// Along an axis; `exclusive`: without the element itself. In steps of 1, 2, 4, ...: each adds the
/// tensor shifted by the step.
mlir::Value running_sum(const graph::Build& build, mlir::Value value, size_t axis, bool exclusive,
                        bool reverse);

} // namespace npuforge::onnx
