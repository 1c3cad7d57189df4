// What the vector unit computes of a block of channels of a task, and the epilogue of the results.
#include "words/windows.h"

namespace npuforge::tile {

using namespace mlir;

/// What follows reads rows that have just been written.
void WindowsCode::wait() {
  e.signal("vector", "vector");
  e.await("vector", "vector");
}

Value WindowsCode::rowsAt(int64_t base, ArrayRef<Level> levels) {
  return e.stream(accumulators, {}, base, levels);
}

void WindowsCode::loadRows(Value from, int64_t to, int64_t count) {
  moveRows(e, *moves.load, compact(to, count),
           e.stream(boxes, from, 0, {e.level(count, z.pixel_bytes)}));
}

void WindowsCode::storeRows(const Task& t, Value block, ArrayRef<Level> levels, int64_t base) {
  wait();
  Value made = rowsAt(base, levels);
  if (!steps)
    return moveRows(e, *moves.store,
                    e.stream(results, e.add(t.out, e.mul(block, cols * 4)), 0,
                             {e.level(z.results, z.result_pixel)}),
                    made);
  steps->run([&](int64_t value, const MapStep& step) {
    return epilogueRows(t, block, made, epilogue->plan.values[value],
                        epilogue->plan.values[step.result].is_row);
  });
}

/// `made`: the results. `single`: one row, whatever the tile.
Value WindowsCode::epilogueRows(const Task& t, Value block, Value made, const MapValue& value,
                                bool single) {
  struct {
    Value buffer, base;
    int64_t pixel; ///< from one to the next
  } rows;
  if (value.is_result)
    rows = {results, e.add(t.out, e.mul(block, cols * value.element_bytes)), z.result_pixel};
  else if (value.input < 0)
    rows = {accumulators, e.constant(value.address), 1};
  else if (epilogue->operands[value.input] == Beside::Results)
    return made;
  else
    rows = {boxes,
            e.add(t.slot, e.add(e.mul(block, cols * 4),
                                z.box_bytes + z.weight_bytes + operands.place(value.input))),
            z.operand_pixel};
  SmallVector<Level> levels;
  if (!single)
    levels.push_back(e.level(z.results, value.is_row ? 0 : rows.pixel));
  return e.stream(rows.buffer, rows.base, 0, levels);
}

WindowsCode::Lines WindowsCode::compactLines(const Lines& lines) {
  Lines dense = lines;
  int64_t stride = 1;
  for (size_t axis = dense.size(); axis-- > 0; stride *= dense[axis].count)
    dense[axis].stride = stride;
  return dense;
}

WindowsCode::Lines WindowsCode::boxLines() const {
  Lines lines;
  for (size_t axis = 0; axis < lines.size(); ++axis)
    lines[axis] = {w.axes[axis].extent(plan.tile[axis]), 1};
  return compactLines(lines);
}

SmallVector<Level> WindowsCode::levelsOf(const Lines& lines) {
  SmallVector<Level> levels;
  for (const Line& line : llvm::reverse(lines))
    if (line.count > 1)
      levels.push_back(e.level(line.count, line.stride));
  return levels;
}

/// One axis after the other.
void WindowsCode::reduceBlock(const Task& t, Value block) {
  loadRows(e.add(t.slot, e.mul(block, cols * w.element)), 0, z.inputs);
  Lines lines = boxLines();
  int64_t base = 0, next = z.inputs;
  for (size_t i = 0; i < lines.size(); ++i) {
    const size_t axis = lines.size() - 1 - i;
    const WindowAxis& a = w.axes[axis];
    const int64_t tap = lines[axis].stride * a.dilation;
    lines[axis] = {plan.tile[axis], lines[axis].stride * a.stride};
    if (a.kernel == 1)
      continue;
    SmallVector<Level> levels = levelsOf(lines);
    levels.insert(levels.begin(), e.level(a.kernel, tap));
    wait();
    combineRows(e, reduction, compact(next, z.made[i]), rowsAt(base, levels), 1, 0);
    base = next, next += z.made[i];
    lines = compactLines(lines);
  }
  storeRows(t, block, levelsOf(lines), base);
}

/// All taps of a result in one group; pixels that the generators have no levels for are loops.
void WindowsCode::multiplyBlock(const Task& t, Value block) {
  const int64_t weight_rows = e.machine.accumulator_bank_rows() * (e.machine.accumulator.banks - 1);
  Value from = e.add(t.slot, e.mul(block, cols * w.element));
  loadRows(from, 0, z.inputs);
  loadRows(e.add(from, z.box_bytes), weight_rows, z.taps);
  wait();
  SmallVector<Level> src, taps;
  const Lines in = boxLines();
  int64_t tap_stride = 1;
  for (size_t axis = in.size(); axis-- > 0; tap_stride *= w.axes[axis].kernel)
    if (w.axes[axis].kernel > 1) {
      src.push_back(e.level(w.axes[axis].kernel, in[axis].stride * w.axes[axis].dilation));
      taps.push_back(e.level(w.axes[axis].kernel, tap_stride));
    }
  const auto levels = static_cast<int64_t>(src.size());
  SmallVector<Level> dst;
  SmallVector<std::array<int64_t, 3>> outside; // count, rows of inputs, rows of results
  int64_t made = 1;
  for (size_t axis = in.size(); axis-- > 0; made *= plan.tile[axis]) {
    const int64_t count = plan.tile[axis], stride = in[axis].stride * w.axes[axis].stride;
    if (count == 1)
      continue;
    if (static_cast<int>(src.size()) == e.machine.sequencer.levels) {
      outside.push_back({count, stride, made});
      continue;
    }
    src.push_back(e.level(count, stride));
    taps.push_back(e.level(count, 0));
    dst.push_back(e.level(count, made));
  }
  Value zero = e.constant(0);
  multiplyRows(outside, zero, zero, src, taps, dst, levels, weight_rows);
  storeRows(t, block, {e.level(z.results, 1)}, z.inputs);
}

void WindowsCode::multiplyRows(ArrayRef<std::array<int64_t, 3>> outside, Value input_row,
                               Value result_row, ArrayRef<Level> src, ArrayRef<Level> taps,
                               ArrayRef<Level> dst, int64_t levels, int64_t weight_rows) {
  if (!outside.empty())
    return e.loop(outside.back()[0], [&](Value index) {
      multiplyRows(outside.drop_back(), e.add(input_row, e.mul(index, outside.back()[1])),
                   e.add(result_row, e.mul(index, outside.back()[2])), src, taps, dst, levels,
                   weight_rows);
    });
  combineRows(e, reduction, e.stream(accumulators, result_row, z.inputs, dst),
              {e.stream(accumulators, input_row, 0, src), rowsAt(weight_rows, taps)}, levels, 0);
}

namespace {

/// Windows and the map behind them.
class EpilogueCode : public LayerCode {
public:
  EpilogueCode(Emit& emit, Session& session, const WindowsOperands& operands,
               const WindowsPlan& plan, const isa::Spec& spec, RowReduction reduction,
               Epilogue made)
      : epilogue(std::move(made)),
        code(emit, session, operands, plan, spec, std::move(reduction), &epilogue) {}
  void run() override { code.run(); }

private:
  const Epilogue epilogue;
  WindowsCode code;
};

} // namespace

std::unique_ptr<LayerCode> makeWindowsEpilogue(Emit& emit, Session& session, Epilogue epilogue,
                                               const isa::Spec& spec, const Part& part) {
  FailureOr<WindowsPlan> plan = readWindowsPlan(*epilogue.map);
  WindowsOperands operands = readWindows(*fusedProducer(epilogue.map));
  auto reduction =
      findReduction(*epilogue.map->getContext(), spec, operands.function, operands.type);
  if (failed(plan))
    return nullptr;
  if (!reduction)
    return epilogue.map.emitError() << "has no instruction on " << spec.machine.name, nullptr;
  cutWindows(operands, *plan, part);
  if (!part.whole())
    waitAlways(epilogue.plan);
  operands.windows.epilogue = needsOf(epilogue);
  operands.result = epilogue.map.getResult();
  return std::make_unique<EpilogueCode>(emit, session, operands, *plan, spec, std::move(*reduction),
                                        std::move(epilogue));
}

} // namespace npuforge::tile
