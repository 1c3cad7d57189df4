#include "conv/conv.h"

#include "npuforge/compiler/graph/optimisations.h"

#include "blocks/quantised_maps.h"
#include "conv/cycles.h"
#include "conv/share.h"
#include "plan/kept.h"
#include "plan/plan_check.h"

namespace npuforge::tile {

namespace {
// More parts would gain less than the code between them costs.
constexpr int64_t kMostParts = 8;
// Instructions of the vector unit that the sequencer gives it between two pieces of a reduction.
constexpr int64_t kDeferred = 6;

// Lane registers of a convolution.
enum Lane {
  kBias,
  kMultiplier,
  kShift,
  kZero,
  kLow,
  kHigh,
  kFill,
  kSumZeroA,
  kSumMultiplierA,
  kSumZeroB,
  kSumMultiplierB,
  kSumShift,
  kSumZero,
  kSumLow,
  kSumHigh
};
constexpr RequantLanes kRequantLanes{kBias, kMultiplier, kShift, kZero, kLow, kHigh};
constexpr SumLanes kSumLanes{kSumZeroA, kSumMultiplierA, kSumZeroB, kSumMultiplierB,
                             kSumShift, kSumZero,        kSumLow,   kSumHigh};
} // namespace

ConvCode::ConvCode(Emit& emit, Session& session, const Layer& layer, const Plan& plan,
                   const MapPlan* map)
    : e(emit), s(session), layer(layer), plan(plan), cols(emit.machine.array.cols),
      r(reductionOf(layer, plan, emit.machine)), f(convFootprint(layer, plan, emit.machine)),
      g(groupedRows(layer, plan, emit.machine)), p(poolFootprint(layer, plan, emit.machine)),
      blocks(ceilDiv(layer.out.channels, cols)), one_group(r.one_group(plan)),
      blocks_outside(plan.blocks_outside && one_group), resident(keepsWeights()),
      units(weightUnits()), second_in_input(layer.sum && emit.machine.scratchpad.banks % 8 == 0 &&
                                            f.bytes <= eighth() - 2 * cols),
      parts(countParts()),
      spreads(parts > 1 && parts < blocks && hasDramToSpare(layer, plan, emit.machine)),
      first_inputs(overlaps() ? session.input_groups : 0),
      passes_slot(layer.gang && !agreesOnSlot(*layer.gang, session.weight_groups)),
      first_weights(session.weight_groups + (passes_slot ? 1 : 0)),
      first_params(session.param_groups),
      accumulator_pitch(convAccumulators(layer, emit.machine).pitch), map(map) {
  stored = layer.root->getResult(0);
  if (mlir::Operation* move = storedMove(layer)) {
    row_store = rowStoreOf(*move, layer, cols);
    stored = move->getResult(0);
  }
  if (map)
    map_steps.emplace(emit, *map, kFill + 1, layer.isPart());
  if (map && one_group && !blocks_outside)
    map_parts = map_steps->parts(kDeferred);
  weights_data = s.constant(layer.name + ".weights", packWeights(layer, plan, r, emit.machine));
  if (plan.kept != 0 && !plan.found)
    s.keepWeights(plan.kept, keptBytes(layer, plan, emit.machine), weights_data.symbol);
  std::vector<int8_t> lanes;
  for (int64_t block = 0; block < blocks; ++block)
    for (const auto* values : {&layer.bias, &layer.multiplier, &layer.shift})
      appendLanes(lanes, *values, block, cols);
  params_data = s.constant(layer.name + ".params", lanes);
  if (plan.unfold && (layer.window.top || layer.window.bottom))
    fill_data =
        s.constant(layer.name + ".fill",
                   std::vector<int8_t>(layer.window.kernel_w, static_cast<int8_t>(layer.fill)));
  s.input_groups = first_inputs + (blocks_outside ? tasks() : f.loads);
  s.param_groups += tasks();
  s.weight_groups = first_weights + weightGroups();
}

/// With one band, and with blocks outside, all weights are loaded once anyway.
bool ConvCode::keepsWeights() const {
  if (f.bands == 1 || blocks_outside || plan.kept != 0)
    return false;
  const auto node = layer.node->getLoc();
  const int64_t bytes = blocks * r.bytes, room = e.map.weights[0].bytes;
  if (!graph::allowed(layer.root, graph::kKeepWeights))
    return graph::refused(node, graph::kKeepWeights, "turned off"), false;
  if (!one_group || bytes > room) {
    graph::refused(node, graph::kKeepWeights,
                   std::to_string(bytes) + " bytes, the slot has " + std::to_string(room));
    return false;
  }
  graph::taken(node, graph::kKeepWeights,
               "all " + std::to_string(bytes) + " bytes are loaded once for " +
                   std::to_string(f.bands) + " bands");
  return true;
}

/// Loads give one token for each part. Those of a band's parts are taken by its first task, which
/// waits for no load behind them, so loads of the next band may wait until there is room for
/// theirs.
int64_t ConvCode::countParts() const {
  if (!one_group || blocks_outside || plan.plain || plan.kept != 0 || plan.roll_rows ||
      units.each > 0 || !graph::allowed(layer.root, graph::kEarlyStart))
    return 1;
  int64_t count = std::min<int64_t>({f.planes, e.machine.token_max, kMostParts});
  while (f.planes % count != 0)
    --count;
  return count;
}

int64_t ConvCode::weightGroups() const {
  if (plan.found)
    return 0;
  if (units.each > 0) // slots
    return ceilDiv(blocks * units.each, int64_t{1} << units.bits);
  if (!one_group)
    return tasks() * r.outer * chunks();
  return resident ? 1 : blocks_outside ? blocks : tasks();
}

void ConvCode::begin() {
  if (begun)
    return;
  begun = true;
  if (!layer.gang || layer.gang->early)
    loadFirstWeights();
  Value zero = e.constant(0);
  if (!layer.sum) // its other operand may be the result of the layer before
    loadParams(zero, zero, zero);
}

void ConvCode::loadFirstWeights() {
  if (has_weights)
    return;
  has_weights = true;
  Value zero = e.constant(0);
  if (passes_slot)
    passSlot();
  if (resident)
    loadWeights(zero, e.constant(blocks * r.outer * r.inner), weightSlot(zero));
  else if (units.each > 0)
    loadUnit(zero);
  else if (one_group && !plan.found)
    loadBlock(zero, zero);
  else if (!one_group)
    loadChunk({zero, zero, zero, zero});
}

void ConvCode::makeBuffers() {
  const MemoryMap& m = e.map;
  input = e.scratchpad(m.input, "input");
  weights = e.scratchpad(m.weightSlots(), "weights");
  if (plan.kept != 0)
    kept = e.scratchpad(m.input, "kept weights");
  params = e.scratchpad(m.paramSlots(), "parameters");
  output = e.scratchpad(m.outputSlots(), "output");
  accumulators = e.buffer("accumulator", {0, m.idle_accumulator}, "accumulators");
  input_dram = s.dram(e, s.tensor(layer.input));
  output_dram = s.dram(e, s.tensor(stored));
}

void ConvCode::setLanes() {
  e.set_lane(kZero, layer.zero);
  e.set_lane(kLow, layer.low);
  e.set_lane(kHigh, layer.high);
  if (layer.sum)
    setSumLanes(e, kSumLanes, *layer.sum);
  if (layer.pooling)
    preparePooling();
  if (layer.average)
    prepareMean();
  if (map_steps)
    map_steps->setLanes();
  if (plan.plain && (layer.window.left || layer.window.right))
    fillColumns();
}

/// Padding columns lie between the rows that are loaded, so they are written once.
void ConvCode::fillColumns() {
  e.set_lane(kFill, layer.fill);
  s.beforeFill(e);
  auto fill = [&](int64_t at, llvm::ArrayRef<Level> levels) {
    MapOp::create(e.builder, e.location, "fill", e.stream(input, {}, at, levels),
                  mlir::ValueRange(), e.lanes({{"value", kFill}}));
  };
  for (int64_t slot = 0; slot < f.slots; ++slot) {
    const int64_t at = slot * inputSlot();
    if (!plan.neighbours) {
      fill(at, {e.level(f.bytes / cols, cols)});
      continue;
    }
    const Neighbours n = neighboursOf(layer, e.machine);
    for (const Columns& c : columnsOf(n.count, n.segment))
      if (c.low > 0 || c.high < n.segment)
        fill(at + c.first * f.pixel, {e.level(c.count, f.pixel), e.level(f.rows, f.pitch)});
  }
  e.signal("vector", "sequencer");
  e.await("sequencer", "vector");
}

void ConvCode::run() {
  makeBuffers();
  if (!overlaps()) // writes padding before loads
    setLanes();
  begin();
  loadFirstWeights();
  if (passes_slot) {
    e.await("weights", "load");
    e.signal("weights", "load");
  }
  loadFirstInput();
  if (units.each > 0)
    loadMoreUnits();
  if (overlaps()) // else the sequencer would wait for the vector unit with the loads
    setLanes();
  if (layer.sum)
    loadParams(e.constant(0), e.constant(0), e.constant(0));
  if (blocks_outside)
    blocksOutside();
  else
    bandsOutside();
  if (lendsOverlap())
    s.setOverlap({stored, blocks - 1, second_in_input});
}

void ConvCode::takeParams(Value counter) {
  e.await("vector", "load");
  Value src = e.stream(params, paramSlot(counter), 0, {e.level(12, cols)});
  LoadLanesOp::create(e.builder, e.location, src, kBias);
  if (!layer.sum)
    e.signal("vector", "load");
}

void ConvCode::task(const Task& t, const Task* before) {
  s.awaitCredit(e, "matrix", "vector");
  multiplyAll(t.band, t.block, t.counter, [&](size_t part) {
    e.when(e.min(t.counter, 1), [&] { finishPart(*before, part); });
  });
  e.signal("matrix", "vector");
  if (!before)
    finish(t.band, t.block, t.counter);
}

void ConvCode::finish(const Band& b, Value block, Value counter) {
  Value dst = requantise(b, block, counter);
  if (layer.sum)
    addSecond(dst, e.mul(b.rows, layer.out.width), counter);
  if (layer.average)
    mean(dst, counter);
  if (map)
    applyMap(b, counter, {0, map->steps.size()});
  if (layer.pooling)
    pool(b, block, outputSlot(counter));
  store(b, block, outputSlot(counter));
}

/// The rows that are made.
mlir::Value ConvCode::requantise(const Band& b, Value block, Value counter) {
  Value pixels = e.mul(b.rows, layer.out.width);
  e.await("vector", "matrix");
  s.awaitCredit(e, "vector", "store");
  Value src = e.stream(accumulators, accumulatorSlot(counter), 0, {{pixels, 1, {}, {}}});
  Value dst = requantised(b, block, counter);
  requantiseRows(e, dst, src, kRequantLanes);
  e.signal("vector", "matrix");
  return dst;
}

/// Where the rows go: to the output slot, behind their mean; a map reads them from its second half.
mlir::Value ConvCode::requantised(const Band& b, Value block, Value counter) {
  if (layer.pooling)
    return pooledRows(b, block);
  const int64_t behind = map ? e.map.outputs[0].bytes / 2 / cols * cols : layer.average ? cols : 0;
  return e.stream(output, outputSlot(counter), behind,
                  {{e.mul(b.rows, layer.out.width), cols, {}, {}}});
}

void ConvCode::store(const Band& b, Value block, Value slot) {
  e.signal("vector", "store");
  e.await("store", "vector");
  copyOut(e, row_store ? movedResult(b, block, slot) : resultOf(b, block, stored, output, slot));
  e.signal("store", "vector");
}

/// Adds the sum's second operand to the i8 rows just made, in place. One map follows the other: a
/// short tile's rows would be read before they are written, so the unit waits for itself.
void ConvCode::addSecond(Value rows, Value pixels, Value counter) {
  e.signal("vector", "vector");
  e.await("vector", "vector");
  Value second = e.stream(secondBuffer(), secondSlot(counter), 0, {{pixels, cols, {}, {}}});
  addRows(e, rows, {rows, second}, kSumLanes);
  e.signal("vector", "load");
}

namespace {

/// A convolution and the map behind it.
class MappedConv : public LayerCode {
public:
  MappedConv(Emit& emit, Session& session, const Layer& layer, const Plan& plan, MapPlan steps)
      : map(std::move(steps)), code(emit, session, layer, plan, &map) {}
  void begin() override { code.begin(); }
  void run() override { code.run(); }
  bool finds() const { return code.finds(); }

private:
  const MapPlan map;
  ConvCode code;
};

/// Null, with an error, where weights are not where the plan says.
template <typename Code>
std::unique_ptr<LayerCode> checked(std::unique_ptr<Code> code, const Layer& layer,
                                   const Plan& plan) {
  if (code->finds())
    return code;
  layer.root->emitError() << "'" << layer.name << "' has an impossible " << kPlanAttr
                          << ": no layer before keeps these weights at " << plan.kept;
  return nullptr;
}

} // namespace

std::unique_ptr<LayerCode> makeConv(Emit& emit, Session& session, const Layer& layer,
                                    const Plan& plan) {
  if (!layer.mapped)
    return checked(std::make_unique<ConvCode>(emit, session, layer, plan), layer, plan);
  mlir::FailureOr<MapPlan> steps = readMapPlan(*layer.root);
  if (failed(steps))
    return nullptr;
  return checked(std::make_unique<MappedConv>(emit, session, layer, plan, std::move(*steps)), layer,
                 plan);
}

} // namespace npuforge::tile
