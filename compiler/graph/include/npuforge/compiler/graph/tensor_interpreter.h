#pragma once
// The reference for graphs before they are lowered: straight loops over the meaning of each
// operator, sharing no code with the passes and the back end. Folding constants is running it, too.
//
// Precision: integers are exact and wrap as their type does; floats are computed in f64 and rounded
// to the type after each operation of a body, and once at the end of a sum or a product of many
// elements (so a sum of f32 is the exact one, rounded). Functions of math are the host's in f64.
// Operators of the imported stage (conv, gemm, pools, ...) round once, too.

#include <vector>

#include <mlir/Dialect/Func/IR/FuncOps.h>
#include <mlir/IR/BuiltinAttributes.h>

#include "npuforge/compiler/graph/interpreter.h"
#include "npuforge/compiler/graph/reference_tensor.h"

namespace npuforge::graph {

/// The results of one operation for these operands: a tensor operator (TensorOps.td, MapOps.td,
/// constant), one of the imported stage (FloatOps.td), or control flow (ControlOps.td), whose
/// functions are looked up in the module around it. Types: i1, i8 .. i64, ui8 .. ui64, f16,
/// bf16, f32, f64. Throws InterpreterError for any other operation or type, and for rows outside a
/// table.
std::vector<mlir::DenseElementsAttr> evaluate(mlir::Operation* op,
                                              llvm::ArrayRef<mlir::DenseElementsAttr> operands);

/// A function that runs operation by operation, so that inner values can be looked at. The caller
/// steps through the operations of the body in their order. Everything throws InterpreterError,
/// naming the node.
class Interpretation {
public:
  /// One tensor for each argument, each of the argument's type.
  Interpretation(mlir::func::FuncOp main, llvm::ArrayRef<reference::Tensor> inputs);

  /// Computes an operation, of those that evaluate() knows. Returns its results.
  llvm::SmallVector<reference::Tensor> step(mlir::Operation& op);

  /// From here on a value is another tensor of its type.
  void replace(mlir::Value value, reference::Tensor tensor);

  /// A value for one of its uses; it is dropped after the last one. step() takes an operation's
  /// operands in this way.
  reference::Tensor take(mlir::Value value);

  /// Gives a value another content, for all its uses. No use may have been taken.
  void set(mlir::Value value, reference::Tensor tensor);

private:
  struct Held {
    reference::Tensor tensor;
    int64_t uses;
  };

  llvm::DenseMap<mlir::Value, Held> values_;
};

/// Runs a whole function on one tensor for each argument.
llvm::SmallVector<reference::Tensor> runFunction(mlir::func::FuncOp function,
                                                 llvm::ArrayRef<reference::Tensor> inputs);

/// Runs @main, whose operations are those of evaluate(), on one tensor for each argument, each of
/// the argument's type. Throws InterpreterError, naming the node.
std::vector<mlir::DenseElementsAttr>
interpretTensors(mlir::func::FuncOp main, llvm::ArrayRef<mlir::DenseElementsAttr> inputs);

} // namespace npuforge::graph
