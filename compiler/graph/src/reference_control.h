#pragma once
// Control flow in the reference interpreter. Throws InterpreterError.

#include "npuforge/compiler/graph/Graph.h"
#include "npuforge/compiler/graph/reference_tensor.h"

namespace npuforge::graph::reference {

llvm::SmallVector<Tensor> computeControl(IfOp op, llvm::ArrayRef<Tensor> operands);
/// A loop that ends in no time is stopped after kMostTurns.
llvm::SmallVector<Tensor> computeControl(LoopOp op, llvm::ArrayRef<Tensor> operands);

constexpr int64_t kMostTurns = int64_t{1} << 24;

} // namespace npuforge::graph::reference
