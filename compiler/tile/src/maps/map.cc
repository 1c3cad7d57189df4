// The code of a map: the steps of its plan over each tile, one instruction a step.
#include <map>
#include <set>

#include "npuforge/compiler/graph/Graph.h"

#include "maps/map_plan.h"
#include "plan/plan_check.h"
#include "session.h"

namespace npuforge::tile {

using namespace mlir;

namespace {

using Bits = std::vector<int64_t>;

class MapCode : public LayerCode {
public:
  MapCode(Emit& emit, Session& session, const Layer& layer, const Plan& tiles, MapPlan plan)
      : e(emit), s(session), layer(layer), plan(std::move(plan)), band(tiles.band),
        cols(emit.machine.array.cols), first_params(session.param_groups) {
    const int64_t channel_blocks = ceilDiv(layer.in.channels, cols);
    rows = mapRows(layer, emit.machine);
    blocks = layer.in.height * layer.in.width * channel_blocks / rows;
    tasks = ceilDiv(rows, band);
    s.param_groups += blocks * tasks;
    assignLanes();
  }

  /// Lane registers: those with one value a channel first, loaded together; then the numbers, all
  /// of them if there is room, else those of one step at a time.
  bool fits() const {
    const int64_t room = e.machine.vector.lane_registers - 1; // the last one is for idling
    return by_channel_lanes() + most_numbers <= room &&
           by_channel_lanes() * 4 * cols <= e.map.params[0].bytes;
  }

  void run() override {
    prologue();
    e.loop(blocks, [&](Value block) {
      e.loop(tasks, [&](Value index) { task(block, index, e.add(e.mul(block, tasks), index)); });
    });
    s.beginNext();
  }

private:
  int64_t by_channel_lanes() const { return static_cast<int64_t>(channel_lanes.size()); }

  void assignLanes() {
    std::set<Bits> numbers;
    for (const MapStep& step : plan.steps) {
      std::set<Bits> own;
      for (const MapOperand& operand : step.operands) {
        if (!operand.is_lane)
          continue;
        if (operand.bits.size() > 1)
          channel_lanes.emplace(operand.bits, by_channel_lanes());
        else
          own.insert(operand.bits);
      }
      most_numbers = std::max(most_numbers, static_cast<int64_t>(own.size()));
      numbers.insert(own.begin(), own.end());
    }
    const int64_t room = e.machine.vector.lane_registers - 1 - by_channel_lanes();
    if (static_cast<int64_t>(numbers.size()) > room)
      return;
    most_numbers = static_cast<int64_t>(numbers.size());
    for (const Bits& bits : numbers)
      number_lanes.emplace(bits, by_channel_lanes() + static_cast<int64_t>(number_lanes.size()));
  }

  static int64_t word(const Bits& bits) { return static_cast<int32_t>(bits[0]); }

  void prologue() {
    for (const MapValue& value : plan.values) {
      const bool is_result = value.is_result;
      const Place place = is_result ? e.map.outputSlots() : Place{value.address, extent(value)};
      buffers.push_back(e.buffer(value.space, place,
                                 is_result          ? "output"
                                 : value.input >= 0 ? "input"
                                                    : "value"));
    }
    for (const MapValue& value : plan.values)
      sources.push_back(value.input >= 0 ? s.dram(e, s.tensor(layer.operands[value.input]))
                                         : Value());
    result_dram = s.dram(e, s.tensor(layer.root->getResult(0)));
    if (!channel_lanes.empty())
      packParams();
    for (const auto& [bits, lane] : number_lanes)
      e.set_lane(lane, word(bits));
    s.awaitLayerBefore(e);
  }

  int64_t rowSize(const MapValue& value) const {
    return value.space == isa::name(isa::Space::Accumulator) ? 1 : cols * value.element_bytes;
  }
  int64_t extent(const MapValue& value) const {
    return band * rowSize(value) + (value.input >= 0 ? value.slot : 0);
  }

  void packParams() {
    std::vector<const Bits*> order(channel_lanes.size());
    for (const auto& [bits, lane] : channel_lanes)
      order[lane] = &bits;
    std::vector<int8_t> bytes;
    for (int64_t block = 0; block < blocks; ++block)
      for (const Bits* bits : order)
        appendLanes(bytes, std::vector<int32_t>(bits->begin(), bits->end()),
                    layer.in_view.block + block, cols);
    params_dram = s.dram(e, s.constant(layer.name + ".params", bytes));
    params = e.scratchpad(e.map.paramSlots(), "parameters");
  }

  bool isRow(const MapValue& value) const {
    const Shape shape = shapeOf(layer.operands[value.input]);
    return layer.in_view.height * layer.in.width > 1 && shape.height * shape.width == 1;
  }

