// The code of pooling: one reduction of the vector unit for each tile.
#include "npuforge/compiler/graph/scale.h"

#include "session.h"

namespace npuforge::tile {

using namespace mlir;

namespace {

enum Lane { kBias, kMultiplier, kShift, kZero, kLow, kHigh, kFill };

/// Result rows or columns [first, first + count) whose windows have `taps` taps inside the input.
struct Stretch {
  int64_t first, count, taps;
};

std::vector<Stretch> stretches(int64_t out, int64_t in, int64_t kernel, int64_t stride,
                               int64_t pad) {
  std::vector<Stretch> list;
  for (int64_t i = 0; i < out; ++i) {
    const int64_t begin = std::max<int64_t>(i * stride - pad, 0),
                  end = std::min(i * stride - pad + kernel, in);
    if (!list.empty() && list.back().taps == end - begin)
      ++list.back().count;
    else
      list.push_back({i, 1, end - begin});
  }
  return list;
}

class ReduceCode : public LayerCode {
public:
  ReduceCode(Emit& emit, Session& session, const Layer& layer, const Plan& plan)
      : e(emit), s(session), layer(layer), w(layer.window), plan(plan),
        cols(emit.machine.array.cols), f(reduceFootprint(layer, plan, emit.machine)),
        blocks(ceilDiv(layer.out.channels, cols)) {
    s.param_groups += blocks * f.bands;
  }

  void run() override {
    prologue();
    e.loop(blocks, [&](Value block) {
      e.loop(f.bands,
             [&](Value index) { task(block, index, e.add(e.mul(block, f.bands), index)); });
    });
    s.beginNext();
  }

private:
  int64_t slotBytes() const { return e.map.input.bytes / 2 / cols * cols; }
  /// Are padding rows overwritten by the input rows of other bands?
  bool refills() const { return f.bands > 1 && (w.top || w.bottom); }

  void prologue() {
    const MemoryMap& m = e.map;
    input = e.scratchpad(m.input, "input");
    output = e.scratchpad(m.outputSlots(), "output");
    input_dram = s.dram(e, s.tensor(layer.input));
    output_dram = s.dram(e, s.tensor(layer.root->getResult(0)));
    setLanes();
    if (w.padded()) {
      const int64_t slots = std::min<int64_t>(2, blocks * f.bands);
      s.beforeFill(e);
      for (int64_t slot = 0; slot < slots; ++slot)
        fill(e.constant(slot * slotBytes()), 0, f.rows);
      e.signal("vector", "sequencer");
      e.await("sequencer", "vector");
    }
    s.awaitLayerBefore(e);
  }

  void setLanes() {
    e.set_lane(kLow, layer.low);
    e.set_lane(kHigh, layer.high);
    e.set_lane(kFill, layer.fill);
    if (layer.kind != Kind::MaxPool)
      e.set_lane(kZero, layer.zero);
    if (layer.kind != Kind::AveragePool)
      return;
    // Taps in the padding hold the zero point, so every window's sum is off by the same amount.
    e.set_lane(kBias, -layer.zero_a * w.kernel_h * w.kernel_w);
    e.set_lane(kMultiplier, layer.multiplier[0]);
    e.set_lane(kShift, layer.shift[0]);
  }

  /// Writes padding to rows [begin, end) of a slot.
  void fill(Value slot, int64_t begin, int64_t end) {
    if (begin >= end)
      return;
    Value rows =
        e.stream(input, slot, begin * f.pitch, e.level((end - begin) * f.pitch / cols, cols));
    MapOp::create(e.builder, e.location, "fill", rows, ValueRange(), e.lanes({{"value", kFill}}));
  }

  /// The padding that input rows of other bands overwrite: above the first band, below the last.
  void refill(Value slot) {
    const int64_t last_origin = (f.bands - 1) * plan.band * w.stride_h - w.top;
    fill(slot, 0, w.top);
    fill(slot, std::max<int64_t>(layer.in.height - last_origin, 0), f.rows);
  }

  void load(Value block, Value first, Value rows, Value slot) {
    const int64_t row_bytes = layer.in.width * cols;
    Value origin = e.sub(e.mul(first, w.stride_h), e.constant(w.top));
    Value begin = e.max(origin, 0);
    Value reach = e.add(e.mul(e.sub(rows, e.constant(1)), w.stride_h), w.extent_h());
    Value count = e.sub(e.min(e.add(origin, reach), layer.in.height), begin);
    Value to = e.add(slot, e.mul(e.sub(begin, origin), f.pitch));
    Value from = e.add(e.mul(block, layer.in_view.plane(row_bytes)), e.mul(begin, row_bytes));
    from = e.add(from, layer.in_view.offset(row_bytes));
    if (f.pitch == row_bytes) {
      CopyInOp::create(e.builder, e.location, e.row(input, to, 0), e.row(input_dram, from, 0),
                       e.mul(count, row_bytes));
    } else {
      Value dst = e.stream(input, to, w.left * cols, {{count, f.pitch, {}, {}}});
      Value src = e.stream(input_dram, from, 0, {{count, row_bytes, {}, {}}});
      CopyInOp::create(e.builder, e.location, dst, src, e.constant(row_bytes));
    }
  }

