#pragma once
// How results see the input of a convolution, a pooling or a matrix product: windows over up to
// four dimensions, channels behind them. Pure functions of sizes; no code is made here.

#include <array>
#include <cstdint>
#include <vector>

namespace npuforge::tile {

/// One dimension, in elements of it.
struct WindowAxis {
  int64_t in = 1, out = 1;
  int64_t kernel = 1, stride = 1, dilation = 1;
  int64_t before = 0; ///< padding before the first element; behind the last one: what `out` needs

  int64_t reach() const { return (kernel - 1) * dilation + 1; }
  /// Inputs, padding included, under `results` neighbouring results.
  int64_t extent(int64_t results) const { return (results - 1) * stride + reach(); }
  /// Is result i input i and nothing else?
  bool isPlain() const { return kernel == 1 && stride == 1 && before == 0 && in == out; }
  bool operator==(const WindowAxis&) const = default;
};

/// Outermost first: batch, z, y, x. Dimensions that a tensor lacks stay at one.
using Axes = std::array<WindowAxis, 4>;
using Tile = std::array<int64_t, 4>; ///< results of a tile along each axis

/// Neighbouring plain axes as one, the innermost of them: a convolution with a kernel of one pixel
/// sees a row of pixels.
Axes mergePlain(Axes axes);

/// The inputs under one tile of an axis.
struct Span {
  int64_t before, inside, behind; ///< padding, elements of the tensor, padding; may be 0
  bool operator==(const Span&) const = default;
};
int64_t tilesOf(const WindowAxis& axis, int64_t tile);
Span spanOf(const WindowAxis& axis, int64_t tile, int64_t index);
/// Of all tiles.
std::vector<Span> spansOf(const WindowAxis& axis, int64_t tile);

/// The outermost axis of several results; the last one if there is none.
size_t splitAxis(const Axes& axes);
/// From here on the axis has results [first, first + count) only, and a tile as many at most.
void cutAxis(WindowAxis& axis, int64_t& tile, int64_t first, int64_t count);

inline int64_t product(const Tile& tile) {
  return tile[0] * tile[1] * tile[2] * tile[3];
}
/// Pixels of the inputs under a full tile.
int64_t boxPixels(const Axes& axes, const Tile& tile);

/// `total` in as few parts of at most `most` as possible: the size of a part.
inline int64_t evenParts(int64_t total, int64_t most) {
  const int64_t parts = (total + most - 1) / most;
  return (total + parts - 1) / parts;
}

} // namespace npuforge::tile
