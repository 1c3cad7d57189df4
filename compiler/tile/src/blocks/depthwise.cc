// The code of depthwise convolutions. Of each band of a block of channels the array computes the
// upper rows, tap by tap with diagonal weights, and the vector unit those below, in one reduction.
#include "blocks/depthwise_rows.h"
#include "blocks/quantised_maps.h"

namespace npuforge::tile {

using namespace mlir;

namespace {

enum Lane { kBias, kMultiplier, kShift, kZero, kLow, kHigh, kFill };

class DepthwiseCode : public LayerCode {
public:
  DepthwiseCode(Emit& emit, Session& session, const Layer& layer, const Plan& plan)
      : e(emit), s(session), layer(layer), w(layer.window), plan(plan),
        cols(emit.machine.array.cols), taps(w.kernel_h * w.kernel_w),
        f(reduceFootprint(layer, plan, emit.machine)), input_rows(emit, session, layer, f),
        places(depthwisePlaces(plan, emit.machine)), blocks(ceilDiv(layer.out.channels, cols)),
        divided(plan.array_rows > 0), weight_bytes(diagonalBytes(layer, emit.machine)),
        first_weights(session.weight_groups), first_params(session.param_groups) {
    s.param_groups += tasks();
    params_data = s.constant(layer.name + ".params", packParams());
    if (divided) {
      s.weight_groups += blocks;
      weights_data = s.constant(layer.name + ".weights", packDiagonals());
    }
  }

  void begin() override {
    if (divided && !begun)
      loadWeights(e.constant(0));
    begun = true;
  }

  void run() override {
    prologue();
    begin();
    s.awaitLayerBefore(e);
    loadTask(e.constant(0), e.constant(0), e.constant(0));
    e.loop(blocks, [&](Value block) {
      if (divided) {
        e.when(e.sub(e.constant(blocks - 1), block), [&] { loadWeights(e.add(block, 1)); });
        e.await("weights", "load");
      }
      e.loop(f.bands, [&](Value index) {
        Value counter = e.add(e.mul(block, f.bands), index);
        s.onwards(e, counter, tasks(), [&] {
          auto [next, carry] = e.wrap(e.add(index, 1), f.bands);
          loadTask(e.add(block, carry), next, e.add(counter, 1));
        });
        task(block, index, counter);
      });
      if (divided)
        e.signal("weights", "load");
    });
  }

private:
  /// Some result rows of a band, with the place of the input rows under them.
  struct Part {
    Value first, rows, place;
  };

  int64_t tasks() const { return blocks * f.bands; }
  int64_t paramBytes() const { return (12 + taps) * cols; }

  std::vector<int8_t> packParams() const {
    std::vector<int8_t> bytes;
    for (int64_t block = 0; block < blocks; ++block) {
      for (const auto* values : {&layer.bias, &layer.multiplier, &layer.shift})
        appendLanes(bytes, *values, block, cols);
      for (int64_t tap = 0; tap < taps; ++tap)
        for (int64_t lane = 0; lane < cols; ++lane)
          bytes.push_back(weight(block, tap, lane));
    }
    return bytes;
  }

  /// [block][tap][row][column].
  std::vector<int8_t> packDiagonals() const {
    std::vector<int8_t> bytes(blocks * weight_bytes, 0);
    for (int64_t block = 0; block < blocks; ++block)
      for (int64_t tap = 0; tap < taps; ++tap)
        for (int64_t lane = 0; lane < cols; ++lane)
          bytes[((block * taps + tap) * cols + lane) * cols + lane] = weight(block, tap, lane);
    return bytes;
  }

  int8_t weight(int64_t block, int64_t tap, int64_t lane) const {
    const int64_t channel = block * cols + lane;
    return channel < layer.in.channels ? layer.weights[channel * taps + tap] : int8_t{0};
  }

