// What becomes of a bottleneck's sums when all blocks of a band are in them.
#include "bottleneck/bottleneck.h"

namespace npuforge::tile {

using namespace mlir;

void BottleneckCode::finish(Value index) {
  const Band b = band(index);
  Value pixels = e.mul(b.rows, layer.out.width);
  setLastLanes();
  e.await("vector", "matrix");
  e.loop(t.out_blocks, [&](Value block) {
    Value counter = e.add(e.mul(index, t.out_blocks), block);
    Value slot = e.mul(e.parity(counter), e.map.outputs[1].address - e.map.outputs[0].address);
    loadLanes(dense, e.mul(block, 12 * cols), lastPlace(), kBias);
    s.awaitCredit(e, "vector", "store");
    Value src =
        e.stream(accumulators, e.mul(block, plan.band * layer.out.width), 0, {{pixels, 1, {}, {}}});
    Value dst = e.stream(output, slot, 0, {{pixels, cols, {}, {}}});
    requantiseRows(e, dst, src, {kBias, kMultiplier, kShift, kZero, kLow, kHigh});
    if (layer.sum)
      addSecond(b, block, dst, pixels);
    e.signal("vector", "store");
    store(b, block, slot, pixels);
  });
  setLanes();
  e.signal("vector", "matrix");
}

/// In place of those that setLanes() set.
void BottleneckCode::setLastLanes() {
  e.set_lane(kZero, layer.zero);
  e.set_lane(kLow, layer.low);
  e.set_lane(kHigh, layer.high);
  if (layer.sum)
    setSumLanes(e, kSumLanes, *layer.sum);
}

/// Adds the bottleneck's input, which is still there, or what was loaded in its place, to the i8
/// rows just made.
void BottleneckCode::addSecond(const Band& band, Value block, Value rows, Value pixels) {
  e.signal("vector", "vector");
  e.await("vector", "vector");
  Value at = e.add(inputSlot(band.index), e.mul(block, t.in_plane));
  // From the first row of the input's slot to that under the band's first row of results.
  const int64_t above = w.top - t.first_row + layer.out_view.row - layer.in_view.row;
  Value second = e.stream(input, at, above * t.in_row, {{pixels, cols, {}, {}}});
  addRows(e, rows, {rows, second}, kSumLanes);
}

void BottleneckCode::store(const Band& band, Value block, Value slot, Value pixels) {
  const int64_t row = layer.out.width * cols;
  Value to = e.add(e.mul(block, layer.out_view.plane(row)), e.mul(band.first, row));
  to = e.add(to, layer.out_view.offset(row));
  e.await("store", "vector");
  CopyOutOp::create(e.builder, e.location, e.row(output_dram, to, 0), e.row(output, slot, 0),
                    e.mul(pixels, cols));
  e.signal("store", "vector");
}

} // namespace npuforge::tile
