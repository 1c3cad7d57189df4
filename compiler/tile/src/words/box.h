#pragma once
// The elements of a map as a box of nested counters, and how it is cut into tiles.
//
// Dimensions along which every operand either runs on or stands still are one. A tile is `count`
// indices of the dimension `split` and all of those inside it; those outside are loops. In the
// scratchpad a tile's elements lie one after the other; or `padded`: each index of the dimensions
// but the last begins a new row, so that an operand that stands still along the last is one row
// for each, read again and again, and not as many copies as there are elements.

#include <string>
#include <variant>
#include <vector>

#include "emit.h"
#include "layers.h"

namespace npuforge::tile {

struct Box {
  std::vector<int64_t> extents;              ///< outermost first, at least one
  std::vector<std::vector<int64_t>> strides; ///< of each operand in elements; 0: stands still

  size_t rank() const { return extents.size(); }
  /// Indices of the dimensions inside `d`.
  int64_t inside(size_t d) const;
  bool isNumber(size_t operand) const; ///< stands still along all
};

/// Operands broadcast to `shape` as ONNX's do.
Box makeBox(llvm::ArrayRef<int64_t> shape, llvm::ArrayRef<llvm::SmallVector<int64_t>> operands);

struct Tiling {
  size_t split = 0;
  int64_t count = 1;
  bool padded = false;
  int64_t rows = 0; ///< of a whole tile
};

/// Tiles of at most `room` rows of `cols` elements. `levels`: of a stream.
Tiling makeTiling(const Box& box, int64_t cols, int64_t room, size_t levels);

/// Rows that the last tile takes at least.
int64_t fewestRows(const Box& box, const Tiling& tiling, int64_t cols);

/// Ranges of how many units of its outermost dimension a box can be cut into: indices, or rows of
/// elements where there is one dimension.
int64_t splitsOf(const Box& box, int64_t cols);
/// From here on it is that part of the box, before which there are so many indices.
int64_t cutBox(Box& box, const Range& units, int64_t cols);
/// The tiles of a box as those of a part of it, which are no larger.
void cutTiling(Tiling& tiling, const Box& part, int64_t cols);

mlir::Attribute toAttribute(mlir::MLIRContext* context, const Tiling& tiling);
mlir::FailureOr<Tiling> readTiling(mlir::Operation& op);

} // namespace npuforge::tile
