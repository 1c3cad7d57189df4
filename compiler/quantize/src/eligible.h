#pragma once
// Which operators have an integer form (graph-lower-qdq, graph-fuse-maps).

#include <mlir/IR/Operation.h>

namespace npuforge::quantize {

/// Why an operator has no integer form; "" if it has one.
std::string why_not_product(mlir::Operation* op);
std::string why_not_pool(mlir::Operation* op);
/// Of one that is part of a chain whose result has this type.
std::string why_not_elementwise(mlir::Operation* op, mlir::RankedTensorType result);
std::string why_not_select(mlir::Operation* op);

/// Does a constant operand of an element-wise operator stay f32: one number, or one a channel
/// (dimension 1)? Others are quantised.
bool stays_constant(mlir::Value constant, mlir::RankedTensorType result);

} // namespace npuforge::quantize
