#pragma once
// Functions that are bodies of control flow (ControlOps.td). Each is called by one operation.

#include "npuforge/compiler/graph/Graph.h"

namespace npuforge::graph {

/// Is it an if, a loop or a stop?
bool isControl(mlir::Operation& op);
/// The function of a symbol that an operation of control flow names; null if there is none.
mlir::func::FuncOp functionOf(mlir::Operation* op, llvm::StringRef symbol);
/// All functions that it calls: an if's @then and @otherwise, a loop's @body.
llvm::SmallVector<mlir::func::FuncOp> bodiesOf(mlir::Operation* op);
/// Is it a network, and no body? Then its arguments and results are the network's ends.
bool isNetwork(mlir::func::FuncOp function);

/// A new function of the module, with a block and nothing in it. `name` gets a number where it is
/// taken.
mlir::func::FuncOp openFunction(mlir::ModuleOp module, llvm::StringRef name,
                                mlir::Location location);
/// Ends a function with `results`. What its code uses of the functions around it becomes arguments
/// behind the others; constants are copied into it. Returns those values.
llvm::SmallVector<mlir::Value> closeFunction(mlir::func::FuncOp function, mlir::ValueRange results);
/// Erases a function and all that its control flow calls.
void eraseFunction(mlir::func::FuncOp function);

} // namespace npuforge::graph
