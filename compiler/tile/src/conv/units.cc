// Weights where few pixels pass: they take the array as long as the DRAM, and with two slots each
// load would wait for the array and then for the DRAM's latency. So slots hold several units, all
// of which but one are under way.
#include "conv/conv.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"

namespace npuforge::tile {

ConvCode::Units ConvCode::weightUnits() const {
  const bool few = layer.out.height * layer.out.width <= e.machine.array.rows / 4;
  if (!one_group || !takesTurns() || f.bands > 1 || r.outer > 1 || !few)
    return {};
  Units u{1, r.bytes, 1};
  if (2 * r.bytes > e.map.weights[0].bytes) {
    if (r.inner % 2 != 0)
      return {};
    u = {2, r.bytes / 2, 1};
  }
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
  loadWeights(e.mul(unit, units.bytes), e.constant(units.bytes), unitSlot(unit));
}

/// The first unit came with two credits.
void ConvCode::loadMoreUnits() {
  for (int64_t i = 0; i < moreCredits(); ++i)
    e.signal("weights", "load");
  e.loop(moreCredits(), [&](Value turn) { loadUnit(e.add(turn, 1)); });
}

/// Of the tasks behind this one: parameters of the next, and as many units as this one frees. In
/// the last task, when all but the units in one slot are used, the credits are two again.
void ConvCode::loadNextUnits(Value block) {
  const int64_t last = blocks * units.each - 1;
  e.when(e.sub(e.constant(blocks - 1), block), [&] {
    Value next = e.add(block, 1);
    loadParams(e.constant(0), next, next);
  });
  for (int64_t i = 0; i < units.each; ++i) {
    Value unit = e.add(e.mul(block, units.each), 1 + moreCredits() + i);
    e.when(e.max(e.sub(e.constant(last + 1), unit), 0), [&] { loadUnit(unit); });
  }
  e.when(e.max(e.add(block, 2 - blocks), 0), [&] {
    for (int64_t i = 0; i < moreCredits(); ++i)
      s.awaitCredit(e, "load", "weights");
    s.beginNext();
  });
}

void ConvCode::multiplyUnits(const Band& b, Value block, Value accumulator,
                             const Meanwhile& meanwhile) {
  const int64_t count = r.inner / units.each;
  pieces(
      units.each,
      [&](Value turn) {
        Value unit = e.add(e.mul(block, units.each), turn);
        Value slot = unitSlot(unit), from = e.mul(turn, count);
        auto some = [&](int64_t at, int64_t size) {
          steps(b, e.constant(0), e.add(from, at), e.constant(size), e.constant(at), slot,
                accumulator);
        };
        // Tokens are taken and given with the first and the last, which stand outside the loop.
        e.await("weights", "load");
        some(0, 1);
        if (count > 2)
          some(1, count - 2);
        if (count > 1)
          some(count - 1, 1);
        e.signal("weights", "load");
      },
      meanwhile);
}

} // namespace npuforge::tile
