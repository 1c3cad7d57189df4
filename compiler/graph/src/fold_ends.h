#pragma once
// The network's inputs and outputs in graph-fold-views: in blocks where integer operators read and
// make them and the loader finds their elements there, else the network's own tensors.

#include "fold_values.h"

namespace npuforge::graph {

class NetworkEnds {
public:
  NetworkEnds(mlir::func::FuncOp main, mlir::OpBuilder& builder, FoldedValues& values,
              const InBlocks& in_blocks)
      : main_(main), builder_(builder), values_(values), in_blocks_(in_blocks) {}

  /// Adds to the block what the argument of @main becomes.
  void argument(mlir::Block* block, mlir::BlockArgument argument);
  void end(mlir::func::ReturnOp op);
  /// Takes the attributes of ends that are no longer bound. Only when nothing failed.
  void unbind();

private:
  bool feedsBlocks(mlir::Value value) const;
  bool staysInBlocks(unsigned index, mlir::Value output);

  mlir::func::FuncOp main_;
  mlir::OpBuilder& builder_;
  FoldedValues& values_;
  const InBlocks& in_blocks_;
  llvm::SmallVector<unsigned> unbound_outputs_;
};

} // namespace npuforge::graph
