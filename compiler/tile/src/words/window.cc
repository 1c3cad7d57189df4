#include "words/window.h"

#include <algorithm>

namespace npuforge::tile {

Axes mergePlain(Axes axes) {
  std::vector<WindowAxis> kept; // innermost first
  for (size_t i = axes.size(); i-- > 0;) {
    WindowAxis axis = axes[i];
    if (axis.out == 1)
      axis.stride = 1; // there is no second result
    if (axis == WindowAxis{})
      continue;
    if (!kept.empty() && axis.isPlain() && kept.back().isPlain())
      kept.back().in = kept.back().out = kept.back().in * axis.in;
    else
      kept.push_back(axis);
  }
  Axes merged;
  for (size_t i = 0; i < kept.size(); ++i)
    merged[axes.size() - 1 - i] = kept[i];
  return merged;
}

int64_t tilesOf(const WindowAxis& axis, int64_t tile) {
  return (axis.out + tile - 1) / tile;
}

Span spanOf(const WindowAxis& axis, int64_t tile, int64_t index) {
  const int64_t first = index * tile, results = std::min(tile, axis.out - first);
  const int64_t low = first * axis.stride - axis.before, extent = axis.extent(results);
  const int64_t begin = std::clamp<int64_t>(low, 0, axis.in),
                end = std::clamp<int64_t>(low + extent, begin, axis.in);
  const int64_t before = std::clamp<int64_t>(-low, 0, extent);
  return {before, end - begin, extent - before - (end - begin)};
}

std::vector<Span> spansOf(const WindowAxis& axis, int64_t tile) {
  std::vector<Span> spans;
  for (int64_t index = 0; index < tilesOf(axis, tile); ++index)
    spans.push_back(spanOf(axis, tile, index));
  return spans;
}

size_t splitAxis(const Axes& axes) {
  size_t axis = 0;
  while (axis + 1 < axes.size() && axes[axis].out == 1)
    ++axis;
  return axis;
}

void cutAxis(WindowAxis& axis, int64_t& tile, int64_t first, int64_t count) {
  axis.before -= first * axis.stride; // below zero: inputs that are left out
  axis.out = count;
  tile = evenParts(count, std::min(tile, count));
}

int64_t boxPixels(const Axes& axes, const Tile& tile) {
  int64_t pixels = 1;
  for (size_t i = 0; i < axes.size(); ++i)
    pixels *= axes[i].extent(tile[i]);
  return pixels;
}

} // namespace npuforge::tile
