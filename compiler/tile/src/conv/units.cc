// Weights where few pixels pass: they take the array as long as the DRAM, and with two slots each
// load would wait for the array and then for the DRAM's latency. So slots hold several units, all
// of which but one are under way.
#include "conv/conv.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"

namespace npuforge::tile {

ConvCode::Units ConvCode::weightUnits() const {
  const bool few = layer.out.height * layer.out.width <= e.machine.array.rows / 4;
  if (!takesTurns() || plan.kept != 0 || f.bands > 1 || r.outer > 1 || !few)
    return {};
  const int64_t half = e.map.weights[0].bytes / 2;
  int64_t each = ceilDiv(r.bytes, half);
  while (each < r.inner && r.inner % each != 0)
    ++each;
  const Units u{each, r.bytes / each, 1};
  if (r.inner % each != 0 || (each > 1 && u.bytes < half / 2)) // loads too short for the latency
    return {};
  // At the ends of the layer all of them but two are given, and taken back.
  return blocks * u.each > int64_t{4} << u.bits ? u : Units{};
}

mlir::Value ConvCode::unitSlot(Value unit) {
  auto known = mlir::getConstantIntValue(unit);
  Value place =
      known ? e.constant(*known >> units.bits)
            : mlir::arith::ShRSIOp::create(e.builder, e.location, unit, e.constant(units.bits));
  return e.add(weightSlot(place), e.mul(e.remainder(unit, units.bits), units.bytes));
}

void ConvCode::loadUnit(Value unit) {
  loadWeights(e.mul(unit, units.bytes), e.constant(r.inner / units.each), unitSlot(unit));
}

/// The first unit came with two credits.
void ConvCode::loadMoreUnits() {
  for (int64_t i = 0; i < moreCredits(); ++i)
    e.signal("weights", "load");
  e.loop(moreCredits(), [&](Value turn) { loadUnit(e.add(turn, 1)); });
}

void ConvCode::loadNextParams(Value block) {
  e.when(e.sub(e.constant(blocks - 1), block), [&] {
    Value next = e.add(block, 1);
    loadParams(e.constant(0), next, next);
  });
}

/// While a unit is used, the one comes that takes the place of the unit before it. More at once
/// would fill the load unit's queue, and keep the sequencer from giving the array what frees
/// places. With the last unit, when all but the units in one slot are used, the credits are two
/// again.
void ConvCode::loadNextUnit(Value unit, Value turn) {
  const int64_t last = blocks * units.each - 1, ahead = 1 + moreCredits();
  e.when(e.max(e.sub(e.constant(last + 1 - ahead), unit), 0),
         [&] { loadUnit(e.add(unit, ahead)); });
  if (auto known = mlir::getConstantIntValue(turn); known && *known + 1 < units.each)
    return; // the next layer's loads are made once, so in the copy of the code that is the last
  e.when(e.max(e.add(unit, 1 - last), 0), [&] {
    for (int64_t i = 0; i < moreCredits(); ++i)
      s.awaitCredit(e, "load", "weights");
    s.beginNext();
  });
}

void ConvCode::multiplyUnits(const Band& b, Value block, Value accumulator,
                             const Meanwhile& meanwhile) {
  const auto parts = static_cast<int64_t>(map_parts.size());
  if (parts == 0)
    return reductionLoop(e.constant(units.each), [&](Value turn) {
      multiplyUnit(b, block, turn, accumulator, 0, 0, meanwhile);
    });
  for (int64_t turn = 0; turn < units.each; ++turn)
    multiplyUnit(b, block, e.constant(turn), accumulator, parts * turn / units.each,
                 parts * (turn + 1) / units.each, meanwhile);
}

/// With parts [first, end) of the map between its steps.
void ConvCode::multiplyUnit(const Band& b, Value block, Value turn, Value accumulator,
                            int64_t first, int64_t end, const Meanwhile& meanwhile) {
  const int64_t count = r.inner / units.each, pieces = std::max<int64_t>(end - first, 1);
  Value unit = e.add(e.mul(block, units.each), turn);
  loadNextUnit(unit, turn);
  Value slot = unitSlot(unit), from = e.mul(turn, count);
  auto some = [&](int64_t at, int64_t behind) {
    if (at < behind)
      steps(b, e.constant(0), e.add(from, at), e.constant(behind - at), e.constant(at), slot,
            accumulator);
  };
  // Tokens are taken and given with the first and the last, which stand outside the loops.
  const int64_t inside = std::max<int64_t>(count - 2, 0);
  e.await("weights", "load");
  some(0, 1);
  for (int64_t piece = 0; piece < pieces; ++piece) {
    some(1 + inside * piece / pieces, 1 + inside * (piece + 1) / pieces);
    if (first + piece < end)
      meanwhile(static_cast<size_t>(first + piece));
  }
  some(1 + inside, count);
  e.signal("weights", "load");
}

} // namespace npuforge::tile
