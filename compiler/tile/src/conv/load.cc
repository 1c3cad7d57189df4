// What a convolution loads: bands of its input, weights, parameters.
#include <bit>

#include "conv/conv.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"

namespace npuforge::tile {

using mlir::SmallVector;

ConvCode::Band ConvCode::band(Value index, Value counter) {
  const int64_t own = layer.ownRows();
  Value before = e.mul(index, plan.band); // rows that are its own, as these are
  Value rows = own % plan.band == 0 ? e.constant(plan.band)
                                    : e.min(e.sub(e.constant(own), before), plan.band);
  Value lead = e.mul(e.sub(e.constant(1), e.min(index, 1)), layer.lead);
  Value first = e.sub(e.add(before, layer.lead), lead);
  rows = e.add(rows, lead);
  Value slot = f.slots == 1 && !overlaps()
                   ? e.constant(0)
                   : e.mul(e.parity(e.add(counter, first_inputs)), inputSlot());
  if (layer.average)
    return {first, rows, lead, slot, e.constant(0), e.constant(1), index};
  if (!layer.pooling)
    return {first, rows, lead, slot, first, rows, index};
  const int64_t each = plan.band / layer.pooling->window.stride_h;
  Value first_stored = e.mul(index, each);
  Value rows_stored = layer.stored().height % each == 0
                          ? e.constant(each)
                          : e.min(e.sub(e.constant(layer.stored().height), first_stored), each);
  return {first, rows, lead, slot, first_stored, rows_stored, index};
}

/// All bands whose input comes with this load.
ConvCode::Band ConvCode::loaded(Value load) {
  if (plan.together == 0)
    return band(load, load);
  const int64_t size = plan.together * plan.band;
  Band b = band(e.mul(load, plan.together), load);
  b.rows = e.add(b.lead, e.min(e.sub(e.constant(layer.ownRows()), e.mul(load, size)), size));
  return b;
}

void ConvCode::loadInput(const Band& b) {
  s.awaitCredit(e, "load", "matrix");
  loadParts(b, 0, parts);
}

void ConvCode::loadParts(const Band& b, int64_t first, int64_t count) {
  e.loop(count, [&](Value turn) { loadPart(b, e.add(turn, first)); });
}

void ConvCode::loadPart(const Band& b, Value part) {
  if (plan.unfold)
    unfoldBand(b);
  else if (plan.thin)
    loadThinned(b, part);
  else
    loadRows(b, rowsOf(b), part);
  e.signal("load", "matrix");
}

/// One run for each pixel.
void ConvCode::loadThinned(const Band& b, Value part) {
  const Window& w = layer.window;
  const int64_t planes = f.planes / parts;
  const Lie lie = lieOf(layer.input, layer.in_view, layer.in.width);
  Value to = e.add(b.slot, e.mul(part, planes * f.plane));
  Value from = e.add(e.mul(b.first, w.stride_h * lie.row), e.mul(part, planes * lie.plane));
  Value dst = e.stream(
      input, to, 0,
      {e.level(layer.out.width, cols), {b.rows, f.pitch, {}, {}}, e.level(planes, f.plane)});
  Value src = e.stream(input_dram, from, lie.first,
                       {e.level(layer.out.width, w.stride_w * lie.pixel),
                        {b.rows, w.stride_h * lie.row, {}, {}},
                        e.level(planes, lie.plane)});
  CopyInOp::create(e.builder, e.location, dst, src, e.constant(cols));
}

ConvCode::Rows ConvCode::rowsOf(const Band& b) {
  if (f.bands == 1)
    return {e.constant(0), e.constant(0), e.constant(g.height)};
  const Window& w = g.window;
  Value origin = e.sub(e.mul(b.first, w.stride_h), e.constant(w.top));
  Value reach = e.add(
      e.add(e.mul(e.add(b.first, e.sub(b.rows, e.constant(1))), w.stride_h), w.extent_h()), -w.top);
  return {origin, e.max(origin, 0), e.min(reach, g.height)};
}

/// Each of the bands before brings as many rows: what its next task needs waits for these only.
void ConvCode::loadShare(const Band& b, Value turn) {
  const int64_t most = ceilDiv(f.rows, plan.together);
  Rows rows = rowsOf(b);
  rows.begin = e.add(rows.begin, e.mul(turn, most));
  Value count = e.min(e.max(e.sub(rows.end, rows.begin), 0), most);
  rows.end = e.add(rows.begin, count);
  e.when(e.max(e.sub(e.constant(1), turn), 0), [&] { s.awaitCredit(e, "load", "matrix"); });
  e.when(count, [&] { loadRows(b, rows, e.constant(0)); });
  e.when(e.max(e.add(turn, 2 - plan.together), 0), [&] { e.signal("load", "matrix"); });
}

void ConvCode::loadRows(const Band& b, const Rows& r, Value part) {
  const Window& w = g.window;
  Value count = e.sub(r.end, r.begin);
  const Lie lie = lieOf(layer.input, layer.in_view, layer.in.width);
  const int64_t row_bytes = g.rows * lie.row, plane = lie.plane, planes = f.planes / parts;
  Value to =
      e.add(e.add(b.slot, e.mul(part, planes * f.plane)), e.mul(e.sub(r.begin, r.origin), f.pitch));
  Value from = e.add(e.mul(r.begin, row_bytes), e.mul(part, planes * plane));
  const Level rows{count, f.pitch, {}, {}}, rows_from{count, row_bytes, {}, {}};
  if (plan.neighbours)
    return loadNeighbours(to, from, rows, rows_from);
  SmallVector<Level> dst, src; // of runs of `bytes`
  Value bytes = e.constant(row_bytes);
  if (plan.interleave) {
    dst = {e.level(layer.in.width, f.pixel), rows, e.level(layer.in.channels, 1)};
    src = {e.level(layer.in.width, 1), rows_from, e.level(layer.in.channels, plane)};
    bytes = e.constant(1);
  } else if (!plan.plain && lie.pixel != cols) { // a run for each pixel
    dst = {e.level(layer.in.width, cols), rows, e.level(planes, f.plane)};
    src = {e.level(layer.in.width, lie.pixel), rows_from, e.level(planes, plane)};
    bytes = e.constant(cols);
  } else if (f.pitch == row_bytes) {
    dst = {e.level(planes, f.plane)};
    src = {e.level(planes, plane)};
    bytes = e.mul(count, row_bytes);
  } else {
    dst = {rows, e.level(planes, f.plane)};
    src = {rows_from, e.level(planes, plane)};
  }
  const int64_t left = plan.plain ? w.left * f.pixel : 0;
  CopyInOp::create(e.builder, e.location, e.stream(input, to, left, dst),
                   e.stream(input_dram, from, lie.first, src), bytes);
}

/// For each group of neighbouring results and each group of rows: the inputs of all rows and
/// channels side by side.
void ConvCode::loadNeighbours(Value to, Value from, Level rows, Level rows_from) {
  const Window& w = layer.window;
  const Neighbours n = neighboursOf(layer, e.machine);
  const int64_t width = layer.in.width, channels = layer.in.channels,
                plane = layer.in_view.plane(width), first = layer.in_view.offset(width);
  for (const Columns& c : columnsOf(n.count, n.segment)) {
    SmallVector<Level> dst_levels{e.level(c.count, f.pixel), rows, e.level(channels, n.segment)},
        src_levels{e.level(c.count, n.count * w.stride_w), rows_from, e.level(channels, plane)};
    if (n.rows > 1) {
      dst_levels.push_back(e.level(n.rows, channels * n.segment));
      src_levels.push_back(e.level(n.rows, width));
    }
    Value dst = e.stream(input, to, c.first * f.pixel + c.low, dst_levels);
    Value src = e.stream(input_dram, from, first + c.first * n.count * w.stride_w - w.left + c.low,
                         src_levels);
    CopyInOp::create(e.builder, e.location, dst, src, e.constant(c.high - c.low));
  }
}

/// What the vector unit needs for a task: parameters, and the sum's second operand.
void ConvCode::loadParams(Value index, Value block, Value counter) {
  Value to = e.row(e.scratchpad(e.map.paramSlots(), "parameters"), paramSlot(counter), 0);
  Value from = e.row(s.dram(e, params_data), e.mul(block, 12 * cols), 0);
  s.awaitCredit(e, "load", "vector");
  CopyInOp::create(e.builder, e.location, to, from, e.constant(12 * cols));
  if (layer.sum)
    loadSecond(band(index, counter), block, counter);
  e.signal("load", "vector");
}

void ConvCode::loadSecond(const Band& b, Value block, Value counter) {
  copyIn(e, resultOf(b, block, layer.second, secondBuffer(), secondSlot(counter)));
}

void ConvCode::loadWeights(Value offset, Value steps, Value slot) {
  if (layer.gang)
    return loadShared(offset, steps, slot);
  Value to = e.row(e.scratchpad(e.map.weightSlots(), "weights"), slot, 0);
  Value from = e.row(s.dram(e, weights_data), offset, 0);
  s.awaitCredit(e, "load", "weights");
  CopyInOp::create(e.builder, e.location, to, from, e.mul(steps, r.step_bytes));
  e.signal("load", "weights");
}

void ConvCode::loadBlock(Value block, Value group) {
  if (plan.kept != 0)
    return loadKept(block);
  loadWeights(e.mul(block, r.bytes), e.constant(r.outer * r.inner), weightSlot(group));
}

void ConvCode::loadChunk(const Chunk& c) {
  Value first = e.add(e.mul(c.outer, r.inner), e.mul(c.chunk, plan.chunk));
  loadWeights(e.add(e.mul(c.block, r.bytes), e.mul(first, r.step_bytes)), chunkSteps(c.chunk),
              weightSlot(c.index));
}

mlir::Value ConvCode::chunkSteps(Value chunk) {
  if (r.inner % plan.chunk == 0)
    return e.constant(plan.chunk);
  return e.min(e.sub(e.constant(r.inner), e.mul(chunk, plan.chunk)), plan.chunk);
}

ConvCode::Chunk ConvCode::following(const Chunk& c) {
  auto [chunk, chunk_carry] = e.wrap(e.add(c.chunk, 1), chunks());
  auto [outer, outer_carry] = e.wrap(e.add(c.outer, chunk_carry), r.outer);
  auto [block, band] = e.wrap(e.add(c.block, outer_carry), blocks);
  return {block, outer, chunk, e.add(c.index, 1)};
}

/// Where they stay.
void ConvCode::loadKept(Value block) {
  Value to = e.row(e.scratchpad(e.map.input, "kept weights"), keptBlock(block), 0);
  Value from = e.row(s.dram(e, weights_data), e.mul(block, r.bytes), 0);
  s.awaitCredit(e, "load", "weights");
  CopyInOp::create(e.builder, e.location, to, from, e.constant(r.bytes));
  e.signal("load", "weights");
}

/// Where the kept weights of a block are: each block in the next stripe.
mlir::Value ConvCode::keptBlock(Value block) {
  constexpr int kBits = std::countr_zero(static_cast<uint64_t>(MemoryMap::kStripes));
  auto known = mlir::getConstantIntValue(block);
  Value place = known
                    ? e.constant(*known >> kBits)
                    : mlir::arith::ShRSIOp::create(e.builder, e.location, block, e.constant(kBits))
                          .getResult();
  Value at = e.add(e.mul(e.remainder(block, kBits), e.map.stripe), e.mul(place, r.bytes));
  return e.add(at, plan.kept);
}

mlir::Value ConvCode::weightSlot(Value group) {
  return e.mul(e.parity(e.add(group, first_weights)), e.map.weights[1].address);
}

ConvCode::Lie ConvCode::lieOf(Value tensor, const View& view, int64_t width) {
  const int64_t in_rows = s.tensor(tensor).pixel;
  if (in_rows > 0)
    return {in_rows, width * in_rows, cols, view.row * width * in_rows + view.block * cols};
  const int64_t pixel = tensor == layer.input && plan.plain ? 1 : cols, row = width * pixel;
  return {pixel, row, view.plane(row), view.offset(row)};
}

/// The results of a task, or what is added to them, in DRAM and in the scratchpad.
Copy ConvCode::resultOf(const Band& b, Value block, Value tensor, Value pad, Value pad_at) {
  const int64_t width = layer.stored().width;
  const Lie lie = lieOf(tensor, layer.out_view, width);
  Value at = e.add(e.mul(block, lie.plane), e.mul(b.first_stored, lie.row));
  Copy copy{pad, pad_at, s.dram(e, s.tensor(tensor)), e.add(at, lie.first), {}, cols};
  copy.axes.push_back({e.mul(b.stored, width), lie.pixel, cols});
  return copy;
}

/// The results of a task where a move takes them.
Copy ConvCode::movedResult(const Band& b, Value block, Value pad_at) {
  const int64_t width = layer.stored().width;
  Value pixel = e.mul(e.add(b.first_stored, layer.out_view.row), width);
  Value at = e.mul(pixel, row_store->pixel), rest = e.add(block, layer.out_view.block);
  for (size_t i = 0; i < row_store->blocks.size(); ++i) {
    const auto [extent, stride] = row_store->blocks[i];
    const bool last = i + 1 == row_store->blocks.size();
    const int bits = std::countr_zero(static_cast<uint64_t>(extent));
    at = e.add(at, e.mul(last ? rest : e.remainder(rest, bits), stride));
    if (!last)
      rest = mlir::arith::ShRSIOp::create(e.builder, e.location, rest, e.constant(bits));
  }
  Copy copy{output, pad_at, output_dram, at, {}, 1};
  copy.axes.push_back({e.mul(b.stored, width), row_store->pixel, cols});
  copy.axes.push_back({e.constant(cols), row_store->lane, 1});
  return copy;
}

mlir::Value ConvCode::outputSlot(Value counter) {
  return e.mul(e.parity(e.add(counter, first_params)),
               e.map.outputs[1].address - e.map.outputs[0].address);
}

mlir::Value ConvCode::secondBuffer() {
  return second_in_input ? e.scratchpad(e.map.input, "second")
                         : e.scratchpad(e.map.outputSlots(), "output");
}

/// Behind the bands of the input; else in the half of the output slots that plans leave free, in
/// the other slot's banks: there the store of the task before has to wait while the sum is made.
mlir::Value ConvCode::secondSlot(Value counter) {
  if (second_in_input)
    return e.add(e.mul(e.parity(e.add(counter, first_params)), 2 * eighth()), eighth());
  const Place* slots = e.map.outputs;
  const int64_t half = slots[0].bytes / 2 / cols * cols;
  Value other = e.constant(slots[1].address - slots[0].address + half);
  return e.sub(other, outputSlot(counter));
}

mlir::Value ConvCode::accumulatorSlot(Value counter) {
  return e.mul(e.parity(e.add(counter, first_params)), accumulator_pitch);
}

mlir::Value ConvCode::paramSlot(Value counter) {
  return e.mul(e.parity(e.add(counter, first_params)),
               e.map.params[1].address - e.map.params[0].address);
}

} // namespace npuforge::tile