  void task(Value block, Value index, Value counter) {
    Value first = e.mul(index, plan.band);
    Value rows = layer.out.height % plan.band == 0
                     ? e.constant(plan.band)
                     : e.min(e.sub(e.constant(layer.out.height), first), plan.band);
    Value parity = e.parity(counter), slot = e.mul(parity, slotBytes());
    s.awaitCredit(e, "load", "vector");
    load(block, first, rows, slot);
    e.signal("load", "vector");
    e.await("vector", "load");
    s.awaitCredit(e, "vector", "store");
    Value out_slot = e.mul(parity, e.map.outputs[1].address - e.map.outputs[0].address);
    reduceAll(rows, slot, out_slot);
    // The store waits for the padding as well: when a layer's stores are done, nobody works on its
    // slots any more.
    if (refills())
      refill(slot);
    e.signal("vector", "store");
    e.signal("vector", "load");
    store(block, first, rows, out_slot);
  }

  void reduceAll(Value rows, Value slot, Value out_slot) {
    if (layer.kind != Kind::AveragePool || layer.count_pads || !w.padded())
      return reduce(rows, {0, layer.out.width, 0}, 0, slot, out_slot);
    // Where fewer taps count, the divisor differs: a rectangle of results for each number of taps.
    for (const Stretch& y :
         stretches(layer.out.height, layer.in.height, w.kernel_h, w.stride_h, w.top))
      for (const Stretch& x :
           stretches(layer.out.width, layer.in.width, w.kernel_w, w.stride_w, w.left)) {
        const graph::Ratio factor =
            *graph::make_ratio(layer.scale / static_cast<double>(y.taps * x.taps));
        e.set_lane(kMultiplier, factor.multiplier);
        e.set_lane(kShift, factor.shift);
        reduce(e.constant(y.count), x, y.first, slot, out_slot);
      }
  }

  void reduce(Value rows, Stretch x, int64_t first_row, Value slot, Value out_slot) {
    Level kernel_x = e.level(w.kernel_w, w.dilation_w * cols),
          kernel_y = e.level(w.kernel_h, w.dilation_h * f.pitch);
    Level out_x = e.level(x.count, w.stride_w * cols), out_y{rows, w.stride_h * f.pitch, {}, {}};
    const int64_t from = first_row * w.stride_h * f.pitch + x.first * w.stride_w * cols;
    const int64_t to = (first_row * layer.out.width + x.first) * cols;
    Value src = e.stream(input, slot, from, {kernel_x, kernel_y, out_x, out_y});
    Value dst = e.stream(output, out_slot, to,
                         {e.level(x.count, cols), {rows, layer.out.width * cols, {}, {}}});
    SmallVector<std::pair<StringRef, int64_t>> lanes{
        {"fill", kFill}, {"low", kLow}, {"high", kHigh}};
    if (layer.kind != Kind::MaxPool)
      lanes.append({{"bias", kBias}, {"mult", kMultiplier}, {"shift", kShift}, {"zero", kZero}});
    ReduceOp::create(e.builder, e.location, layer.kind == Kind::MaxPool ? "max" : "average", dst,
                     src, 2, e.lanes(lanes));
  }

  void store(Value block, Value first, Value rows, Value out_slot) {
    const int64_t row_bytes = layer.out.width * cols;
    e.await("store", "vector");
    Value to = e.add(e.mul(block, layer.out_view.plane(row_bytes)), e.mul(first, row_bytes));
    to = e.add(to, layer.out_view.offset(row_bytes));
    CopyOutOp::create(e.builder, e.location, e.row(output_dram, to, 0), e.row(output, out_slot, 0),
                      e.mul(rows, row_bytes));
    e.signal("store", "vector");
  }

  Emit& e;
  Session& s;
  const Layer& layer;
  const Window& w;
  const Plan& plan;
  const int64_t cols;
  const Footprint f;
  const int64_t blocks;
  Value input, input_dram, output, output_dram;
};

} // namespace

std::unique_ptr<LayerCode> makeReduce(Emit& emit, Session& session, const Layer& layer,
                                      const Plan& plan) {
  if (layer.kind == Kind::AveragePool && !layer.count_pads && layer.window.padded() &&
      plan.band < layer.out.height) {
    layer.root->emitError()
        << "'" << layer.name
        << "': average pooling that leaves out padding must fit the scratchpad as a whole";
    return nullptr;
  }
  return std::make_unique<ReduceCode>(emit, session, layer, plan);
}

} // namespace npuforge::tile
