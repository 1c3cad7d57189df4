// Weight tiles streamed through the array: the reduction of one tile of results.
#include "conv/conv.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"

namespace npuforge::tile {

namespace {
// A reduction of at most so many tiles is straight-line code.
constexpr int64_t kUnrolledTiles = 24;
} // namespace

void ConvCode::multiplyAll(const Band& b, Value block, Value counter, const Meanwhile& meanwhile) {
  Value accumulator = accumulatorSlot(counter);
  if (units.each > 0)
    return multiplyUnits(b, block, accumulator, meanwhile);
  if (!one_group)
    return multiplyChunks(b, block, counter, accumulator);
  const bool each = takesTurns(); // task brings its own
  Value slot = plan.kept != 0 ? keptBlock(block)
                              : weightSlot(resident         ? e.constant(0)
                                           : blocks_outside ? block
                                                            : counter);
  if (resident)
    slot = e.add(slot, e.mul(block, r.bytes));
  if (each)
    e.await("weights", "load");
  if (parts > 1)
    multiplyParts(b, block, slot, accumulator, meanwhile);
  else
    pieces(
        r.outer,
        [&](Value outer) {
          Value first = e.mul(outer, r.inner);
          steps(b, outer, e.constant(0), e.constant(r.inner), first, slot, accumulator);
        },
        meanwhile);
  if (each)
    e.signal("weights", "load");
}

/// The planes of a band come one part after the other, and the band's first task begins with the
/// first.
void ConvCode::multiplyParts(const Band& b, Value block, Value slot, Value accumulator,
                             const Meanwhile& meanwhile) {
  const int64_t planes = f.planes / parts;
  pieces(
      parts,
      [&](Value part) {
        e.when(e.max(e.sub(e.constant(1), block), 0), [&] { e.await("matrix", "load"); });
        Value first = e.mul(part, planes);
        steps(b, e.constant(0), first, e.constant(planes), first, slot, accumulator);
      },
      meanwhile);
}

/// While a chunk of weights is used, the one behind it is loaded.
void ConvCode::multiplyChunks(const Band& b, Value block, Value counter, Value accumulator) {
  e.loop(r.outer, [&](Value outer) {
    e.loop(chunks(), [&](Value chunk) {
      Value index = e.add(e.mul(e.add(e.mul(counter, r.outer), outer), chunks()), chunk);
      const Chunk here{block, outer, chunk, index};
      takeShared();
      s.onwards(e, index, weightGroups(), [&] { loadChunk(following(here)); });
      e.await("weights", "load");
      steps(b, outer, e.mul(chunk, plan.chunk), chunkSteps(chunk), e.constant(0), weightSlot(index),
            accumulator);
      e.signal("weights", "load");
    });
  });
}

void ConvCode::reductionLoop(Value count, const std::function<void(Value)>& body) {
  auto known = mlir::getConstantIntValue(count);
  if (!known || r.outer * r.inner * r.taps > kUnrolledTiles)
    return e.loop(count, body);
  for (int64_t turn = 0; turn < *known; ++turn)
    body(e.constant(turn));
}

/// Steps first .. first+count-1 of the reduction; their weights begin with step `group` of the
/// slot.
void ConvCode::steps(const Band& b, Value outer, Value first, Value count, Value group, Value slot,
                     Value accumulator) {
  reductionLoop(count, [&](Value turn) {
    Value at = e.add(slot, e.mul(e.add(group, turn), r.step_bytes));
    step(b, outer, e.add(first, turn), at, accumulator);
  });
}

void ConvCode::step(const Band& b, Value outer, Value inner, Value at, Value accumulator) {
  Value plane = plan.roll_rows ? outer : inner;
  Value base = e.add(b.slot, e.mul(plane, f.plane));
  Value rolled = plan.roll_rows ? inner : Value();
  if (rolled)
    base = e.add(base, e.mul(rolled, layer.window.dilation_h * f.pitch));
  Value index = e.add(e.mul(outer, r.inner), inner);
  if (mlir::getConstantIntValue(index))
    index = e.min(index, 1);
  const int64_t taps = plan.neighbours ? g.window.kernel_h : r.taps; // of the same results
  for (int64_t t = 0; t < r.taps; ++t)
    tap(b, t, base, rolled, at, t % taps == 0 ? index : e.constant(1), accumulator);
}

void ConvCode::tap(const Band& b, int64_t t, Value base, Value rolled, Value at, Value accumulate,
                   Value accumulator) {
  Value tile = e.stream(plan.kept != 0 ? kept : weights, at, t * r.tile_rows * cols,
                        {e.level(r.tile_rows, cols)});
  PreloadOp::create(e.builder, e.location, tile);
  if (plan.neighbours)
    return tapOfNeighbours(b, t, base, accumulate, accumulator);
  Level pixels{e.mul(b.rows, layer.out.width), 1, {}, {}};
  Value src = plan.unfold ? e.stream(input, base, t * cols, {{pixels.count, f.pixel, {}, {}}})
                          : taps(b, t, base, rolled);
  Value dst = e.stream(accumulators, accumulator, 0, {pixels});
  MultiplyOp::create(e.builder, e.location, dst, src, accumulate, layer.fill);
}

/// Of each group of results the one at the same place.
void ConvCode::tapOfNeighbours(const Band& b, int64_t t, Value base, Value accumulate,
                               Value accumulator) {
  const Window& w = g.window;
  const int64_t each = neighboursOf(layer, e.machine).count, place = t / w.kernel_h,
                kernel_row = t % w.kernel_h;
  const Level groups = e.level(ceilDiv(layer.out.width - place, each), f.pixel),
              results{groups.count, each, {}, {}};
  const int64_t y = kernel_row * w.dilation_h - (f.bands == 1 ? w.top : 0);
  Value src = e.stream(input, base, y * f.pitch, {groups, rows(b, kernel_row, {})});
  Value dst =
      e.stream(accumulators, accumulator, place, {results, {b.rows, layer.out.width, {}, {}}});
  MultiplyOp::create(e.builder, e.location, dst, src, accumulate, layer.fill);
}

/// The input rows of tile `t` of a step.
mlir::Value ConvCode::taps(const Band& b, int64_t t, Value base, Value rolled) {
  const Window& w = layer.window;
  const int64_t kernel_row = t / r.column_tiles, column = t % r.column_tiles;
  const int64_t x = plan.plain ? column * cols : (column * w.dilation_w - w.left) * cols;
  const int64_t y = kernel_row * w.dilation_h - (f.bands == 1 ? w.top : 0);
  return e.stream(input, base, y * f.pitch + x, {columns(column), rows(b, kernel_row, rolled)});
}

Level ConvCode::columns(int64_t kernel_column) {
  const Window& w = layer.window;
  if (plan.plain)
    return e.level(layer.out.width, w.stride_w * f.pixel);
  Level level = e.level(layer.out.width, f.step_w * cols);
  const int64_t shift = w.left - kernel_column * w.dilation_w;
  const int64_t low = ceilDiv(shift, w.stride_w),
                high = ceilDiv(layer.in.width + shift, w.stride_w);
  if (low <= 0 && high >= layer.out.width)
    return level;
  level.low = e.constant(std::max<int64_t>(low, 0));
  level.high = e.constant(std::clamp<int64_t>(high, 0, layer.out.width));
  return level;
}

Level ConvCode::rows(const Band& b, int64_t kernel_row, Value rolled) {
  const Window& w = g.window;
  Level level{b.rows, f.step_h * f.pitch, {}, {}};
  if (w.top == 0 && w.bottom == 0)
    return level;
  if (rolled) { // only with a stride of one: the plan's condition
    Value shift = e.sub(e.sub(e.constant(w.top), e.mul(rolled, w.dilation_h)), b.first);
    level.low = shift;
    level.high = e.add(shift, g.height);
    return level;
  }
  const int64_t shift = w.top - kernel_row * w.dilation_h;
  const int64_t low = ceilDiv(shift, w.stride_h), high = ceilDiv(g.height + shift, w.stride_h);
  if (low <= 0 && high >= layer.out.height)
    return level;
  Value before = e.mul(b.first, -1);
  level.low = e.add(before, low);
  level.high = e.add(before, high);
  return level;
}

} // namespace npuforge::tile
