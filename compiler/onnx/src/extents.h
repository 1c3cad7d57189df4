#pragma once
// Extents that only the device knows: a value's tensor has the most elements along one dimension,
// and an integer, computed with it, says how many of them there are. What stands behind them means
// nothing, so only operators that keep the elements of this dimension apart may read such values.

#include <map>
#include <optional>
#include <string>

#include "node.h"

namespace npuforge::onnx {

class Extents {
public:
  std::optional<Extent> of(mlir::Value value) const;
  void set(mlir::Value value, const Extent& extent) { extents_[value] = extent; }
  /// Notes the extents of a node's results, which it has from its operands. Throws Unsupported if
  /// the operator mixes elements of such a dimension.
  void carry(Node& node, const Results& results);
  /// For operators whose bodies would not see the extent: throws Unsupported if an operand has one.
  void refuse(const Node& node) const;

private:
  llvm::DenseMap<mlir::Value, Extent> extents_;
};

} // namespace npuforge::onnx
