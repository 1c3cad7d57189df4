#pragma once
// Which tensors lie in blocks of channels: the i8 tensors [1, C, H, W] of integer operators. All
// others are tensor operators', of any rank.

#include "lowering.h"

namespace npuforge::graph {

/// Tensors in blocks have at most this many elements: each has an index while views are folded.
constexpr int64_t kMostBlockElements = 1 << 25;

/// [1, C, H, W] of a network shape: [N], [1, N], [1, C, L] get dimensions of 1. Throws NotLowered
/// for a larger batch or more dimensions.
llvm::SmallVector<int64_t> deviceShape(llvm::ArrayRef<int64_t> shape);
bool hasDeviceShape(llvm::ArrayRef<int64_t> shape);

/// A tensor of i8, static, not too large to be laid out in blocks.
bool isByteTensor(mlir::Value value);

/// One of the integer operators of QuantOps.td that compute.
bool isIntegerOperator(mlir::Operation& op);

/// May this argument or result of @main be in blocks: is it bound to a scale, or nameless?
bool mayBeBlocks(mlir::func::FuncOp main, mlir::BlockArgument argument);

/// The values that are, or will be, in blocks. Operations are followed in their order.
class InBlocks {
public:
  /// Begins with the arguments.
  explicit InBlocks(mlir::func::FuncOp main);

  void follow(mlir::Operation& op);
  bool has(mlir::Value value) const { return values_.contains(value); }
  bool readBy(mlir::Operation& op) const;

private:
  llvm::DenseSet<mlir::Value> values_;
};

} // namespace npuforge::graph
