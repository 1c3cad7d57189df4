// The order of a bottleneck's steps.
#include "bottleneck/bottleneck.h"

namespace npuforge::tile {

using namespace mlir;

BottleneckCode::BottleneckCode(Emit& emit, Session& session, const Layer& layer, const Plan& plan)
    : e(emit), s(session), layer(layer), expansion(expansionOf(layer)),
      depthwise(depthwiseOf(layer)), w(depthwise.window), plan(plan),
      t(bottleneckTiles(layer, plan, emit.machine)),
      f(reduceFootprint(depthwise, plan, emit.machine)), places(emit.machine),
      cols(emit.machine.array.cols), taps(w.kernel_h * w.kernel_w),
      first_weights(session.weight_groups), first_params(session.param_groups) {
  weights_data = s.constant(layer.name + ".weights", packWeights());
  params_data = s.constant(layer.name + ".params", packParams());
  std::vector<int8_t> last;
  for (int64_t block = 0; block < t.out_blocks; ++block)
    for (const auto* values : {&layer.bias, &layer.multiplier, &layer.shift})
      appendLanes(last, *values, block, cols);
  last_data = s.constant(layer.name + ".last", last);
  if (!expansion)
    hidden_rows.emplace(emit, session, depthwise, f);
  s.weight_groups += steps() + 2 - firstGroup(); // one behind the last step
  s.param_groups += steps();
}

void BottleneckCode::begin() {
  if (begun)
    return;
  begun = true;
  if (!expansion) // parameters come with the block of the hidden tensor
    return loadWeights(e.constant(1), e.constant(0));
  loadWeights(e.constant(0), e.constant(t.hidden_blocks - 1));
  loadParams({e.constant(0), e.constant(0), e.constant(0)});
}

void BottleneckCode::run() {
  prologue();
  begin();
  setLanes();
  fillPadding();
  s.awaitLayerBefore(e);
  loadLast();
  const Value zero = e.constant(0);
  if (expansion) {
    loadInput(zero);
    loadWeights(e.constant(1), zero);
  } else {
    loadParams({zero, zero, zero});
  }
  // The array waits for the vector unit's steps, so it takes the credits of the layers before.
  for (int credit = 0; credit < 2; ++credit)
    s.awaitCredit(e, "matrix", "vector");
  if (expansion) {
    if (!rolling())
      e.await("matrix", "load");
    e.await("weights", "load");
    expandFirst({zero, zero, zero});
    expandRest({zero, zero, zero});
    e.signal("weights", "load");
  } else {
    e.signal("vector", "matrix"); // as each step does
  }
  e.loop(t.bands, [&](Value band) {
    e.loop(t.hidden_blocks,
           [&](Value block) { step({band, block, e.add(e.mul(band, t.hidden_blocks), block)}); });
  });
  end();
}

void BottleneckCode::end() {
  const Value last = e.constant(t.bands - 1);
  if (expansion)
    e.signal("vector", "matrix"); // as expandRest() does in the other steps
  e.await("matrix", "vector");
  e.await("weights", "load");
  project({last, e.constant(t.hidden_blocks - 1), e.constant(steps() - 1)});
  e.signal("weights", "load");
  if (expansion)
    e.signal("matrix", "load");
  e.signal("matrix", "vector");
  finish(last);
  e.signal("vector", "matrix"); // the second credit
}

void BottleneckCode::step(const Step& here) {
  const Step next = after(here);
  loadWeights(e.add(here.index, 2), next.block);
  s.onwards(e, here.index, steps(), [&] { loadParams(next); });
  if (expansion && rolling()) // behind what the next step needs, since it waits for a slot
    e.when(both(isOne(here.block), e.min(e.sub(e.constant(t.bands - 1), here.band), 1)),
           [&] { loadInput(e.add(here.band, 1)); });
  if (expansion)
    multiply(here, next);
  else
    multiplyHidden(here);
  e.signal("weights", "load");
  if (rolling())
    e.when(both(isZero(here.block), e.min(here.band, 1)), [&] {
      e.signal("matrix", "vector");
      finish(e.sub(here.band, e.constant(1)));
    });
}

void BottleneckCode::multiply(const Step& here, const Step& next) {
  e.await("matrix", "vector");
  e.await("weights", "load");
  filter(here);
  if (divided())
    share(here);
  Value more = e.sub(e.constant(steps() - 1), here.index);
  const bool waits =
      t.pieces > kPiecesAtOnce; // else the vector unit's last instructions come sooner
  e.when(more, [&] {
    expandFirst(next);
    if (!waits)
      expandRest(next);
  });
  e.when(here.index, [&] { project(before(here)); });
  if (waits)
    e.when(more, [&] { expandRest(next); });
}

/// Where the array has no share, the vector unit goes on when the step before has been projected:
/// else it could be too far ahead.
void BottleneckCode::multiplyHidden(const Step& here) {
  e.await("matrix", "vector");
  e.await("vector", "load");
  e.await("weights", "load");
  filter(here);
  if (divided()) {
    e.await("matrix", "load");
    share(here);
    e.signal("matrix", "load");
  }
  e.when(here.index, [&] {
    project(before(here));
    if (divided())
      return;
    e.signal("matrix", "vector");
    e.await("vector", "matrix");
  });
  e.signal("vector", "matrix");
}

BottleneckCode::Step BottleneckCode::after(const Step& step) {
  auto [block, carry] = e.wrap(e.add(step.block, 1), t.hidden_blocks);
  return {e.add(step.band, carry), block, e.add(step.index, 1)};
}

BottleneckCode::Step BottleneckCode::before(const Step& step) {
  Value borrow = isZero(step.block);
  Value block = e.add(e.sub(step.block, e.constant(1)), e.mul(borrow, t.hidden_blocks));
  return {e.sub(step.band, borrow), block, e.sub(step.index, e.constant(1))};
}

BottleneckCode::Band BottleneckCode::band(Value index) {
  if (!rolling())
    return {index,
            e.constant(0),
            e.constant(layer.out.height),
            e.constant(0),
            e.constant(layer.in.height),
            e.constant(w.top)};
  Value first = e.mul(index, plan.band);
  Value rows = layer.out.height % plan.band == 0
                   ? e.constant(plan.band)
                   : e.min(e.sub(e.constant(layer.out.height), first), plan.band);
  Value origin = e.sub(e.mul(first, w.stride_h), e.constant(w.top));
  Value begin = e.max(origin, 0);
  Value reach = e.add(origin, e.add(e.mul(rows, w.stride_h), w.extent_h() - w.stride_h));
  Value end = e.min(reach, layer.in.height);
  return {index, first, rows, begin, e.sub(end, begin), e.sub(begin, origin)};
}

void BottleneckCode::prologue() {
  const MemoryMap& m = e.map;
  input = e.scratchpad(places.input, "input");
  upper = e.scratchpad(places.upper, "upper");
  lower = e.scratchpad(places.lower, "lower");
  dense = e.scratchpad(places.dense, "dense");
  weights = e.scratchpad(m.weightSlots(), "weights");
  params = e.scratchpad(m.paramSlots(), "parameters");
  output = e.scratchpad(m.outputSlots(), "output");
  accumulators = e.buffer("accumulator", {0, m.idle_accumulator}, "accumulators");
  input_dram = s.dram(e, s.tensor(layer.input));
  output_dram = s.dram(e, s.tensor(layer.root->getResult(0)));
}

void BottleneckCode::setLanes() {
  if (expansion) {
    e.set_lane(kZero, expansion->zero);
    e.set_lane(kLow, expansion->low);
    e.set_lane(kHigh, expansion->high);
  }
  e.set_lane(kFilterZero, depthwise.zero);
  e.set_lane(kFilterLow, depthwise.low);
  e.set_lane(kFilterHigh, depthwise.high);
  e.set_lane(kFill, depthwise.fill);
}

/// Columns of padding stay; so do its rows where there is one band.
void BottleneckCode::fillPadding() {
  if (!w.padded())
    return;
  s.beforeFill(e);
  for (const Region& region : regions()) {
    Value rows = e.stream(region.buffer, {}, 0, {e.level(2 * region.most * t.pitch / cols, cols)});
    MapOp::create(e.builder, e.location, "fill", rows, ValueRange(), e.lanes({{"value", kFill}}));
  }
  if (expansion)
    return;
  e.signal("vector", "sequencer"); // loads come next
  e.await("sequencer", "vector");
}

SmallVector<BottleneckCode::Region> BottleneckCode::regions() {
  SmallVector<Region> list;
  if (divided())
    list.push_back({upper, 0, t.upper});
  list.push_back({lower, t.lower_first, t.lower});
  return list;
}

Value BottleneckCode::isZero(Value number) {
  return e.max(e.sub(e.constant(1), number), 0);
}

Value BottleneckCode::isOne(Value number) {
  return e.sub(e.min(number, 1), e.min(e.max(e.sub(number, e.constant(1)), 0), 1));
}

Value BottleneckCode::both(Value a, Value b) {
  return e.max(e.sub(e.add(a, b), e.constant(1)), 0);
}

std::unique_ptr<LayerCode> makeBottleneck(Emit& emit, Session& session, const Layer& layer,
                                          const Plan& plan) {
  return std::make_unique<BottleneckCode>(emit, session, layer, plan);
}

} // namespace npuforge::tile
