// Loops of a product, and the order of the units.
#include "words/product.h"

#include "mlir/Dialect/Utils/StaticValueUtils.h"
#include "words/chain.h"

namespace npuforge::tile {

using namespace mlir;

ProductCode::ProductCode(Emit& emit, Session& session, ProductOperands operands,
                         const ProductPlan& plan, const isa::Spec& spec, const Epilogue* epilogue)
    : e(emit), s(session), o(std::move(operands)), p(o.product), plan(plan),
      z(p, plan, emit.machine), room(emit.machine, p.epilogue), moves(spec),
      box(emit, {p.axes, plan.tile, z.pixel_bytes, p.left_pitch * p.stored, p.element, p.stored}),
      epilogue(epilogue),
      operands(epilogue, z.pixels, z.operand_pixel, emit.machine.accumulator_row_bytes()),
      box_bytes(room.inputs - z.operand_bytes), rows(emit.machine.array.rows),
      cols(emit.machine.array.cols), first_weights(session.weight_groups) {
  if (epilogue)
    steps.emplace(emit, epilogue->plan);
  if (Operation* made = unshaped(o.right).getDefiningOp(); made && made->hasAttr(kPartsAttr))
    parts = matrixParts(o.right, cols);
  auto push = [&](Role role, int64_t count) { levels.push_back({role, count}); };
  const bool panels_outside = plan.order == ProductOrder::TilesInside;
  push(kSlice, p.slices);
  if (panels_outside)
    push(kPanel, z.panels);
  const size_t panel_depth = levels.size();
  for (size_t axis = 0; axis < p.axes.size(); ++axis)
    push(static_cast<Role>(kBatch + axis), tilesOf(p.axes[axis], plan.tile[axis]));
  const size_t tile_depth = levels.size();
  if (!panels_outside)
    push(kPanel, z.panels);
  task_depth = levels.size();
  push(kChunk, z.chunks);
  box_depth = z.keepsBox(plan) ? tile_depth : levels.size();
  push(kTapZ, p.axes[1].kernel);
  push(kTapY, p.axes[2].kernel);
  push(kTapX, plan.merged ? 1 : p.axes[3].kernel);
  push(kPart, z.parts);
  weights_depth = panels_outside ? panel_depth : levels.size();
  s.weight_groups += turns(weights_depth);
}

int64_t ProductCode::turns(size_t depth) const {
  int64_t product = 1;
  for (size_t i = 0; i < depth; ++i)
    product *= levels[i].count;
  return product;
}

Value ProductCode::counter(const Coordinates& at, size_t depth) {
  Value count = e.constant(0);
  for (size_t i = 0; i < depth; ++i)
    count = e.add(e.mul(count, levels[i].count), at[levels[i].role]);
  return count;
}

ProductCode::Coordinates ProductCode::following(Coordinates at, size_t depth) {
  Value carry = e.constant(1);
  for (size_t i = depth; i-- > 0;) {
    if (levels[i].count == 1)
      continue;
    std::tie(at[levels[i].role], carry) = e.wrap(e.add(at[levels[i].role], carry), levels[i].count);
  }
  return at;
}

void ProductCode::prologue() {
  const MemoryMap& m = e.map;
  boxes = e.scratchpad(m.input, "input");
  weights = e.scratchpad(m.weightSlots(), "weights");
  results = e.scratchpad(m.outputSlots(), "output");
  accumulators = e.buffer("accumulator", {0, 2 * room.accumulator_pitch - 1}, "accumulators");
  left = s.dram(e, s.tensor(o.left));
  result = s.dram(e, s.tensor(o.result));
  if (box.isPadded()) // zeros that nobody writes
    padding = s.dram(e, s.reserve(s.tensor(o.result).symbol + ".zeros", z.pixel_bytes));
  if (p.epilogue.sums)
    ones = s.dram(
        e, s.constant(s.tensor(o.result).symbol + ".ones", std::vector<int8_t>(z.pixel_bytes, 1)));
  if (epilogue)
    beginEpilogue();
}

ProductCode::Coordinates ProductCode::first() {
  Coordinates at;
  at.fill(e.constant(0));
  return at;
}

LayerCode::Weights ProductCode::weightLoads() const {
  const int64_t groups = turns(weights_depth);
  if (kept)
    return {};
  return {groups, isConstant(o.right) ? groups * groupBytes() : 0};
}

void ProductCode::keepWeights(int64_t address) {
  kept = address;
  keepGroups(0, first());
}

void ProductCode::keepGroups(size_t depth, Coordinates at) {
  if (depth == weights_depth)
    return copyWeights(at, weightsAt(counter(at, depth)));
  e.loop(levels[depth].count, [&](Value index) {
    at[levels[depth].role] = index;
    keepGroups(depth + 1, at);
  });
}

void ProductCode::begin() {
  if (begun || kept || !isConstant(o.right))
    return;
  begun = true;
  loadWeights(first(), e.constant(0));
}

void ProductCode::beginTurn() {
  begun = false;
  begin();
}

void ProductCode::run() {
  prologue();
  begin();
  s.awaitLayerBefore(e);
  loadOnes();
  loadBox(first(), e.constant(0));
  if (!begun && !kept)
    loadWeights(first(), e.constant(0));
  nest(0, first());
}

/// Runs the levels from `depth` on; before and behind them, what happens once for each turn of the
/// levels outside.
void ProductCode::nest(size_t depth, Coordinates at) {
  if (depth == box_depth)
    beginBox(at);
  if (depth == task_depth) {
    loadOperands(at);
    accumulator = e.mul(e.parity(counter(at, depth)), room.accumulator_pitch);
    s.awaitCredit(e, "matrix", "vector");
  }
  if (depth == weights_depth)
    beginWeights(at);
  if (depth == levels.size()) {
    multiplyPart(at);
  } else {
    e.loop(levels[depth].count, [&](Value index) {
      at[levels[depth].role] = index;
      nest(depth + 1, at);
    });
    at[levels[depth].role] = e.constant(0);
  }
  if (depth == weights_depth && !kept)
    e.signal("weights", "load");
  if (depth == task_depth)
    endTask(at);
  if (depth == box_depth)
    e.signal("matrix", "load");
}

/// While a box is read, the next one is loaded.
void ProductCode::beginBox(const Coordinates& at) {
  Value index = counter(at, box_depth);
  e.when(e.sub(e.constant(turns(box_depth) - 1), index),
         [&] { loadBox(following(at, box_depth), e.add(index, 1)); });
  box_slot = e.mul(e.parity(index), box_bytes);
  e.await("matrix", "load");
}

void ProductCode::beginWeights(const Coordinates& at) {
  Value index = counter(at, weights_depth);
  weight_slot = weightsAt(index);
  const int64_t count = turns(weights_depth);
  if (!kept)
    e.when(e.sub(e.constant(count - 1), index),
           [&] { loadWeights(following(at, weights_depth), e.add(index, 1)); });
  if (!operandsFollow())
    s.beginNext(e, index, count);
  if (!kept)
    e.await("weights", "load");
}

void ProductCode::multiplyPart(const Coordinates& at) {
  Value count = rowsOf(at);
  e.loop(ceilDivide(count, rows), [&](Value index) {
    Value some = count;
    if (auto known = getConstantIntValue(count); known && *known % rows == 0)
      some = e.constant(rows);
    else
      some = e.min(e.sub(count, e.mul(index, rows)), rows);
    multiplyTile(at, index, some);
  });
}

/// One step of the reduction, of `count` rows of the matrix, for all columns of the panel.
void ProductCode::multiplyTile(const Coordinates& at, Value index, Value count) {
  Value tap = e.add(box_slot, e.mul(index, rows * p.element));
  Value first = index; // 0 in the first step of the task only
  for (Role role : {kTapZ, kTapY, kTapX}) {
    const size_t axis = role - kTapZ + 1;
    tap = e.add(tap, e.mul(at[role], p.axes[axis].dilation * box.padStride(axis)));
    first = e.add(first, at[role]);
  }
  tap = e.add(tap, e.mul(at[kPart], plan.rows * p.element));
  first = e.add(e.add(first, at[kPart]), at[kChunk]);
  Value accumulate = e.min(first, 1);
  Value matrix = e.add(weight_slot, e.mul(index, rows * z.weight_pitch));
  Tile strides;
  for (size_t axis = 0; axis < strides.size(); ++axis)
    strides[axis] = p.axes[axis].stride * box.padStride(axis);
  e.loop(blocksOf(at), [&](Value block) {
    Value tile = e.stream(weights, e.add(matrix, e.mul(block, cols * p.element)), 0,
                          {{count, z.weight_pitch, {}, {}}});
    PreloadOp::create(e.builder, e.location, tile, o.element);
    const bool sums = p.epilogue.sums;
    Value src =
        e.stream(boxes, tap, 0, sums ? withOnes(at, z.pixel_bytes) : resultLevels(at, strides));
    Value dst = e.stream(accumulators, e.add(accumulator, e.mul(block, z.pixels)), 0,
                         sums ? withOnes(at, 1) : resultLevels(at, resultStrides(1)));
    MultiplyOp::create(e.builder, e.location, dst, src, accumulate, 0, o.element);
  });
  if (p.epilogue.row_sums)
    sumRows(at, e.stream(boxes, tap, 0, resultLevels(at, strides)), count, accumulate);
}

/// The ones are a block of columns of their own, for the first of the panels that read a box.
void ProductCode::sumRows(const Coordinates& at, Value src, Value count, Value accumulate) {
  Value later = z.keepsBox(plan) ? e.min(at[kPanel], 1) : e.constant(0);
  e.when(e.sub(e.constant(1), later), [&] {
    PreloadOp::create(e.builder, e.location,
                      e.stream(boxes, {}, 2 * room.inputs, {{count, 0, {}, {}}}), o.element);
    Value dst = e.stream(accumulators, rowSums(at), 0, resultLevels(at, resultStrides(1)));
    MultiplyOp::create(e.builder, e.location, dst, src, accumulate, 0, o.element);
  });
}

/// A slot's last rows. The vector unit has read those of two boxes before when it gives the credit
/// for the first task of a box.
Value ProductCode::rowSums(const Coordinates& at) {
  Value index = counter(at, z.keepsBox(plan) ? box_depth : task_depth);
  return e.add(e.mul(e.parity(index), room.accumulator_pitch), room.accumulators - z.sum_rows);
}

std::unique_ptr<LayerCode> makeProduct(Emit& emit, Session& session, Operation& op,
                                       const isa::Spec& spec, const Part& part) {
  FailureOr<ProductOperands> operands = readProduct(op);
  FailureOr<ProductPlan> plan = readProductPlan(op);
  if (failed(operands) || failed(plan))
    return nullptr;
  cutProduct(*operands, *plan, part, spec.machine);
  return std::make_unique<ProductCode>(emit, session, std::move(*operands), *plan, spec);
}

} // namespace npuforge::tile
