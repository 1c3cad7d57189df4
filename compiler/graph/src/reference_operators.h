#pragma once
// Operators of the reference interpreter, one function each; evaluate() in tensor_interpreter.cc
// chooses. All throw InterpreterError.

#include "npuforge/compiler/graph/Graph.h"
#include "npuforge/compiler/graph/reference_tensor.h"

namespace npuforge::graph::reference {

using Operands = llvm::ArrayRef<Tensor>;

Tensor compute(ConstantOp op, Operands x);
Tensor compute(MoveOp op, Operands x);
Tensor compute(ReduceOp op, Operands x);
Tensor compute(GatherOp op, Operands x);
Tensor compute(ScatterOp op, Operands x);
Tensor compute(ContractOp op, Operands x);
Tensor compute(ConvolveOp op, Operands x);
Tensor compute(PoolOp op, Operands x);

// Imported stage.
Tensor compute(QuantizeOp op, Operands x);
Tensor compute(DequantizeOp op, Operands x);
Tensor compute(ConvOp op, Operands x);
Tensor compute(MaxPoolOp op, Operands x);
Tensor compute(AveragePoolOp op, Operands x);
Tensor compute(GlobalAveragePoolOp op, Operands x);
Tensor compute(GemmOp op, Operands x);
Tensor compute(MatMulOp op, Operands x);
Tensor compute(AddOp op, Operands x);
Tensor compute(ReluOp op, Operands x);
Tensor compute(ClipOp op, Operands x);
Tensor compute(IdentityOp op, Operands x);
Tensor compute(FlattenOp op, Operands x);
Tensor compute(ReshapeOp op, Operands x);
Tensor compute(TransposeOp op, Operands x);

/// Zeros of the type that the operation's result has. Throws if its shape is not known.
Tensor make_result(mlir::Operation* op);

/// An f32 operand of a product as the array takes it: in the type of the attribute `precision`.
Tensor in_precision(mlir::Operation* op, const Tensor& x);

/// The operand's elements in another shape.
Tensor reshaped(const Tensor& x, llvm::ArrayRef<int64_t> shape);

/// Calls visit(index, linear) for every index below the extents, in row-major order.
template <typename Visit>
void for_each_index(llvm::ArrayRef<int64_t> extents, Visit visit) {
  Shape index(extents.size(), 0);
  const int64_t total = count_of(extents);
  for (int64_t linear = 0; linear < total; ++linear) {
    visit(index, linear);
    for (size_t d = extents.size(); d-- > 0;) {
      if (++index[d] < extents[d])
        break;
      index[d] = 0;
    }
  }
}

inline int64_t dot(llvm::ArrayRef<int64_t> a, llvm::ArrayRef<int64_t> b) {
  int64_t sum = 0;
  for (size_t i = 0; i < a.size(); ++i)
    sum += a[i] * b[i];
  return sum;
}

} // namespace npuforge::graph::reference
