#pragma once
// Convolutions that read and store tensors in rows, [pixel][all channels], so that no layer moves
// bytes between rows and blocks for them: loads and stores have strides of their own, and the
// DMA's time is hidden behind the array's.

#include <vector>

#include "layers.h"

namespace npuforge::tile {

/// On a change from rows to blocks: all that read its result read the rows themselves.
inline constexpr llvm::StringLiteral kViewAttr = "tile.view";
/// On a change from blocks to rows, or a move of such rows: the convolution that makes what is
/// moved stores it in the moved order. It is no layer, but its result is.
inline constexpr llvm::StringLiteral kStoredAttr = "tile.stored";

/// Where a convolution's results go: bytes from lane to lane, from pixel to pixel, and along the
/// blocks, which count with mixed radices, the fastest one first; all but the last are powers of
/// two.
struct RowStore {
  struct Digit {
    int64_t extent, stride;
  };
  int64_t lane = 1, pixel = 0;
  std::vector<Digit> blocks;
};

/// Is it of @main? Bodies of loops read and write where a turn's number says.
bool isOfNetwork(mlir::Operation& op);
/// Marks what the layers read and store in this way.
void markRows(const std::vector<Layer>& layers, int64_t cols);
/// What stores the layer's result in another order; null: nothing does.
mlir::Operation* storedMove(const Layer& layer);
/// The order in which it is stored.
RowStore rowStoreOf(mlir::Operation& move, const Layer& layer, int64_t cols);

} // namespace npuforge::tile
