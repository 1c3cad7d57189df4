// What a product loads and stores, and how much of it there is at the edges.
#include <bit>

#include "mlir/Dialect/Utils/StaticValueUtils.h"
#include "words_product.h"

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
  e.signal("load", "matrix");
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
  Copy copy{e.scratchpad(e.map.weightSlots(), "weights"), pad_at, s.dram(e, s.tensor(o.right)),
            e.mul(row, p.right_pitch * p.stored),         {},     p.element};
  copy.dram_at = e.add(copy.dram_at, e.mul(sliceOf(at), p.right_step * p.stored));
  copy.dram_at = e.add(copy.dram_at, e.mul(outputOf(at), p.stored));
  copy.axes.push_back({rowsOf(at), p.right_pitch * p.stored, z.weight_pitch});
  copy.axes.push_back({outputsOf(at), p.stored, p.element}); // of integers the low bytes
  copyIn(e, copy);
}

} // namespace npuforge::tile
