// Gather: the sequencer reads the rows' numbers from the scratchpad, one load brings each row, a
// store takes many of them to DRAM.
#include "npuforge/compiler/graph/Graph.h"

#include "words/rows.h"

namespace npuforge::tile {

using namespace mlir;

namespace {

class GatherCode : public LayerCode {
public:
  GatherCode(Emit& emit, Session& session, graph::GatherOp op)
      : e(emit), s(session), op(op), width(rowWidth(op.getTable())),
        count(elementsOf(op.getRows())) {
    const int64_t row = e.machine.accumulator_row_bytes();
    slot = e.map.input.bytes / kRowSlots / row * row;
    part = std::min(width, slot / 4);
    tile = std::min({count, slot / (part * 4), e.map.outputs[0].bytes / 4});
    tile = ceilDiv(count, ceilDiv(count, tile));
  }

  void run() override {
    slots = e.scratchpad(e.map.input, "rows");
    numbers = e.scratchpad(e.map.outputs[0], "numbers");
    table = s.dram(e, s.tensor(op.getTable()));
    rows = s.dram(e, s.tensor(op.getRows()));
    result = s.dram(e, s.tensor(op.getResult()));
    s.awaitLayerBefore(e);
    const int64_t tiles = ceilDiv(count, tile), parts = ceilDiv(width, part);
    e.loop(tiles, [&](Value index) {
      Value first = e.mul(index, tile);
      Value some =
          count % tile == 0 ? e.constant(tile) : e.min(e.sub(e.constant(count), first), tile);
      loadNumbers(e, numbers, rows, first, some);
      e.loop(parts, [&](Value at) { task(first, some, at, e.add(e.mul(index, parts), at)); });
    });
  }

private:
  void task(Value first, Value some, Value at, Value counter) {
    Value words = width % part == 0 ? e.constant(part)
                                    : e.min(e.sub(e.constant(width), e.mul(at, part)), part);
    Value to = e.mul(e.remainder(counter, 2), slot);
    relayTask(
        e, s,
        [&] {
          e.loop(some, [&](Value i) {
            Value row = LoadScalarOp::create(e.builder, e.location, e.builder.getIndexType(),
                                             e.row(numbers, e.mul(i, 4), 0));
            Value from = e.add(e.mul(row, width * 4), e.mul(at, part * 4));
            copyIn(e, {slots, e.add(to, e.mul(i, part * 4)), table, from, {{words, 4, 4}}, 4});
          });
        },
        [&] {
          Copy out{slots, to, result, e.add(e.mul(first, width * 4), e.mul(at, part * 4)), {}, 4};
          out.axes = {{some, width * 4, part * 4}, {words, 4, 4}};
          copyOut(e, out);
        });
  }

  Emit& e;
  Session& s;
  graph::GatherOp op;
  const int64_t width, count;
  int64_t slot, part, tile; ///< bytes of a slot; words of a row in it; rows in it
  Value slots, numbers, table, rows, result;
};

bool handles(Operation& op) {
  return mlir::isa<graph::GatherOp>(op) && llvm::all_of(op.getOperands(), isWords);
}

std::string plan(Operation&, const npuforge::isa::Spec& spec, const match::Patterns&, bool) {
  return readsScalars(spec) ? "" : "its sequencer cannot load a word from the scratchpad";
}

std::unique_ptr<LayerCode> make(Emit& emit, Session& session, Operation& op,
                                const npuforge::isa::Spec&, const Part&) {
  return std::make_unique<GatherCode>(emit, session, cast<graph::GatherOp>(op));
}

} // namespace

const WordsKind kWordsGather{handles, plan, make};

} // namespace npuforge::tile
