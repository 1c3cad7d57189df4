// What a product loads and stores, and how much of it there is at the edges.
#include <bit>

#include "mlir/Dialect/Utils/StaticValueUtils.h"
#include "words/product.h"

namespace npuforge::tile {

using namespace mlir;

Value ProductCode::sliceOf(const Coordinates& at) {
  return e.add(at[kSlice], o.first_slice);
}

Value ProductCode::outputOf(const Coordinates& at) {
  return e.add(e.mul(at[kPanel], plan.panel), o.first_output);
}

Value ProductCode::channelsOf(const Coordinates& at) {
  if (p.channels % plan.channels == 0)
    return e.constant(plan.channels);
  return e.min(e.sub(e.constant(p.channels), e.mul(at[kChunk], plan.channels)), plan.channels);
}

Value ProductCode::rowsOf(const Coordinates& at) {
  if (z.parts == 1) // only then a chunk may have fewer channels than others
    return e.mul(channelsOf(at), plan.merged ? p.axes[3].kernel : 1);
  if (z.run % plan.rows == 0)
    return e.constant(plan.rows);
  return e.min(e.sub(e.constant(z.run), e.mul(at[kPart], plan.rows)), plan.rows);
}

Value ProductCode::outputsOf(const Coordinates& at) {
  if (p.outputs % plan.panel == 0)
    return e.constant(plan.panel);
  return e.min(e.sub(e.constant(p.outputs), e.mul(at[kPanel], plan.panel)), plan.panel);
}

Value ProductCode::blocksOf(const Coordinates& at) {
  return ceilDivide(outputsOf(at), cols);
}

Value ProductCode::ceilDivide(Value value, int64_t by) {
  if (auto known = getConstantIntValue(value))
    return e.constant(ceilDiv(*known, by));
  const int shift = std::countr_zero(static_cast<uint64_t>(by));
  return arith::ShRSIOp::create(e.builder, e.location, e.add(value, by - 1), e.constant(shift));
}

Value ProductCode::resultsOf(const Coordinates& at, size_t axis) {
  return box.results(axis, at[kBatch + axis]);
}

Tile ProductCode::resultStrides(int64_t pixel) const {
  Tile strides;
  for (size_t axis = strides.size(); axis-- > 0; pixel *= plan.tile[axis])
    strides[axis] = pixel;
  return strides;
}

SmallVector<Level> ProductCode::withOnes(const Coordinates& at, int64_t stride) {
  return {{e.add(resultsOf(at, 3), 1), stride, {}, {}}};
}

SmallVector<Level> ProductCode::resultLevels(const Coordinates& at, const Tile& strides) {
  SmallVector<Level> list;
  for (size_t axis = strides.size(); axis-- > 0;)
    if (plan.tile[axis] > 1)
      list.push_back({resultsOf(at, axis), strides[axis], {}, {}});
  return list;
}

void ProductCode::loadBox(const Coordinates& at, Value counter) {
  s.awaitCredit(e, "load", "matrix");
  Value from = e.add(e.mul(sliceOf(at), p.left_step * p.stored),
                     e.mul(at[kChunk], plan.channels * p.stored));
  box.load(boxes, e.mul(e.parity(counter), box_bytes), left, from, channelsOf(at),
           {at[kBatch], at[kZ], at[kY], at[kX]}, padding);
  if (p.epilogue.sums) { // behind the last pixel
    Value to = e.add(e.mul(e.parity(counter), box_bytes), e.mul(resultsOf(at, 3), z.pixel_bytes));
    copyIn(e, {boxes, to, ones, {}, {{channelsOf(at), p.element, p.element}}, p.element});
  }
  e.signal("load", "matrix");
}

/// The weights unit waits for them as for weights, and so for those before them.
void ProductCode::loadOnes() {
  if (!p.epilogue.row_sums)
    return;
  const int64_t bytes = cols * p.element;
  Value data =
      s.dram(e, s.constant(s.tensor(o.result).symbol + ".ones", std::vector<int8_t>(bytes, 1)));
  copyIn(e, {boxes, e.constant(2 * room.inputs), data, {}, {{e.constant(bytes), 1, 1}}, 1});
  e.signal("load", "weights");
  e.await("weights", "load");
}

int64_t ProductCode::groupBytes() const {
  const int64_t most =
      z.parts == 1 ? plan.channels * (plan.merged ? p.axes[3].kernel : 1) : plan.rows;
  return most * z.weight_pitch;
}

Value ProductCode::weightsAt(Value counter) {
  if (kept)
    return e.add(e.mul(counter, groupBytes()), *kept - e.map.weightSlots().address);
  return e.mul(e.parity(e.add(counter, first_weights)),
               e.map.weights[1].address - e.map.weights[0].address);
}

void ProductCode::loadWeights(const Coordinates& at, Value counter) {
  s.awaitCredit(e, "load", "weights");
  copyWeights(at, weightsAt(counter));
  e.signal("load", "weights");
}

void ProductCode::copyWeights(const Coordinates& at, Value pad_at) {
  // Rows of the matrix: taps in row-major order, the channels of a slice behind each tap.
  Value tap = at[kTapZ];
  for (Role role : {kTapY, kTapX})
    tap = e.add(e.mul(tap, role == kTapX && plan.merged ? 1 : p.axes[role - kTapZ + 1].kernel),
                at[role]);
  const int64_t tap_rows = p.channels * (plan.merged ? p.axes[3].kernel : 1);
  Value row = e.add(e.add(e.mul(tap, tap_rows), e.mul(at[kChunk], plan.channels)),
                    e.mul(at[kPart], plan.rows));
  // Maybe in the code of the layer before, where nothing of the prologue is known.
  if (!parts.empty()) {
    for (const MatrixPart& part : parts)
      copyPart(part, at, row, pad_at);
    return;
  }
  Copy copy{e.scratchpad(e.map.weightSlots(), "weights"), pad_at, s.dram(e, s.tensor(o.right)),
            e.mul(row, p.right_pitch * p.stored),         {},     p.element};
  copy.dram_at = e.add(copy.dram_at, e.mul(sliceOf(at), p.right_step * p.stored));
  copy.dram_at = e.add(copy.dram_at, e.mul(outputOf(at), p.stored));
  copy.axes.push_back({rowsOf(at), p.right_pitch * p.stored, z.weight_pitch});
  copy.axes.push_back({outputsOf(at), p.stored, p.element}); // of integers the low bytes
  copyIn(e, copy);
}

/// What of a part of the matrix lies in the rows from `first_row` on and in the columns of the
/// panel, each to its place.
void ProductCode::copyPart(const MatrixPart& part, const Coordinates& at, Value first_row,
                           Value pad_at) {
  struct Overlap {
    Value behind, count; ///< from the tile's first one; how many
    Value inside;        ///< from the part's first one
  };
  auto overlap = [&](Value first, Value count, int64_t begin, int64_t extent) {
    Value low = e.max(first, begin), high = e.min(e.add(first, count), begin + extent);
    return Overlap{e.sub(low, first), e.max(e.sub(high, low), 0), e.add(low, -begin)};
  };
  const Overlap rows_here = overlap(first_row, rowsOf(at), part.row, part.rows),
                columns = overlap(e.mul(at[kPanel], plan.panel), outputsOf(at), part.column,
                                  part.columns);
  Value pad = e.scratchpad(e.map.weightSlots(), "weights");
  Value source = s.dram(e, s.tensor(part.source));
  Copy copy{pad,    e.add(pad_at, e.mul(rows_here.behind, z.weight_pitch)),
            source, e.constant(part.from * p.stored),
            {},     p.element};
  copy.pad_at = e.add(copy.pad_at, e.mul(columns.behind, p.element));
  for (const auto& [index, step] : {std::pair(at[kSlice], part.slice_step),
                                    {rows_here.inside, part.row_step},
                                    {columns.inside, part.column_step}})
    copy.dram_at = e.add(copy.dram_at, e.mul(index, step * p.stored));
  copy.axes.push_back({rows_here.count, part.row_step * p.stored, z.weight_pitch});
  copy.axes.push_back({columns.count, part.column_step * p.stored, p.element});
  e.when(rows_here.count, [&] { e.when(columns.count, [&] { copyIn(e, copy); }); });
}

} // namespace npuforge::tile
