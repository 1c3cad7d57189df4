// The tasks of windows over words: what they load and store.
#include "words/windows.h"

namespace npuforge::tile {

using namespace mlir;

WindowsCode::WindowsCode(Emit& emit, Session& session, const WindowsOperands& operands_,
                         const WindowsPlan& plan, const isa::Spec& spec, RowReduction reduction_,
                         const Epilogue* epilogue)
    : e(emit), s(session), o(operands_), w(o.windows), plan(plan), z(w, plan, emit.machine),
      moves(spec, o.loaded), reduction(std::move(reduction_)),
      box(emit, {w.axes, plan.tile, z.pixel_bytes, w.channels * w.element, w.element, w.element}),
      epilogue(epilogue),
      operands(epilogue, z.results, z.operand_pixel, emit.machine.accumulator_row_bytes()),
      cols(emit.machine.array.cols), chunks(ceilDiv(w.channels, plan.channels)) {
  if (epilogue)
    steps.emplace(emit, epilogue->plan, static_cast<int64_t>(reduction.lanes.size()));
}

void WindowsCode::run() {
  prologue();
  e.loop(chunks, [&](Value chunk) { loops(0, {}, chunk, chunk); });
}

void WindowsCode::prologue() {
  const MemoryMap& m = e.map;
  boxes = e.scratchpad(m.input, "input");
  results = e.scratchpad(m.outputSlots(), "output");
  accumulators = e.buffer("accumulator", {0, m.idle_accumulator}, "rows");
  input = s.dram(e, s.tensor(o.input));
  result = s.dram(e, s.tensor(o.result));
  if (o.weights)
    matrix = s.dram(e, s.tensor(o.weights));
  if (box.isPadded())
    padding = s.dram(e, makePadding());
  operands.begin(e, s);
  setReductionLanes(e, reduction, 0);
  if (steps)
    steps->setLanes();
  s.awaitLayerBefore(e);
}

/// One pixel that changes no result: zeros, or the least number.
Tensor WindowsCode::makePadding() {
  if (o.function != RowFunction::Max)
    return s.reserve(s.tensor(o.result).symbol + ".zeros", z.pixel_bytes);
  const uint32_t least = o.type == isa::Type::F32 ? 0xff800000 : 0x80000000;
  std::vector<int8_t> bytes;
  for (int64_t i = 0; i < z.pixel_bytes; ++i)
    bytes.push_back(static_cast<int8_t>(least >> (8 * (i % 4))));
  return s.constant(s.tensor(o.result).symbol + ".least", bytes);
}

void WindowsCode::loops(size_t axis, WindowBox::Indices at, Value chunk, Value counter) {
  if (axis == at.size())
    return task({at, chunk, counter, {}, {}, {}});
  const int64_t count = tilesOf(w.axes[axis], plan.tile[axis]);
  e.loop(count, [&](Value index) {
    at[axis] = index;
    loops(axis + 1, at, chunk, e.add(e.mul(counter, count), index));
  });
}

void WindowsCode::task(Task t) {
  t.channels =
      w.channels % plan.channels == 0
          ? e.constant(plan.channels)
          : e.min(e.sub(e.constant(w.channels), e.mul(t.chunk, plan.channels)), plan.channels);
  Value parity = e.parity(t.counter);
  const int64_t row = e.machine.accumulator_row_bytes();
  t.slot = e.mul(parity, e.map.input.bytes / 2 / row * row);
  t.out = e.mul(parity, e.map.outputs[1].address - e.map.outputs[0].address);
  Tasks tasks(e, s);
  tasks.load([&] { load(t); });
  int64_t count = chunks;
  for (size_t axis = 0; axis < t.at.size(); ++axis)
    count *= tilesOf(w.axes[axis], plan.tile[axis]);
  s.beginNext(e, t.counter, count);
  tasks.compute([&] {
    e.loop(z.blocks, [&](Value block) {
      if (w.weighted)
        multiplyBlock(t, block);
      else
        reduceBlock(t, block);
    });
  });
  tasks.store([&] { store(t); });
}

void WindowsCode::load(const Task& t) {
  Value first = e.mul(t.chunk, plan.channels * w.element);
  if (matrix)
    copyIn(e, {boxes,
               e.add(t.slot, z.box_bytes),
               matrix,
               first,
               {{e.constant(z.taps), w.channels * w.element, z.pixel_bytes},
                {t.channels, w.element, w.element}},
               w.element});
  box.load(boxes, t.slot, input, first, t.channels, t.at, padding);
  operands.load(e, [&](Beside beside, Value dram, int64_t place) {
    Value to = e.add(t.slot, z.box_bytes + z.weight_bytes + place);
    if (isTile(beside))
      return tileOf(t, boxes, to, z.operand_pixel, dram, 4);
    const int64_t step = beside == Beside::Row ? 4 : 0;
    return Copy{boxes, to, dram, e.mul(t.chunk, plan.channels * step), {{t.channels, step, 4}}, 4};
  });
}

Copy WindowsCode::tileOf(const Task& t, Value pad, Value pad_at, int64_t pad_pixel, Value dram,
                         int64_t element) {
  Copy copy{pad, pad_at, dram, e.mul(t.chunk, plan.channels * element), {}, element};
  int64_t dram_pixel = w.channels * element;
  SmallVector<Axis> inner_first{{t.channels, element, element}};
  for (size_t axis = t.at.size(); axis-- > 0;) {
    copy.dram_at = e.add(copy.dram_at, e.add(e.mul(t.at[axis], plan.tile[axis] * dram_pixel),
                                             o.first_result[axis] * dram_pixel));
    inner_first.push_back({box.results(axis, t.at[axis]), dram_pixel, pad_pixel});
    pad_pixel *= plan.tile[axis], dram_pixel *= w.axes[axis].out;
  }
  copy.axes.assign(inner_first.rbegin(), inner_first.rend());
  return copy;
}

void WindowsCode::store(const Task& t) {
  copyOut(e, tileOf(t, results, t.out, z.result_pixel, result, w.epilogue.result_bytes));
}

} // namespace npuforge::tile
