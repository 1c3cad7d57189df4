#include "transfer.h"

#include "words/rows.h"

namespace npuforge::tile {

using namespace mlir;

namespace {

Value number(Emit& e) {
  return e.scratchpad(e.map.outputs[0], "number");
}

} // namespace

void transfer(Emit& e, Session& s, ArrayRef<Transfer> transfers) {
  const int64_t row = e.machine.accumulator_row_bytes(),
                slot = e.map.input.bytes / kRowSlots / row * row;
  Value slots = e.scratchpad(e.map.input, "copied");
  s.awaitLayerBefore(e);
  int64_t done = 0; // parts
  for (const Transfer& each : transfers) {
    Value from = s.dram(e, each.from), to = s.dram(e, each.to);
    const int64_t parts = ceilDiv(each.bytes, slot);
    e.loop(parts, [&](Value part) {
      Value first = e.mul(part, slot);
      Value words = each.bytes % slot == 0
                        ? e.constant(slot / 4)
                        : e.min(e.sub(e.constant(each.bytes / 4), e.mul(part, slot / 4)), slot / 4);
      Value pad = e.mul(e.remainder(e.add(part, done), 2), slot);
      auto at = [&](Value base) { return base ? e.add(base, first) : first; };
      relayTask(
          e, s, [&] { copyIn(e, {slots, pad, from, at(each.from_at), {{words, 4, 4}}, 4}); },
          [&] { copyOut(e, {slots, pad, to, at(each.to_at), {{words, 4, 4}}, 4}); });
    });
    done += parts;
  }
}

Value readScalar(Emit& e, Session& s, const Tensor& tensor) {
  e.await("load", "store");
  copyIn(e, {number(e), {}, s.dram(e, tensor), {}, {}, 4});
  e.signal("load", "sequencer");
  e.await("sequencer", "load");
  Value value = LoadScalarOp::create(e.builder, e.location, e.builder.getIndexType(),
                                     e.row(number(e), {}, 0));
  e.signal("store", "load"); // taken above; the next layer takes it, too
  return value;
}

void writeScalar(Emit& e, Session& s, Value value, const Tensor& tensor) {
  e.signal("store", "sequencer"); // which has read the number before
  e.await("sequencer", "store");
  StoreScalarOp::create(e.builder, e.location, value, e.row(number(e), {}, 0));
  e.signal("sequencer", "store");
  e.await("store", "sequencer");
  copyOut(e, {number(e), {}, s.dram(e, tensor), {}, {}, 4});
}

void settle(Emit& e) {
  e.await("load", "store");
  e.signal("store", "load");
}

} // namespace npuforge::tile
