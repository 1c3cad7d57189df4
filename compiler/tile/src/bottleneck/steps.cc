// What the array and the vector unit do in a bottleneck's steps.
#include "bottleneck/bottleneck.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"

namespace npuforge::tile {

using namespace mlir;

namespace {
// As many tiles of weights are straight-line code.
constexpr int64_t kUnrolledTiles = 12;
} // namespace

void BottleneckCode::loadLanes(Value buffer, Value base, int64_t offset, int64_t lane) {
  LoadLanesOp::create(e.builder, e.location, e.stream(buffer, base, offset, {e.level(12, cols)}),
                      lane);
}

/// The vector unit's share of the depthwise convolution.
void BottleneckCode::filter(const Step& step) {
  const Band b = band(step.band);
  const Region region = regions().back();
  Value rows = e.sub(b.rows, e.constant(plan.array_rows));
  loadLanes(params, paramSlot(step.index), t.filter_params, kFilterBias);
  Value src = e.stream(region.buffer, hiddenSlot(region, step.index), 0,
                       {e.level(w.kernel_w, w.dilation_w * cols),
                        e.level(w.kernel_h, w.dilation_h * t.pitch),
                        e.level(layer.out.width, w.stride_w * cols),
                        {rows, w.stride_h * t.pitch, {}, {}}});
  Value factors = e.stream(params, paramSlot(step.index), t.filter_params + 12 * cols,
                           {e.level(w.kernel_w, cols),
                            e.level(w.kernel_h, w.kernel_w * cols),
                            e.level(layer.out.width, 0),
                            {rows, 0, {}, {}}});
  Value dst = e.stream(dense, denseSlot(step.index), plan.array_rows * layer.out.width * cols,
                       {{e.mul(rows, layer.out.width), cols, {}, {}}});
  ReduceOp::create(e.builder, e.location, "depthwise", dst, ValueRange{src, factors}, 2,
                   e.lanes({{"fill", kFill},
                            {"low", kFilterLow},
                            {"high", kFilterHigh},
                            {"bias", kFilterBias},
                            {"mult", kFilterMultiplier},
                            {"shift", kFilterShift},
                            {"zero", kFilterZero}}));
  e.signal("vector", "load");
}

/// The array's: tap by tap with diagonal weights.
void BottleneckCode::share(const Step& step) {
  const Region region = regions().front();
  const int64_t pixels = plan.array_rows * layer.out.width;
  Value dst = e.stream(accumulators, {}, t.share, {e.level(pixels, 1)});
  auto rowOfTaps = [&](Value row) {
    Value at = e.add(hiddenSlot(region, step.index), e.mul(row, w.dilation_h * t.pitch));
    for (int64_t column = 0; column < w.kernel_w; ++column) {
      preload(e.add(step.index, 1), e.mul(row, w.kernel_w * cols * cols), column * cols * cols);
      Value src = e.stream(region.buffer, at, column * w.dilation_w * cols,
                           {e.level(layer.out.width, w.stride_w * cols),
                            e.level(plan.array_rows, w.stride_h * t.pitch)});
      MultiplyOp::create(e.builder, e.location, dst, src,
                         column == 0 ? e.min(row, 1) : e.constant(1), depthwise.fill);
    }
  };
  if (taps > kUnrolledTiles)
    e.loop(w.kernel_h, rowOfTaps);
  else
    for (int64_t row = 0; row < w.kernel_h; ++row)
      rowOfTaps(e.constant(row));
  e.signal("matrix", "vector");
  e.await("vector", "matrix");
  requantiseRows(
      e, e.stream(dense, denseSlot(step.index), 0, {e.level(pixels, cols)}),
      e.stream(accumulators, {}, t.share, {e.level(pixels, 1)}),
      {kFilterBias, kFilterMultiplier, kFilterShift, kFilterZero, kFilterLow, kFilterHigh});
}

/// A tile of a group of weights.
void BottleneckCode::preload(Value group, Value tile_offset, int64_t offset) {
  Value tile =
      e.stream(weights, e.add(weightSlot(group), tile_offset), offset, {e.level(cols, cols)});
  PreloadOp::create(e.builder, e.location, tile);
}

void BottleneckCode::tiles(int64_t count, const std::function<void(Value)>& body) {
  if (count > kUnrolledTiles)
    return e.loop(count, body);
  for (int64_t tile = 0; tile < count; ++tile)
    body(e.constant(tile));
}

/// The rows of a block of the hidden tensor, with its padding, as far as the accumulators hold
/// them.
void BottleneckCode::expandFirst(const Step& step) {
  if (rolling())
    e.when(isZero(step.block), [&] { e.await("matrix", "load"); });
  e.await("vector", "load");
  loadLanes(params, paramSlot(step.index), 0, kBias);
  expandPieces(step, 0, std::min(t.pieces, kPiecesAtOnce));
}

void BottleneckCode::expandRest(const Step& step) {
  expandPieces(step, kPiecesAtOnce, t.pieces);
  if (rolling())
    fillEdges(step);
  e.signal("vector", "matrix");
  // What was written is read by the unit's next instructions, and must be there.
  e.signal("vector", "vector");
  e.await("vector", "vector");
}

/// Several pieces are the same in all bands: rows of padding are made as well, and overwritten.
void BottleneckCode::expandPieces(const Step& step, int64_t first_piece, int64_t end) {
  const Band b = band(step.band);
  for (int64_t piece = first_piece; piece < end; ++piece) {
    const int64_t first = t.first_row + piece * t.piece,
                  rows = std::min(t.piece, t.first_row + t.rows - first);
    const bool whole = t.pieces == 1;
    const Rows made{whole ? b.above : e.constant(first), whole ? b.count : e.constant(rows)};
    expandPiece(step, piece, made);
    requantisePiece(step, piece, made);
  }
}

void BottleneckCode::expandPiece(const Step& step, int64_t piece, const Rows& rows) {
  if (piece >= kPiecesAtOnce) // the sums of the piece before the last one have been read
    e.await("weights", "vector");
  Level pixels{e.mul(rows.count, layer.in.width), 1, {}, {}};
  Value dst = e.stream(accumulators, {}, t.expand[piece % kPiecesAtOnce], {pixels});
  Value at =
      e.add(inputSlot(step.band), e.mul(e.sub(rows.first, e.constant(t.first_row)), t.in_row));
  pixels.stride = cols;
  tiles(t.in_blocks, [&](Value block) {
    preload(step.index, e.mul(block, cols * cols), t.diagonal_bytes);
    Value src = e.stream(input, e.add(at, e.mul(block, t.in_plane)), 0, {pixels});
    MultiplyOp::create(e.builder, e.location, dst, src, e.min(block, 1), expansion->fill);
  });
  e.signal("matrix", "vector");
}

void BottleneckCode::requantisePiece(const Step& step, int64_t piece, const Rows& rows) {
  e.await("vector", "matrix");
  for (const Region& region : regions())
    requantiseRegion(region, step, t.expand[piece % kPiecesAtOnce], rows);
  if (piece + kPiecesAtOnce < t.pieces)
    e.signal("vector", "weights");
}

/// Of the rows made those that the region holds.
void BottleneckCode::requantiseRegion(const Region& region, const Step& step, int64_t source,
                                      const Rows& rows) {
  Value first = e.max(rows.first, region.first);
  Value end = e.min(e.add(rows.first, rows.count), region.first + region.most);
  Value count = e.sub(end, first), skipped = e.sub(first, rows.first);
  if (auto known = getConstantIntValue(count); known && *known <= 0)
    return;
  Value src = e.stream(accumulators, e.mul(skipped, layer.in.width), source,
                       {{e.mul(count, layer.in.width), 1, {}, {}}});
  Value row = e.mul(e.sub(first, e.constant(region.first)), t.pitch);
  Value dst = e.stream(region.buffer, e.add(hiddenSlot(region, step.index), row), w.left * cols,
                       {e.level(layer.in.width, cols), {count, t.pitch, {}, {}}});
  requantiseRows(e, dst, src, {kBias, kMultiplier, kShift, kZero, kLow, kHigh});
}

/// Rows of padding above the first band and below the last one.
void BottleneckCode::fillEdges(const Step& step) {
  const int64_t below = layer.in.height + w.top - (t.bands - 1) * plan.band * w.stride_h;
  for (const Region& region : regions()) {
    if (t.pieces > 1 && region.first < w.top) // else it stays
      e.when(isZero(step.band), [&] { fillRows(region, step, region.first, w.top); });
    if (below < region.first + region.most)
      e.when(e.max(e.sub(step.band, e.constant(t.bands - 2)), 0), [&] {
        fillRows(region, step, std::max(below, region.first), region.first + region.most);
      });
  }
}

void BottleneckCode::fillRows(const Region& region, const Step& step, int64_t first, int64_t end) {
  Value rows =
      e.stream(region.buffer, hiddenSlot(region, step.index), (first - region.first) * t.pitch,
               {e.level((end - first) * t.pitch / cols, cols)});
  MapOp::create(e.builder, e.location, "fill", rows, ValueRange(), e.lanes({{"value", kFill}}));
}

/// Adds a block's part to all sums of the band.
void BottleneckCode::project(const Step& step) {
  const Band b = band(step.band);
  Value fresh = rolling() ? both(isZero(step.block), e.min(step.band, 1)) : e.constant(0);
  e.when(fresh, [&] { e.await("matrix", "vector"); }); // the sums of the band before are read
  const Level pixels{e.mul(b.rows, layer.out.width), cols, {}, {}};
  tiles(t.out_blocks, [&](Value block) {
    preload(e.add(step.index, 2), e.mul(block, cols * cols),
            t.diagonal_bytes + t.in_blocks * cols * cols);
    Value src = e.stream(dense, denseSlot(step.index), 0, {pixels});
    Value dst = e.stream(accumulators, e.mul(block, plan.band * layer.out.width), 0,
                         {{pixels.count, 1, {}, {}}});
    MultiplyOp::create(e.builder, e.location, dst, src, e.min(step.block, 1), layer.fill);
  });
  if (expansion)
    e.when(fresh, [&] { e.signal("matrix", "load"); }); // and its input
}

Value BottleneckCode::denseSlot(Value index) {
  return e.mul(e.remainder(index, 2), t.dense_bytes);
}

Value BottleneckCode::hiddenSlot(const Region& region, Value index) {
  return e.mul(e.parity(index), region.most * t.pitch);
}

} // namespace npuforge::tile
