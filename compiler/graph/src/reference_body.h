#pragma once
// The body of a graph.map in the reference interpreter.

#include <vector>

#include "npuforge/compiler/graph/Graph.h"
#include "npuforge/compiler/graph/reference_tensor.h"

namespace npuforge::graph::reference {

/// The map's result; operands broadcast. Throws InterpreterError for an operation that it does not
/// know.
Tensor evaluate_map(MapOp map, llvm::ArrayRef<Tensor> operands);

/// One column of elements, as many as a chunk has.
struct Column {
  Reals reals;
  Integers integers;
};

/// One operation of a body on `count` elements of each operand; the result is not yet rounded or
/// wrapped to its type.
void evaluate_scalar(mlir::Operation* op, llvm::ArrayRef<const Column*> x, size_t count,
                     Column& result);

} // namespace npuforge::graph::reference
