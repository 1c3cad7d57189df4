// Pooling and depthwise convolution over words: pixels of a tile go into accumulator rows, channels
// in the lanes; reductions of the vector unit make the results.
#include "words_windows.h"

#include "window_box.h"

namespace npuforge::tile {

using namespace mlir;

namespace {

class WindowsCode : public LayerCode {
public:
  WindowsCode(Emit& emit, Session& session, const WindowsOperands& operands,
              const WindowsPlan& plan, const isa::Spec& spec, RowReduction reduction)
      : e(emit), s(session), o(operands), w(o.windows), plan(plan), z(w, plan, emit.machine),
        moves(spec, operands.loaded), reduction(std::move(reduction)),
        box(emit, {w.axes, plan.tile, z.pixel_bytes, w.channels * w.element, w.element, w.element}),
        cols(emit.machine.array.cols), chunks(ceilDiv(w.channels, plan.channels)) {}

  void run() override {
    prologue();
    e.loop(chunks, [&](Value chunk) { loops(0, {}, chunk, chunk); });
  }

private:
  void prologue() {
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
    setReductionLanes(e, reduction, 0);
    s.awaitLayerBefore(e);
  }

  /// One pixel that changes no result: zeros, or the least number.
  Tensor makePadding() {
    if (o.function != RowFunction::Max)
      return s.reserve(s.tensor(o.result).symbol + ".zeros", z.pixel_bytes);
    const uint32_t least = o.type == isa::Type::F32 ? 0xff800000 : 0x80000000;
    std::vector<int8_t> bytes;
    for (int64_t i = 0; i < z.pixel_bytes; ++i)
      bytes.push_back(static_cast<int8_t>(least >> (8 * (i % 4))));
    return s.constant(s.tensor(o.result).symbol + ".least", bytes);
  }

  void loops(size_t axis, WindowBox::Indices at, Value chunk, Value counter) {
    if (axis == at.size())
      return task(at, chunk, counter);
    const int64_t count = tilesOf(w.axes[axis], plan.tile[axis]);
    e.loop(count, [&](Value index) {
      at[axis] = index;
      loops(axis + 1, at, chunk, e.add(e.mul(counter, count), index));
    });
  }

  void task(const WindowBox::Indices& at, Value chunk, Value counter) {
    Value channels =
        w.channels % plan.channels == 0
            ? e.constant(plan.channels)
            : e.min(e.sub(e.constant(w.channels), e.mul(chunk, plan.channels)), plan.channels);
    Value parity = e.parity(counter);
    const int64_t row = cols * 4;
    Value slot = e.mul(parity, e.map.input.bytes / 2 / row * row);
    Value weights = e.add(slot, z.box_bytes);
    Value out = e.mul(parity, e.map.outputs[1].address - e.map.outputs[0].address);
    Value first = e.mul(chunk, plan.channels * w.element);
    Tasks tasks(e, s);
    tasks.load([&] {
      if (matrix)
        copyIn(e, {boxes,
                   weights,
                   matrix,
                   first,
                   {{e.constant(z.taps), w.channels * w.element, z.pixel_bytes},
                    {channels, w.element, w.element}},
                   w.element});
      box.load(boxes, slot, input, first, channels, at, padding);
    });
    tasks.compute([&] {
      e.loop(z.blocks, [&](Value block) {
        Value lanes = e.mul(block, cols * w.element), made = e.add(out, e.mul(block, row));
        if (w.weighted)
          multiplyBlock(e.add(slot, lanes), e.add(weights, lanes), made);
        else
          reduceBlock(e.add(slot, lanes), made);
      });
    });
    tasks.store([&] { store(at, channels, e.mul(chunk, plan.channels * 4), out); });
  }

  Value rowsAt(int64_t base, ArrayRef<Level> levels) {
    return e.stream(accumulators, {}, base, levels);
  }
  Value compact(int64_t base, int64_t count) { return rowsAt(base, {e.level(count, 1)}); }

  /// What follows reads rows that have just been written.
  void wait() {
    e.signal("vector", "vector");
    e.await("vector", "vector");
  }

