#pragma once
// What graph-fold-views knows of each value of the network: its tensor in blocks, the network's own
// tensor, or both. The one is made of the other when it is asked for.

#include "blocks.h"
#include "cross.h"

namespace npuforge::graph {

class FoldedValues {
public:
  explicit FoldedValues(mlir::OpBuilder& builder)
      : builder_(builder), crossing_(builder, straight_) {}

  void setBlocks(mlir::Value value, Mapped mapped) { blocks_[value] = std::move(mapped); }
  void setWords(mlir::Value value, mlir::Value own) { words_[value] = own; }
  const Indices& straight(int64_t count) { return straight_.of(count); }

  /// The value in blocks if it is there already.
  const Mapped* known(mlir::Value value) const;
  /// The value in blocks; `layout` if it is not there yet: a reshape of the same rows shares blocks
  /// of rows with its operand. Throws NotLowered for constants without a deviceShape.
  Mapped at(mlir::Value value, Layout layout = Layout::Plain);
  /// The value in fresh blocks.
  Mapped relaid(mlir::Value value, Layout layout);
  /// The value as the network has it.
  mlir::Value words(mlir::Value value);
  /// A constant operand that keeps its shape: weights, biases, multipliers. Throws NotLowered for
  /// others.
  mlir::Value parameter(mlir::Value value);

  /// A tensor operator: a copy over the network's own tensors.
  void copy(mlir::Operation* op);
  /// Reshape, flatten, transpose: another numbering of a tensor in blocks, else a tensor operator.
  void view(mlir::Operation* op);

private:
  /// The result of a reshape, flatten or transpose of a tensor in blocks.
  Mapped viewed(mlir::Operation* view, const Mapped& in);
  Mapped constant(mlir::Location location, mlir::DenseElementsAttr value);

  mlir::OpBuilder& builder_;
  StraightIndices straight_;
  Crossing crossing_;
  llvm::DenseMap<mlir::Value, Mapped> blocks_;
  llvm::DenseMap<mlir::Value, mlir::Value> words_;
};

} // namespace npuforge::graph
