// Weights and parameters as the instructions want them.
#include "conv/conv.h"

namespace npuforge::tile {

namespace {

/// Where a row of a weight tile comes from; `row` counts inside the tile.
struct Source {
  int64_t channel, kernel_row, kernel_column;
};

Source source(const Layer& layer, const Plan& plan, const Reduction& r, const isa::Machine& machine,
              int64_t outer, int64_t inner, int64_t tap, int64_t row) {
  const int64_t cols = machine.array.cols;
  if (plan.unfold) {
    const int64_t kernel = layer.window.kernel_h * layer.window.kernel_w, byte = tap * cols + row;
    return {byte / kernel, byte % kernel / layer.window.kernel_w, byte % layer.window.kernel_w};
  }
  if (plan.neighbours) {
    const Window& w = layer.window;
    const Neighbours n = neighboursOf(layer, machine);
    const GroupedRows g = groupRows(layer, n.rows);
    const int64_t kernel = g.window.kernel_h, each = layer.in.channels * n.segment;
    return {row % each / n.segment, tap % kernel * n.rows + row / each - g.above,
            row % n.segment - tap / kernel * w.stride_w};
  }
  const int64_t plane = plan.roll_rows ? outer : inner;
  const int64_t kernel_row = plan.roll_rows ? inner : tap / r.column_tiles,
                column = tap % r.column_tiles;
  if (plan.interleave) {
    const int64_t channels = layer.in.channels, byte = column * cols + row;
    return {byte % channels, kernel_row, byte / channels};
  }
  if (plan.plain)
    return {plane, kernel_row, column * cols + row};
  return {plane * cols + row, kernel_row, column};
}

} // namespace

std::vector<int8_t> packWeights(const Layer& layer, const Plan& plan, const Reduction& r,
                                const isa::Machine& machine) {
  const Window& w = layer.window;
  const int64_t cols = machine.array.cols;
  std::vector<int8_t> packed;
  packed.reserve(ceilDiv(layer.out.channels, cols) * r.bytes);
  for (int64_t block = 0; block < ceilDiv(layer.out.channels, cols); ++block)
    for (int64_t outer = 0; outer < r.outer; ++outer)
      for (int64_t inner = 0; inner < r.inner; ++inner)
        for (int64_t tap = 0; tap < r.taps; ++tap)
          for (int64_t row = 0; row < r.tile_rows; ++row) {
            const Source from = source(layer, plan, r, machine, outer, inner, tap, row);
            for (int64_t o = block * cols; o < (block + 1) * cols; ++o) {
              const bool inside = o < layer.out.channels && from.channel < layer.in.channels &&
                                  from.kernel_row >= 0 && from.kernel_row < w.kernel_h &&
                                  from.kernel_column >= 0 && from.kernel_column < w.kernel_w;
              const int64_t index =
                  ((o * layer.in.channels + from.channel) * w.kernel_h + from.kernel_row) *
                      w.kernel_w +
                  from.kernel_column;
              packed.push_back(inside ? layer.weights[index] : 0);
            }
          }
  return packed;
}

} // namespace npuforge::tile