  void prologue() {
    const MemoryMap& m = e.map;
    input = e.scratchpad(m.input, "input");
    output = e.scratchpad(m.outputSlots(), "output");
    params = e.scratchpad(m.paramSlots(), "parameters");
    weights = e.scratchpad(m.weightSlots(), "weights");
    accumulators = e.buffer("accumulator", {0, m.idle_accumulator}, "accumulators");
    output_dram = s.dram(e, s.tensor(layer.root->getResult(0)));
    params_dram = s.dram(e, params_data);
    e.set_lane(kZero, layer.zero);
    e.set_lane(kLow, layer.low);
    e.set_lane(kHigh, layer.high);
    e.set_lane(kFill, layer.fill);
    if (!w.padded())
      return;
    // Padding around the rows that are loaded: columns stay, rows as far as no other band uses
    // them.
    s.beforeFill(e);
    for (int64_t slot = 0; slot < std::min<int64_t>(2, tasks()); ++slot) {
      if (divided)
        fill(slot * places.slot, plan.array_rows);
      fill(slot * places.slot + places.part, plan.band - plan.array_rows);
    }
    e.signal("vector", "sequencer");
    e.await("sequencer", "vector");
  }

  void fill(int64_t place, int64_t rows) {
    Value all = e.stream(input, {}, place, {e.level(inputRows(w, rows) * f.pitch / cols, cols)});
    MapOp::create(e.builder, e.location, "fill", all, ValueRange(), e.lanes({{"value", kFill}}));
  }

  // --- loads
  void loadWeights(Value block) {
    Value to = e.row(e.scratchpad(e.map.weightSlots(), "weights"), weightSlot(block), 0);
    Value from = e.row(s.dram(e, weights_data), e.mul(block, weight_bytes), 0);
    s.awaitCredit(e, "load", "weights");
    CopyInOp::create(e.builder, e.location, to, from, e.constant(weight_bytes));
    e.signal("load", "weights");
  }

  void loadTask(Value block, Value index, Value counter) {
    s.awaitCredit(e, "load", "vector");
    CopyInOp::create(e.builder, e.location, e.row(params, paramSlot(counter), 0),
                     e.row(params_dram, e.mul(block, paramBytes()), 0), e.constant(paramBytes()));
    if (divided) {
      loadPart(block, upper(index, counter));
      e.signal("load", "matrix");
    }
    loadPart(block, lower(index, counter));
    e.signal("load", "vector");
  }

  void loadPart(Value block, const Part& part) {
    input_rows.load(input, part.place, block, part.first, part.rows);
  }

  // --- one band of a block
  void task(Value block, Value index, Value counter) {
    Part lower = this->lower(index, counter), upper = this->upper(index, counter);
    Value out = outputSlot(counter);
    e.await("vector", "load");
    LoadLanesOp::create(e.builder, e.location,
                        e.stream(params, paramSlot(counter), 0, {e.level(12, cols)}), kBias);
    s.awaitCredit(e, "vector", "store");
    // The vector unit's part comes first: the array's fills the queue, behind which the sequencer
    // waits.
    reduce(lower, counter, e.add(out, plan.array_rows * layer.out.width * cols));
    if (divided) {
      multiply(upper, block, counter);
      requantise(counter, out);
    }
    e.signal("vector", "store");
    e.signal("vector", "load");
    store(block, e.mul(index, plan.band), e.add(lower.rows, plan.array_rows), out);
  }

  void reduce(const Part& part, Value counter, Value out) {
    Level out_x = e.level(layer.out.width, w.stride_w * cols),
          out_y{part.rows, w.stride_h * f.pitch, {}, {}};
    Value src = e.stream(input, part.place, 0,
                         {e.level(w.kernel_w, w.dilation_w * cols),
                          e.level(w.kernel_h, w.dilation_h * f.pitch), out_x, out_y});
    Value factors = e.stream(params, paramSlot(counter), 12 * cols,
                             {e.level(w.kernel_w, cols),
                              e.level(w.kernel_h, w.kernel_w * cols),
                              e.level(layer.out.width, 0),
                              {part.rows, 0, {}, {}}});
    Value dst = e.stream(output, out, 0, {{e.mul(part.rows, layer.out.width), cols, {}, {}}});
    ReduceOp::create(e.builder, e.location, "depthwise", dst, ValueRange{src, factors}, 2,
                     e.lanes({{"fill", kFill},
                              {"low", kLow},
                              {"high", kHigh},
                              {"bias", kBias},
                              {"mult", kMultiplier},
                              {"shift", kShift},
                              {"zero", kZero}}));
  }

