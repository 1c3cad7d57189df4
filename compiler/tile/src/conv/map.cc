// A map behind a convolution. Its steps are more instructions than the vector unit's queue holds,
// and the sequencer would wait with the array's next ones until the unit has taken them. So the
// unit is given the steps of a task in parts, between pieces of the next task's reduction.
#include "conv/conv.h"

namespace npuforge::tile {

/// Steps of the map over a task's requantised rows; its values lie in the upper half of the
/// accumulator.
void ConvCode::applyMap(const Band& b, Value counter, Steps::Range range) {
  Value pixels = e.mul(b.rows, layer.out.width);
  if (range.first == 0) { // the requantised rows are complete
    e.signal("vector", "vector");
    e.await("vector", "vector");
  }
  map_steps->run(
      [&](int64_t index, const MapStep&) {
        const MapValue& value = map->values[index];
        if (value.is_result)
          return e.stream(output, outputSlot(counter), 0, {{pixels, cols, {}, {}}});
        return value.input >= 0 ? requantised(b, {}, counter)
                                : e.stream(accumulators, {}, value.address, {{pixels, 1, {}, {}}});
      },
      range);
}

/// As soon as the array has made the task's results.
void ConvCode::beginFinish(const Task& t) {
  takeParams(t.counter);
  requantise(t.band, t.block, t.counter);
}

/// A part of the map; with the last one the task is stored.
void ConvCode::finishPart(const Task& t, size_t part) {
  applyMap(t.band, t.counter, map_parts[part]);
  if (part + 1 == map_parts.size())
    store(t.band, t.block, outputSlot(t.counter));
}

void ConvCode::finishLast() {
  const Task last = taskBefore(e.constant(f.bands), e.constant(0), e.constant(tasks()));
  beginFinish(last);
  for (size_t part = 0; part < map_parts.size(); ++part)
    finishPart(last, part);
}

/// The one that is computed before this one.
ConvCode::Task ConvCode::taskBefore(Value index, Value block, Value counter) {
  Value borrow = e.sub(e.constant(1), e.min(block, 1));
  Value last = e.sub(index, borrow), one = e.constant(1);
  return {band(last, last), e.sub(e.add(block, e.mul(borrow, blocks)), one), e.sub(counter, one)};
}

void ConvCode::pieces(int64_t count, const std::function<void(Value)>& body,
                      const Meanwhile& meanwhile) {
  const auto parts = static_cast<int64_t>(map_parts.size());
  if (parts == 0)
    return reductionLoop(e.constant(count), body);
  for (int64_t part = 0; part < parts; ++part) {
    const int64_t first = count * part / parts, end = count * (part + 1) / parts;
    if (end > first)
      reductionLoop(e.constant(end - first), [&](Value turn) { body(e.add(turn, first)); });
    meanwhile(static_cast<size_t>(part));
  }
}

} // namespace npuforge::tile
