#pragma once
// What moves copy: pieces of operands, each a box of elements with strides on both sides. Bytes
// that leave blocks of channels, are moved and go into blocks again are one layer where the strides
// of all three can be told together.

#include <vector>

#include "npuforge/compiler/graph/Graph.h"

namespace npuforge::tile {

struct Dimension {
  int64_t extent, from, to; ///< strides in elements
};
using Dimensions = llvm::SmallVector<Dimension>;

/// Elements of one source and where they go; offsets in elements.
struct Piece {
  unsigned source;
  int64_t from, to;
  Dimensions dims; ///< the result's largest strides first; neighbours that run on are one
};

struct Moves {
  llvm::SmallVector<mlir::Value> sources;
  std::vector<Piece> pieces;
};

/// Of a move, or of a change between bytes in rows and in blocks of `cols` channels; with what is
/// fused into it.
Moves movesOf(mlir::Operation& op, int64_t cols);

/// Marks changes from blocks whose rows only a move reads, and moves whose rows only a change to
/// blocks reads, as parts of their readers, where that is possible.
void fuseMoves(mlir::Operation& function, int64_t cols);

} // namespace npuforge::tile
