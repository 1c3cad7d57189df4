#include "conv.h"

#include "mlir/Dialect/Utils/StaticValueUtils.h"

namespace npuforge::tile {

namespace {
// Lane registers of a convolution.
enum Lane { kBias, kMultiplier, kShift, kZero, kLow, kHigh, kFill };
// A reduction of at most so many tiles is straight-line code.
constexpr int64_t kUnrolledTiles = 24;
} // namespace

ConvCode::ConvCode(Emit& emit, Session& session, const Layer& layer, const Plan& plan)
    : e(emit), s(session), layer(layer), plan(plan), cols(emit.machine.array.cols),
      r(reductionOf(layer, plan, emit.machine)), f(convFootprint(layer, plan, emit.machine)),
      blocks(ceilDiv(layer.out.channels, cols)) {
  weights_data = s.constant(layer.name + ".weights", packWeights(layer, plan, r, cols));
  std::vector<int8_t> lanes;
  for (int64_t block = 0; block < blocks; ++block)
    for (const auto* values : {&layer.bias, &layer.multiplier, &layer.shift})
      appendLanes(lanes, *values, block, cols);
  params_data = s.constant(layer.name + ".params", lanes);
}

void ConvCode::prologue() {
  const MemoryMap& m = e.map;
  input = e.scratchpad(m.input, "input");
  weights =
      e.scratchpad({m.weights[0].address, m.weights[1].address + m.weights[1].bytes}, "weights");
  params = e.scratchpad(
      {m.params[0].address, m.params[1].address - m.params[0].address + m.params[1].bytes},
      "parameters");
  output = e.scratchpad(
      {m.outputs[0].address, m.outputs[1].address - m.outputs[0].address + m.outputs[1].bytes},
      "output");
  accumulators = e.buffer("accumulator", {0, m.idle_accumulator}, "accumulators");
  input_dram = s.dram(e, s.tensor(layer.input));
  output_dram = s.dram(e, s.tensor(layer.root->getResult(0)));
  weights_dram = s.dram(e, weights_data);
  params_dram = s.dram(e, params_data);
  e.set_lane(kZero, layer.zero);
  e.set_lane(kLow, layer.low);
  e.set_lane(kHigh, layer.high);
  if (plan.plain && (layer.window.left || layer.window.right)) {
    // Padding columns lie between the rows that are loaded, so they are written once.
    e.set_lane(kFill, layer.fill);
    for (int64_t slot = 0; slot < f.slots; ++slot) {
      Value rows = e.stream(input, {}, slot * inputSlot(), {e.level(f.bytes / cols, cols)});
      MapOp::create(e.builder, e.location, "fill", rows, mlir::ValueRange(),
                    e.lanes({{"value", kFill}}));
    }
    e.signal("vector", "sequencer");
    e.await("sequencer", "vector");
  }
}

void ConvCode::run() {
  prologue();
  if (plan.blocks_outside)
    blocksOutside();
  else
    bandsOutside();
  const int64_t tasks = f.bands * blocks;
  s.param_groups += tasks;
  s.weight_groups += !r.one_group(plan)    ? tasks * r.outer * chunks()
                     : plan.blocks_outside ? blocks
                                           : tasks;
}

/// From here on the results of the layer before are read.
void ConvCode::awaitInput() {
  if (!s.first_layer)
    e.await("load", "store");
}

/// What a task reads is loaded while the task before it computes; what the first one reads besides
/// the input, while the layer before still computes.
void ConvCode::bandsOutside() {
  loadTask(e.constant(0), e.constant(0));
  awaitInput();
  loadInput(band(e.constant(0), e.constant(0)));
  e.loop(f.bands, [&](Value index) {
    Band b = band(index, index);
    e.when(e.sub(e.constant(f.bands - 1), index), [&] {
      Value next = e.add(index, 1);
      loadInput(band(next, next));
    });
    e.await("matrix", "load");
    e.loop(blocks, [&](Value block) {
      Value counter = e.add(e.mul(index, blocks), block);
      e.when(e.sub(e.constant(f.bands * blocks - 1), counter), [&] {
        Value next = e.add(block, 1);
        // Behind the last block comes the first one of the next band.
        if (f.bands > 1)
          next = e.sub(next, e.mul(e.max(e.sub(next, e.constant(blocks - 1)), 0), blocks));
        loadTask(next, e.add(counter, 1));
      });
      takeParams(counter);
      task(b, block, counter);
    });
    e.signal("matrix", "load");
  });
}

void ConvCode::loadTask(Value block, Value counter) {
  if (r.one_group(plan))
    loadWeights(blockOffset(block), e.constant(r.bytes), e.add(counter, s.weight_groups));
  loadParams(block, counter);
}

void ConvCode::blocksOutside() {
  awaitInput();
  e.loop(blocks, [&](Value block) {
    if (r.one_group(plan)) {
      loadWeights(blockOffset(block), e.constant(r.bytes), e.add(block, s.weight_groups));
      e.await("weights", "load");
    }
    e.loop(f.bands, [&](Value index) {
      Value counter = e.add(e.mul(block, f.bands), index);
      Band b = band(index, counter);
      loadInput(b);
      loadParams(block, counter);
      takeParams(counter);
      e.await("matrix", "load");
      task(b, block, counter);
      e.signal("matrix", "load");
    });
    if (r.one_group(plan))
      e.signal("weights", "load");
  });
}

ConvCode::Band ConvCode::band(Value index, Value counter) {
  Value first = e.mul(index, plan.band);
  Value rows = layer.out.height % plan.band == 0
                   ? e.constant(plan.band)
                   : e.min(e.sub(e.constant(layer.out.height), first), plan.band);
  Value slot = f.slots == 1 ? e.constant(0) : e.mul(e.parity(counter), inputSlot());
  return {first, rows, slot};
}

void ConvCode::loadInput(const Band& b) {
  const Window& w = layer.window;
  // Input rows [begin, end) of the band; the slot's first row is `origin`, which may lie in the
  // padding.
  Value origin =
      f.bands == 1 ? e.constant(0) : e.sub(e.mul(b.first, w.stride_h), e.constant(w.top));
  Value begin = e.max(origin, 0);
  Value reach = e.add(
      e.add(e.mul(e.add(b.first, e.sub(b.rows, e.constant(1))), w.stride_h), w.extent_h()), -w.top);
  Value end = f.bands == 1 ? e.constant(layer.in.height) : e.min(reach, layer.in.height);
  Value count = e.sub(end, begin);
  Value to = e.add(b.slot, e.mul(e.sub(begin, origin), f.pitch));
  const int64_t pixel = plan.plain ? 1 : cols, row_bytes = layer.in.width * pixel;
  const int64_t plane = layer.in.height * row_bytes;
  const int64_t planes = plan.plain ? layer.in.channels : ceilDiv(layer.in.channels, cols);
  Value from = e.mul(begin, row_bytes);
  s.awaitCredit(e, "load", "matrix");
  if (f.pitch == row_bytes) {
    Value dst = e.stream(input, to, 0, {e.level(planes, f.plane)});
    Value src = e.stream(input_dram, from, 0, {e.level(planes, plane)});
    CopyInOp::create(e.builder, e.location, dst, src, e.mul(count, row_bytes));
  } else {
    Value dst =
        e.stream(input, to, w.left * pixel, {{count, f.pitch, {}, {}}, e.level(planes, f.plane)});
    Value src = e.stream(input_dram, from, 0, {{count, row_bytes, {}, {}}, e.level(planes, plane)});
    CopyInOp::create(e.builder, e.location, dst, src, e.constant(row_bytes));
  }
  e.signal("load", "matrix");
}

mlir::Value ConvCode::paramSlot(Value counter) {
  return e.mul(e.parity(e.add(counter, s.param_groups)),
               e.map.params[1].address - e.map.params[0].address);
}

void ConvCode::loadParams(Value block, Value counter) {
  s.awaitCredit(e, "load", "vector");
  CopyInOp::create(e.builder, e.location, e.row(params, paramSlot(counter), 0),
                   e.row(params_dram, e.mul(block, 12 * cols), 0), e.constant(12 * cols));
  e.signal("load", "vector");
}

void ConvCode::takeParams(Value counter) {
  e.await("vector", "load");
  Value src = e.stream(params, paramSlot(counter), 0, {e.level(12, cols)});
  LoadLanesOp::create(e.builder, e.location, src, kBias);
  e.signal("vector", "load");
}

void ConvCode::loadWeights(Value offset, Value bytes, Value counter) {
  Value slot = e.mul(e.parity(counter), e.map.weights[1].address);
  s.awaitCredit(e, "load", "weights");
  CopyInOp::create(e.builder, e.location, e.row(weights, slot, 0), e.row(weights_dram, offset, 0),
                   bytes);
  e.signal("load", "weights");
}

void ConvCode::task(const Band& b, Value block, Value counter) {
  s.awaitCredit(e, "matrix", "vector");
  multiplyAll(b, block, counter);
  e.signal("matrix", "vector");
  finish(b, block, counter);
}

void ConvCode::multiplyAll(const Band& b, Value block, Value counter) {
  Value accumulator = e.mul(e.parity(counter), e.map.accumulators[1].address);
  if (r.one_group(plan)) {
    Value group = e.add(plan.blocks_outside ? block : counter, s.weight_groups);
    Value slot = e.mul(e.parity(group), e.map.weights[1].address);
    if (!plan.blocks_outside)
      e.await("weights", "load");
    reductionLoop(e.constant(r.outer), [&](Value outer) {
      Value first = e.mul(outer, r.inner);
      steps(b, outer, e.constant(0), e.constant(r.inner), first, slot, accumulator);
    });
    if (!plan.blocks_outside)
      e.signal("weights", "load");
    return;
  }
  e.loop(r.outer, [&](Value outer) {
    e.loop(chunks(), [&](Value chunk) {
      Value first = e.mul(chunk, plan.chunk);
      Value count = r.inner % plan.chunk == 0
                        ? e.constant(plan.chunk)
                        : e.min(e.sub(e.constant(r.inner), first), plan.chunk);
      Value group = e.add(e.mul(e.add(e.mul(counter, r.outer), outer), chunks()), chunk);
      group = e.add(group, s.weight_groups);
      Value offset =
          e.add(blockOffset(block), e.mul(e.add(e.mul(outer, r.inner), first), r.step_bytes));
      loadWeights(offset, e.mul(count, r.step_bytes), group);
      e.await("weights", "load");
      steps(b, outer, first, count, e.constant(0), e.mul(e.parity(group), e.map.weights[1].address),
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
  for (int64_t t = 0; t < r.taps; ++t)
    tap(b, t, base, rolled, at, t == 0 ? index : e.constant(1), accumulator);
}

void ConvCode::tap(const Band& b, int64_t t, Value base, Value rolled, Value at, Value accumulate,
                   Value accumulator) {
  const Window& w = layer.window;
  const int64_t kernel_row = t / r.column_tiles, column = t % r.column_tiles;
  const int64_t x = plan.plain ? column * cols : (column * w.dilation_w - w.left) * cols;
  const int64_t y = kernel_row * w.dilation_h - (f.bands == 1 ? w.top : 0);
  Value tile = e.stream(weights, at, t * r.tile_rows * cols, {e.level(r.tile_rows, cols)});
  PreloadOp::create(e.builder, e.location, tile);
  Value src =
      e.stream(input, base, y * f.pitch + x, {columns(column), rows(b, kernel_row, rolled)});
  Level pixels{e.mul(b.rows, layer.out.width), 1, {}, {}};
  Value dst = e.stream(accumulators, accumulator, 0, {pixels});
  MultiplyOp::create(e.builder, e.location, dst, src, accumulate, layer.fill);
}

Level ConvCode::columns(int64_t kernel_column) {
  const Window& w = layer.window;
  if (plan.plain)
    return e.level(layer.out.width, w.stride_w);
  Level level = e.level(layer.out.width, w.stride_w * cols);
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
  const Window& w = layer.window;
  Level level{b.rows, w.stride_h * f.pitch, {}, {}};
  if (w.top == 0 && w.bottom == 0)
    return level;
  if (rolled) { // only with a stride of one: the plan's condition
    Value shift = e.sub(e.sub(e.constant(w.top), e.mul(rolled, w.dilation_h)), b.first);
    level.low = shift;
    level.high = e.add(shift, layer.in.height);
    return level;
  }
  const int64_t shift = w.top - kernel_row * w.dilation_h;
  const int64_t low = ceilDiv(shift, w.stride_h),
                high = ceilDiv(layer.in.height + shift, w.stride_h);
  if (low <= 0 && high >= layer.out.height)
    return level;
  Value before = e.mul(b.first, -1);
  level.low = e.add(before, low);
  level.high = e.add(before, high);
  return level;
}

void ConvCode::finish(const Band& b, Value block, Value counter) {
  Value parity = e.parity(counter);
  Value pixels = e.mul(b.rows, layer.out.width);
  Value slot = e.mul(parity, e.map.outputs[1].address - e.map.outputs[0].address);
  e.await("vector", "matrix");
  s.awaitCredit(e, "vector", "store");
  Value src = e.stream(accumulators, e.mul(parity, e.map.accumulators[1].address), 0,
                       {{pixels, 1, {}, {}}});
  Value dst = e.stream(output, slot, 0, {{pixels, cols, {}, {}}});
  MapOp::create(e.builder, e.location, "requant", dst, src,
                e.lanes({{"bias", kBias},
                         {"mult", kMultiplier},
                         {"shift", kShift},
                         {"zero", kZero},
                         {"low", kLow},
                         {"high", kHigh}}));
  e.signal("vector", "matrix");
  e.signal("vector", "store");
  e.await("store", "vector");
  const int64_t row_bytes = layer.out.width * cols;
  Value to = e.add(e.mul(block, layer.out.height * row_bytes), e.mul(b.first, row_bytes));
  CopyOutOp::create(e.builder, e.location, e.row(output_dram, to, 0), e.row(output, slot, 0),
                    e.mul(pixels, cols));
  e.signal("store", "vector");
}

void emitConv(Emit& emit, Session& session, const Layer& layer, const Plan& plan) {
  ConvCode(emit, session, layer, plan).run();
}

} // namespace npuforge::tile
