#include "words/steps.h"

#include <set>

namespace npuforge::tile {

using namespace mlir;

namespace {
int64_t word(const std::vector<int64_t>& bits) {
  return static_cast<int32_t>(bits[0]);
}
} // namespace

Steps::Steps(Emit& emit, const MapPlan& plan, int64_t first_lane, bool shorter)
    : e(emit), plan(plan), first_lane(first_lane), shorter(shorter) {
  for (const MapStep& step : plan.steps)
    for (const MapOperand& operand : step.operands)
      if (operand.is_lane)
        lanes.emplace(operand.bits, first_lane + static_cast<int64_t>(lanes.size()));
  // The last lane register is for idling.
  if (first_lane + static_cast<int64_t>(lanes.size()) > e.machine.vector.lane_registers - 1)
    lanes.clear();
}

void Steps::setLanes() {
  for (const auto& [bits, lane] : lanes)
    e.set_lane(lane, word(bits));
}

void Steps::run(const Rows& rows, Range range) {
  for (size_t i = range.first; i < range.end; ++i)
    step(plan.steps[i], rows);
}

std::vector<Steps::Range> Steps::parts(int64_t instructions) const {
  std::vector<Range> list;
  int64_t taken = instructions; // in the last part
  for (size_t i = 0; i < plan.steps.size(); ++i) {
    std::set<Bits> own; // numbers that the step sets itself
    for (const MapOperand& operand : plan.steps[i].operands)
      if (operand.is_lane && !lanes.count(operand.bits))
        own.insert(operand.bits);
    const auto size = static_cast<int64_t>(own.size()) + 1;
    if (taken + size > instructions)
      list.push_back({i, i}), taken = 0;
    list.back().end = i + 1;
    taken += size;
  }
  return list;
}

void Steps::step(const MapStep& step, const Rows& rows) {
  SmallVector<Value> sources;
  SmallVector<StringRef> names;
  SmallVector<NamedAttribute> numbers;
  std::map<Bits, int64_t> own;
  for (const MapOperand& operand : step.operands) {
    if (operand.value >= 0) {
      sources.push_back(rows(operand.value, step));
      names.push_back(operand.name);
      continue;
    }
    const int64_t number = operand.is_lane ? laneOf(operand.bits, own) : word(operand.bits);
    numbers.push_back(e.builder.getNamedAttr(operand.name, e.builder.getI64IntegerAttr(number)));
  }
  if (step.waits || shorter) {
    e.signal("vector", "vector");
    e.await("vector", "vector");
  }
  ApplyOp::create(e.builder, e.location, step.instruction, rows(step.result, step), sources,
                  step.destination, e.builder.getStrArrayAttr(names),
                  e.builder.getDictionaryAttr(numbers));
}

int64_t Steps::laneOf(const Bits& bits, std::map<Bits, int64_t>& own) {
  if (auto lane = lanes.find(bits); lane != lanes.end())
    return lane->second;
  auto [lane, is_new] = own.emplace(bits, first_lane + static_cast<int64_t>(own.size()));
  if (is_new)
    e.set_lane(lane->second, word(bits));
  return lane->second;
}

} // namespace npuforge::tile
