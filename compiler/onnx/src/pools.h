#pragma once
// Averages over windows, of values that need not be the node's first operand.

#include "node.h"

namespace npuforge::onnx {

/// AveragePool with the node's attributes; x is [N, C, S..].
mlir::Value averaged(Node& node, mlir::Value x);

/// GlobalAveragePool of [N, C, S..].
mlir::Value averaged_whole(Node& node, mlir::Value x);

} // namespace npuforge::onnx