  void loadRows(Value from, int64_t to, int64_t count) {
    moveRows(e, *moves.load, compact(to, count),
             e.stream(boxes, from, 0, {e.level(count, z.pixel_bytes)}));
  }

  void storeRows(Value to, ArrayRef<Level> levels, int64_t base) {
    wait();
    moveRows(e, *moves.store, e.stream(results, to, 0, {e.level(z.results, z.result_pixel)}),
             rowsAt(base, levels));
  }

  /// Pixels along an axis and rows from one to the next.
  struct Line {
    int64_t count, stride;
  };
  using Lines = std::array<Line, 4>;

  static Lines compactLines(const Lines& lines) {
    Lines dense = lines;
    int64_t stride = 1;
    for (size_t axis = dense.size(); axis-- > 0; stride *= dense[axis].count)
      dense[axis].stride = stride;
    return dense;
  }
  Lines boxLines() const {
    Lines lines;
    for (size_t axis = 0; axis < lines.size(); ++axis)
      lines[axis] = {w.axes[axis].extent(plan.tile[axis]), 1};
    return compactLines(lines);
  }
  SmallVector<Level> levelsOf(const Lines& lines) {
    SmallVector<Level> levels;
    for (const Line& line : llvm::reverse(lines))
      if (line.count > 1)
        levels.push_back(e.level(line.count, line.stride));
    return levels;
  }

  /// One axis after the other.
  void reduceBlock(Value from, Value to) {
    loadRows(from, 0, z.inputs);
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
    storeRows(to, levelsOf(lines), base);
  }

  /// All taps of a result in one group; pixels that the generators have no levels for are loops.
  void multiplyBlock(Value from, Value weight, Value to) {
    const int64_t weight_rows =
        e.machine.accumulator_bank_rows() * (e.machine.accumulator.banks - 1);
    loadRows(from, 0, z.inputs);
    loadRows(weight, weight_rows, z.taps);
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
    storeRows(to, {e.level(z.results, 1)}, z.inputs);
  }

  void multiplyRows(ArrayRef<std::array<int64_t, 3>> outside, Value input_row, Value result_row,
                    ArrayRef<Level> src, ArrayRef<Level> taps, ArrayRef<Level> dst, int64_t levels,
                    int64_t weight_rows) {
    if (!outside.empty())
      return e.loop(outside.back()[0], [&](Value index) {
        multiplyRows(outside.drop_back(), e.add(input_row, e.mul(index, outside.back()[1])),
                     e.add(result_row, e.mul(index, outside.back()[2])), src, taps, dst, levels,
                     weight_rows);
      });
    combineRows(e, reduction, e.stream(accumulators, result_row, z.inputs, dst),
                {e.stream(accumulators, input_row, 0, src), rowsAt(weight_rows, taps)}, levels, 0);
  }

  void store(const WindowBox::Indices& at, Value channels, Value first, Value out) {
    Copy copy{results, out, result, first, {}, 4};
    int64_t pad = z.result_pixel, dram = w.channels * 4;
    SmallVector<Axis> inner_first{{channels, 4, 4}};
    for (size_t axis = at.size(); axis-- > 0;) {
      copy.dram_at = e.add(copy.dram_at, e.mul(at[axis], plan.tile[axis] * dram));
      inner_first.push_back({box.results(axis, at[axis]), dram, pad});
      pad *= plan.tile[axis], dram *= w.axes[axis].out;
    }
    copy.axes.assign(inner_first.rbegin(), inner_first.rend());
    copyOut(e, copy);
  }

  Emit& e;
  Session& s;
  const WindowsOperands o;
  const Windows& w;
  const WindowsPlan plan;
  const WindowsSizes z;
  const WordMoves moves;
  const RowReduction reduction;
  WindowBox box;
  const int64_t cols, chunks;
  Value boxes, results, accumulators, input, result, matrix, padding;
};

} // namespace

std::unique_ptr<LayerCode> makeWindows(Emit& emit, Session& session,
                                       const WindowsOperands& operands, const WindowsPlan& plan,
                                       const npuforge::isa::Spec& spec, RowReduction reduction) {
  return std::make_unique<WindowsCode>(emit, session, operands, plan, spec, std::move(reduction));
}

} // namespace npuforge::tile
