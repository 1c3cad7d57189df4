#pragma once
// Several images at once: a network beside itself, which machines of several cores compute side by
// side.

#include <mlir/IR/BuiltinOps.h>

namespace npuforge::graph {

/// @main of a lowered network computes `count` images: the inputs and outputs of the i-th, from 0,
/// have ".i" behind their names. They have the constants in common. Fails, with an error, where
/// there is control flow.
mlir::LogicalResult makeImages(mlir::ModuleOp module, int64_t count);

} // namespace npuforge::graph
