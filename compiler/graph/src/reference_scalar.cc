#include "npuforge/compiler/graph/interpreter.h"

#include "reference_loops.h"

namespace npuforge::graph::reference {

void evaluate_scalar(mlir::Operation* op, llvm::ArrayRef<const Column*> x, size_t count,
                     Column& result) {
  Loops loops(op, x, count, result);
  if (!loops.floats() && !loops.integers() && !loops.functions() && !loops.others())
    throw InterpreterError("a body has " + op->getName().getStringRef().str() +
                           ", which the interpreter does not know");
}

} // namespace npuforge::graph::reference
