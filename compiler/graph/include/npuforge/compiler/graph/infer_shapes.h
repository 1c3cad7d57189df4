#pragma once
// Shapes of the imported operators.

#include "npuforge/compiler/graph/build.h"

namespace npuforge::graph {

/// The shape of an operation's result from its ranked operands. Resolves automatic padding,
/// ceil_mode, reshape's -1 and 0 in the operation's attributes. Throws BuildError.
Shape inferShape(mlir::Operation* op);

/// Gives the operation's result its static type. Throws BuildError.
void setInferredType(mlir::Operation* op);

} // namespace npuforge::graph
