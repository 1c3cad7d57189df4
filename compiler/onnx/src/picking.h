#pragma once
// Elements that are picked by flags, and the operators made of it.

#include "npuforge/compiler/graph/build_control.h"

#include "node.h"

namespace npuforge::onnx {

/// The rows of [N, W] whose flag, [N] of i64 0 or 1, is 1, in their order, in the first places of
/// the result; notes how many there are as the extent of the output, whose dimension `dim` the rows
/// become.
mlir::Value picked(Node& node, int output, mlir::Value rows, mlir::Value flags, int64_t dim);

Results non_max_suppression(Node& node);
Results unique(Node& node);

} // namespace npuforge::onnx
