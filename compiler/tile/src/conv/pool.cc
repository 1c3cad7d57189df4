// Pooling of a convolution's bands in the scratchpad: the rows just requantised lie behind the last
// rows of the band before, with columns of padding around them.
#include "conv/conv.h"

namespace npuforge::tile {

namespace {
// Lane registers behind those of the convolution.
enum Lane { kPoolFill = 7, kPoolLow, kPoolHigh };
constexpr int64_t kNoMaximum = -128;
} // namespace

/// Padding wins no maximum; it is written once, and so are the rows above the first band.
void ConvCode::preparePooling() {
  e.set_lane(kPoolFill, kNoMaximum);
  e.set_lane(kPoolLow, layer.pooling->low);
  e.set_lane(kPoolHigh, layer.pooling->high);
  s.beforeFill(e);
  Value rows = e.stream(input, poolBase(e.constant(0)), 0, {e.level(p.bytes / cols, cols)});
  MapOp::create(e.builder, e.location, "fill", rows, mlir::ValueRange(),
                e.lanes({{"value", kPoolFill}}));
}

mlir::Value ConvCode::poolBase(Value block) {
  return e.add(e.mul(block, layer.pooling->halo() > 0 ? p.block : 0), e.map.input.bytes - p.bytes);
}

/// Where the band's rows wait for their pooling, the lead in place of rows of a band before.
mlir::Value ConvCode::pooledRows(const Band& b, Value block) {
  const Pooling& pooling = *layer.pooling;
  Value at = e.sub(poolBase(block), e.mul(b.lead, p.pitch));
  return e.stream(input, at, pooling.halo() * p.pitch + pooling.window.left * cols,
                  {e.level(layer.out.width, cols), {b.rows, p.pitch, {}, {}}});
}

/// What is read was just written: the unit waits for itself.
void ConvCode::pool(const Band& b, Value block, Value slot) {
  const Pooling& pooling = *layer.pooling;
  const Window& w = pooling.window;
  auto lanes = e.lanes({{"fill", kPoolFill}, {"low", kPoolLow}, {"high", kPoolHigh}});
  Value base = poolBase(block);
  e.signal("vector", "vector");
  e.await("vector", "vector");
  Value windows = e.stream(input, base, 0,
                           {e.level(w.kernel_w, cols),
                            e.level(w.kernel_h, p.pitch),
                            e.level(pooling.out.width, w.stride_w * cols),
                            {b.stored, w.stride_h * p.pitch, {}, {}}});
  Value result = e.stream(output, slot, 0, {{e.mul(b.stored, pooling.out.width), cols, {}, {}}});
  ReduceOp::create(e.builder, e.location, "max", result, windows, 2, lanes);
  if (pooling.halo() == 0)
    return;
  // The band's last rows come before the next band's: maxima of one element each.
  const int64_t row = p.pitch / cols;
  Value last = e.stream(input, e.add(base, e.mul(e.sub(b.rows, b.lead), p.pitch)), 0,
                        {e.level(1, 0), e.level(pooling.halo() * row, cols)});
  Value first = e.stream(input, base, 0, {e.level(pooling.halo() * row, cols)});
  ReduceOp::create(e.builder, e.location, "max", first, last, 1, lanes);
}

} // namespace npuforge::tile