  void multiply(const Part& part, Value block, Value counter) {
    e.await("matrix", "load");
    s.awaitCredit(e, "matrix", "vector");
    Value dst = e.stream(accumulators, accumulatorSlot(counter), 0,
                         {e.level(plan.array_rows * layer.out.width, 1)});
    for (int64_t tap = 0; tap < taps; ++tap) {
      Value tile = e.stream(weights, weightSlot(block), tap * cols * cols, {e.level(cols, cols)});
      PreloadOp::create(e.builder, e.location, tile);
      const int64_t row = tap / w.kernel_w * w.dilation_h, column = tap % w.kernel_w * w.dilation_w;
      Value src = e.stream(input, part.place, row * f.pitch + column * cols,
                           {e.level(layer.out.width, w.stride_w * cols),
                            e.level(plan.array_rows, w.stride_h * f.pitch)});
      MultiplyOp::create(e.builder, e.location, dst, src, e.constant(tap == 0 ? 0 : 1), layer.fill);
    }
    e.signal("matrix", "vector");
  }

  void requantise(Value counter, Value out) {
    const int64_t pixels = plan.array_rows * layer.out.width;
    e.await("vector", "matrix");
    Value src = e.stream(accumulators, accumulatorSlot(counter), 0, {e.level(pixels, 1)});
    Value dst = e.stream(output, out, 0, {e.level(pixels, cols)});
    requantiseRows(e, dst, src, {kBias, kMultiplier, kShift, kZero, kLow, kHigh});
    e.signal("vector", "matrix");
  }

  void store(Value block, Value first, Value rows, Value out) {
    const int64_t row_bytes = layer.out.width * cols;
    e.await("store", "vector");
    Value to = e.add(e.mul(block, layer.out_view.plane(row_bytes)), e.mul(first, row_bytes));
    to = e.add(to, layer.out_view.offset(row_bytes));
    CopyOutOp::create(e.builder, e.location, e.row(output_dram, to, 0), e.row(output, out, 0),
                      e.mul(rows, row_bytes));
    e.signal("store", "vector");
  }

  // --- where things are
  Part upper(Value index, Value counter) {
    return {e.mul(index, plan.band), e.constant(plan.array_rows), slot(counter)};
  }
  Part lower(Value index, Value counter) {
    Value first = e.add(e.mul(index, plan.band), plan.array_rows);
    const int64_t most = plan.band - plan.array_rows;
    Value rows = layer.out.height % plan.band == 0
                     ? e.constant(most)
                     : e.min(e.sub(e.constant(layer.out.height), first), most);
    return {first, rows, e.add(slot(counter), places.part)};
  }
  Value slot(Value counter) { return e.mul(e.parity(counter), places.slot); }
  Value accumulatorSlot(Value counter) {
    return e.mul(e.parity(counter), e.map.accumulators[1].address);
  }
  Value weightSlot(Value block) {
    return e.mul(e.parity(e.add(block, first_weights)), e.map.weights[1].address);
  }
  /// Parameters and results of a task share a bank: the store reads the other task's.
  Value paramSlot(Value counter) {
    return e.mul(e.parity(e.add(counter, first_params)),
                 e.map.params[1].address - e.map.params[0].address);
  }
  Value outputSlot(Value counter) {
    return e.mul(e.parity(e.add(counter, first_params)),
                 e.map.outputs[1].address - e.map.outputs[0].address);
  }

  Emit& e;
  Session& s;
  const Layer& layer;
  const Window& w;
  const Plan& plan;
  const int64_t cols, taps;
  const Footprint f;
  DepthwiseRows input_rows;
  const DepthwisePlaces places;
  const int64_t blocks;
  const bool divided; ///< between the array and the vector unit
  const int64_t weight_bytes, first_weights, first_params;
  bool begun = false;
  Tensor weights_data, params_data;
  Value input, params, params_dram, weights, accumulators, output, output_dram;
};

} // namespace

std::unique_ptr<LayerCode> makeDepthwise(Emit& emit, Session& session, const Layer& layer,
                                         const Plan& plan) {
  return std::make_unique<DepthwiseCode>(emit, session, layer, plan);
}

} // namespace npuforge::tile