  void task(Value block, Value index, Value counter) {
    Value first = e.mul(index, band);
    Value count = rows % band == 0 ? e.constant(band) : e.min(e.sub(e.constant(rows), first), band);
    Value parity = e.parity(counter);
    const int64_t row_bytes = layer.in.width * cols;
    Value at = e.add(e.mul(block, layer.in_view.plane(row_bytes)), e.mul(first, cols));
    at = e.add(at, layer.in_view.offset(row_bytes));
    Value param_slot = e.mul(e.parity(e.add(counter, first_params)),
                             e.map.params[1].address - e.map.params[0].address);
    s.awaitCredit(e, "load", "vector");
    load(block, count, parity, at, param_slot);
    e.signal("load", "vector");
    e.await("vector", "load");
    if (params)
      LoadLanesOp::create(e.builder, e.location,
                          e.stream(params, param_slot, 0, {e.level(4 * by_channel_lanes(), cols)}),
                          0);
    s.awaitCredit(e, "vector", "store");
    Value out_slot = e.mul(parity, e.map.outputs[1].address - e.map.outputs[0].address);
    for (const MapStep& step : plan.steps)
      apply(step, count, parity, out_slot);
    e.signal("vector", "load");
    e.signal("vector", "store");
    e.await("store", "vector");
    const auto result =
        llvm::find_if(plan.values, [](const MapValue& value) { return value.is_result; });
    CopyOutOp::create(e.builder, e.location, e.row(result_dram, at, 0),
                      e.row(buffers[result - plan.values.begin()], out_slot, 0),
                      e.mul(count, cols));
    e.signal("store", "vector");
  }

  void load(Value block, Value count, Value parity, Value at, Value param_slot) {
    const int64_t param_bytes = by_channel_lanes() * 4 * cols;
    if (params)
      CopyInOp::create(e.builder, e.location, e.row(params, param_slot, 0),
                       e.row(params_dram, e.mul(block, param_bytes), 0), e.constant(param_bytes));
    for (auto [value, buffer, source] : llvm::zip(plan.values, buffers, sources)) {
      if (value.input < 0)
        continue;
      Value dst = e.row(buffer, e.mul(parity, value.slot), 0);
      if (isRow(value))
        CopyInOp::create(e.builder, e.location, dst,
                         e.row(source, e.mul(block, cols), layer.in_view.block * cols),
                         e.constant(cols));
      else
        CopyInOp::create(e.builder, e.location, dst, e.row(source, at, 0), e.mul(count, cols));
    }
  }

  Value rowsOf(int64_t index, Value count, Value parity, Value out_slot) {
    const MapValue& value = plan.values[index];
    const int64_t stride = value.input >= 0 && isRow(value) ? 0 : rowSize(value);
    Value slot = value.is_result    ? out_slot
                 : value.input >= 0 ? e.mul(parity, value.slot)
                                    : e.constant(0);
    return e.stream(buffers[index], slot, 0, {{count, stride, {}, {}}});
  }

  void apply(const MapStep& step, Value count, Value parity, Value out_slot) {
    SmallVector<Value> rows_read;
    SmallVector<StringRef> names;
    SmallVector<NamedAttribute> numbers;
    std::map<Bits, int64_t> own;
    for (const MapOperand& operand : step.operands) {
      if (operand.value >= 0) {
        rows_read.push_back(rowsOf(operand.value, count, parity, out_slot));
        names.push_back(operand.name);
        continue;
      }
      const int64_t number = operand.is_lane ? laneOf(operand.bits, own) : word(operand.bits);
      numbers.push_back(e.builder.getNamedAttr(operand.name, e.builder.getI64IntegerAttr(number)));
    }
    if (step.waits) {
      e.signal("vector", "vector");
      e.await("vector", "vector");
    }
    ApplyOp::create(e.builder, e.location, step.instruction,
                    rowsOf(step.result, count, parity, out_slot), rows_read, step.destination,
                    e.builder.getStrArrayAttr(names), e.builder.getDictionaryAttr(numbers));
  }

  /// The lane register that holds a number; sets one for this step where there is no room for all.
  int64_t laneOf(const Bits& bits, std::map<Bits, int64_t>& own) {
    if (auto lane = channel_lanes.find(bits); lane != channel_lanes.end())
      return lane->second;
    if (auto lane = number_lanes.find(bits); lane != number_lanes.end())
      return lane->second;
    auto [lane, is_new] = own.emplace(bits, by_channel_lanes() + static_cast<int64_t>(own.size()));
    if (is_new)
      e.set_lane(lane->second, word(bits));
    return lane->second;
  }

  Emit& e;
  Session& s;
  const Layer& layer;
  const MapPlan plan;
  const int64_t band, cols, first_params;
  int64_t blocks, rows, tasks, most_numbers = 0;
  std::map<Bits, int64_t> channel_lanes, number_lanes;
  std::vector<Value> buffers, sources;
  Value result_dram, params, params_dram;
};

} // namespace

std::unique_ptr<LayerCode> makeMap(Emit& emit, Session& session, const Layer& layer,
                                   const Plan& plan) {
  FailureOr<MapPlan> steps = readMapPlan(*layer.root);
  if (failed(steps))
    return nullptr;
  if (layer.isPart()) {
    FailureOr<Plan> whole = readPlan(*layer.root);
    if (failed(whole))
      return nullptr;
    if (plan.band < 1 || plan.band > whole->band)
      return layer.root->emitError() << "'" << layer.name << "' has a part whose band is "
                                     << plan.band << ", and places for " << whole->band << " rows",
             nullptr;
    waitAlways(*steps);
  }
  auto code = std::make_unique<MapCode>(emit, session, layer, plan, std::move(*steps));
  if (code->fits())
    return code;
  layer.root->emitError() << "'" << layer.name << "': needs more lane registers than "
                          << emit.machine.name << " has";
  return nullptr;
}

} // namespace npuforge::tile
