#pragma once
// The inputs under a tile of results, copied from a tensor with channels last into the scratchpad,
// with padding around them: [batch][z][y][x][channels], without gaps between pixels.

#include "words/window.h"
#include "words/words.h"

namespace npuforge::tile {

/// Sizes in bytes.
struct WindowBoxShape {
  Axes axes;
  Tile tile;           ///< results of a full tile
  int64_t pixel;       ///< from pixel to pixel in the scratchpad
  int64_t dram_pixel;  ///< from pixel to pixel of the tensor
  int64_t element = 4; ///< of each element of the tensor, its low bytes, that are copied
  int64_t stored = 4;  ///< from element to element of the tensor
};

class WindowBox {
public:
  /// `padding` is one pixel of what lies outside the tensor; it is read only where padding is.
  WindowBox(Emit& emit, const WindowBoxShape& shape) : e(emit), b(shape) {}

  using Indices = std::array<mlir::Value, 4>; ///< of a tile along each axis

  /// Copies `channels` elements of each pixel, from `dram_at` of the first one on, to `to`; both
  /// are byte offsets into their buffers. `padding` (may be null when nothing is padded) holds one
  /// pixel of what is outside.
  void load(mlir::Value pad, mlir::Value to, mlir::Value dram, mlir::Value dram_at,
            mlir::Value channels, const Indices& tile, mlir::Value padding);
  /// Results of the tile along an axis.
  mlir::Value results(size_t axis, mlir::Value index);
  bool isPadded() const;

  /// Bytes from one input to the next along an axis, in the scratchpad and in DRAM.
  int64_t padStride(size_t axis) const;
  int64_t dramStride(size_t axis) const;

private:
  /// A tile's inputs along one axis: `begin` in the tensor and counts as in Span.
  struct Extent {
    mlir::Value begin, before, inside, behind;
  };
  Extent extentOf(size_t axis, mlir::Value index);
  /// `body` if no count can be zero or where none is.
  void whenAll(llvm::ArrayRef<mlir::Value> counts, const std::function<void()>& body);
  void fill(mlir::Value pad, mlir::Value to, mlir::Value padding,
            const std::array<mlir::Value, 4>& first, const std::array<mlir::Value, 4>& counts);

  Emit& e;
  const WindowBoxShape b;
};

} // namespace npuforge::tile
