#pragma once
// Tensors in blocks as the network sees them, and how they become tensors of tensor operators and
// back.

#include <map>
#include <memory>
#include <vector>

#include "npuforge/compiler/graph/Graph.h"

namespace npuforge::graph {

using Integers = std::vector<int64_t>;
using Indices = std::shared_ptr<const Integers>; // most values share those of another

/// A transpose (`dims` is its permutation) or a reshape to `dims`.
struct Step {
  bool is_transpose;
  llvm::SmallVector<int64_t> dims;
};
using Steps = llvm::SmallVector<Step>;

/// How the network's tensor lies in blocks. Plain: as its deviceShape. Rows: all dimensions but the
/// last are the pixels of a column, the last is the channels.
enum class Layout { Plain, Rows, Other };

/// A tensor of the network in blocks.
struct Mapped {
  mlir::Value device; ///< [1, C, H, W]
  Indices indices;    ///< element i of the network's tensor is element indices[i] of device
  Steps steps;        ///< make the network's tensor of device's words [1, H, W, C]
  Layout layout = Layout::Other;
};

/// 0, 1, ...; one for all tensors of that size.
class StraightIndices {
public:
  const Indices& of(int64_t count);

private:
  std::map<int64_t, Indices> known_;
};

/// The steps to a tensor of this shape whose elements are in the order of [1, C, H, W].
Steps plainSteps(llvm::ArrayRef<int64_t> shape);

/// Writes the changes between both kinds of tensors.
class Crossing {
public:
  Crossing(mlir::OpBuilder& builder, StraightIndices& straight)
      : builder_(builder), straight_(straight) {}

  /// The network's tensor for tensor operators.
  mlir::Value toWords(mlir::Location location, const Mapped& value);
  /// The network's tensor `words` in blocks. Plain needs a deviceShape.
  Mapped toBlocks(mlir::Location location, mlir::Value words, Layout layout);

private:
  mlir::Value apply(mlir::Location location, mlir::Value value, const Step& step);

  mlir::OpBuilder& builder_;
  StraightIndices& straight_;
  llvm::DenseMap<mlir::Value, mlir::Value> words_; ///< of tensors in blocks, [1, H, W, C]
};

} // namespace npuforge::graph
