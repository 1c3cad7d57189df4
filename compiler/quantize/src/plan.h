#pragma once
// Which operators of a network can be computed in 8 bits, and which of them together.

#include <set>
#include <string>
#include <vector>

#include <mlir/Dialect/Func/IR/FuncOps.h>

namespace npuforge::quantize {

/// What becomes one integer operator: the arithmetic and the activation behind it, a chain of
/// element-wise operators, or one operator that moves or selects elements.
struct Layer {
  enum class Kind {
    kProduct,     ///< conv, gemm, matmul of constant weights; then relu, clip
    kPool,        ///< averages; then relu, clip
    kElementwise, ///< sums, activations, maps
    kSelect,      ///< results are elements of the operands: one scale for all of them
    kFloat        ///< has no form in 8 bits
  };
  Kind kind;
  llvm::SmallVector<mlir::Operation*> operations; ///< in order; the last one makes the result
  std::string reason;                             ///< of kFloat: why

  mlir::Operation* core() const { return operations.front(); }
  mlir::Value result() const { return operations.back()->getResult(0); }
  /// What it reads, each value once, constants left out.
  llvm::SmallVector<mlir::Value> inputs() const;
  std::string name() const;      ///< of the core's node
  std::string operation() const; ///< of the core, e.g. "conv"
};

/// All operations of a function but the constants, in order of their results.
std::vector<Layer> plan(mlir::func::FuncOp main);

/// What of the layers is in 8 bits.
struct Selection {
  std::vector<bool> computed; ///< the layer is: its operands are
  std::vector<bool> rounded;  ///< its result is, too
};

/// The selection when the layers of `floating` stay floats: products wherever they are, everything
/// else where its operands are there in 8 bits and its result is of use in 8 bits. A matrix product
/// whose result none but floats read keeps its exact sums.
Selection select(const std::vector<Layer>& layers, const std::set<size_t>& floating);

} // namespace npuforge::quantize
