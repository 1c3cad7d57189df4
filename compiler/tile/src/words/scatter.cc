// Scatter: the table is copied first; then the rows are written, each when the one before it is in
// DRAM, since any two of them may be the same row.
#include "npuforge/compiler/graph/Graph.h"

#include "mlir/IR/TypeUtilities.h"
#include "words/reductions.h"
#include "words/rows.h"

namespace npuforge::tile {

using namespace mlir;

namespace {

/// What becomes of a row and its update; none: the update replaces it.
std::optional<RowFunction> functionOf(graph::ScatterOp op) {
  return llvm::StringSwitch<std::optional<RowFunction>>(op.getKind())
      .Case("add", RowFunction::Add)
      .Case("mul", RowFunction::Multiply)
      .Case("max", RowFunction::Greater)
      .Case("min", RowFunction::Less)
      .Default(std::nullopt);
}

std::optional<RowReduction> instructionFor(graph::ScatterOp op, const npuforge::isa::Spec& spec) {
  const bool real = getElementTypeOrSelf(op.getTable().getType()).isF32();
  return findReduction(*op.getContext(), spec, *functionOf(op),
                       real ? npuforge::isa::Type::F32 : npuforge::isa::Type::I32);
}

class ScatterCode : public LayerCode {
public:
  ScatterCode(Emit& emit, Session& session, graph::ScatterOp op, const npuforge::isa::Spec& spec,
              std::optional<RowReduction> combine)
      : e(emit), s(session), op(op), moves(spec), combine(std::move(combine)),
        width(rowWidth(op.getTable())), count(elementsOf(op.getRows())) {
    const int64_t row = e.machine.accumulator_row_bytes();
    slot = e.map.input.bytes / kRowSlots / row * row;
    part = std::min(width, slot / 4);
    if (this->combine) // each operand in a bank of the accumulator
      part = std::min(part, e.machine.accumulator_bank_rows() / 2 * row / 4);
    tile = std::min(count, e.map.outputs[0].bytes / 4);
  }

  void run() override {
    slots = e.scratchpad(e.map.input, "rows");
    numbers = e.scratchpad(e.map.outputs[0], "numbers");
    accumulators = e.buffer("accumulator", {0, e.map.idle_accumulator}, "rows");
    rows = s.dram(e, s.tensor(op.getRows()));
    updates = s.dram(e, s.tensor(op.getUpdates()));
    result = s.dram(e, s.tensor(op.getResult()));
    if (combine)
      setReductionLanes(e, *combine, 0);
    s.awaitLayerBefore(e);
    copyTable();
    e.signal("store", "load"); // which waits for the store before each time
    e.loop(ceilDiv(count, tile), [&](Value index) {
      Value first = e.mul(index, tile);
      Value some =
          count % tile == 0 ? e.constant(tile) : e.min(e.sub(e.constant(count), first), tile);
      loadNumbers(e, numbers, rows, first, some);
      e.loop(some, [&](Value i) {
        Value row = LoadScalarOp::create(e.builder, e.location, e.builder.getIndexType(),
                                         e.row(numbers, e.mul(i, 4), 0));
        const int64_t parts = ceilDiv(width, part);
        e.loop(parts, [&](Value at) {
          Value words = width % part == 0 ? e.constant(part)
                                          : e.min(e.sub(e.constant(width), e.mul(at, part)), part);
          Value update = e.add(e.mul(e.add(first, i), width * 4), e.mul(at, part * 4));
          Value target = e.add(e.mul(row, width * 4), e.mul(at, part * 4));
          if (combine)
            combineRow(update, target, words);
          else
            writeRow(update, target, words);
        });
      });
    });
    e.await("load", "store");
  }

private:
  void copyTable() {
    Value table = s.dram(e, s.tensor(op.getTable()));
    const int64_t words = elementsOf(op.getTable()), most = slot / 4;
    e.loop(ceilDiv(words, most), [&](Value index) {
      Value some = words % most == 0 ? e.constant(most)
                                     : e.min(e.sub(e.constant(words), e.mul(index, most)), most);
      Value at = e.mul(index, most * 4), to = e.mul(e.remainder(index, 2), slot);
      relayTask(
          e, s, [&] { copyIn(e, {slots, to, table, at, {{some, 4, 4}}, 4}); },
          [&] { copyOut(e, {slots, to, result, at, {{some, 4, 4}}, 4}); });
    });
  }

  void writeRow(Value update, Value target, Value words) {
    e.await("load", "store");
    copyIn(e, {slots, {}, updates, update, {{words, 4, 4}}, 4});
    e.signal("load", "store");
    e.await("store", "load");
    copyOut(e, {slots, {}, result, target, {{words, 4, 4}}, 4});
    e.signal("store", "load");
  }

  void wait() {
    e.signal("vector", "vector");
    e.await("vector", "vector");
  }

  void combineRow(Value update, Value target, Value words) {
    const int64_t row = e.machine.accumulator_row_bytes();
    const int64_t count = ceilDiv(part * 4, row), bank = e.machine.accumulator_bank_rows();
    e.await("load", "store");
    copyIn(e, {slots, {}, result, target, {{words, 4, 4}}, 4});
    copyIn(e, {slots, e.constant(slot), updates, update, {{words, 4, 4}}, 4});
    e.signal("load", "vector");
    e.await("vector", "load");
    auto pad = [&](int64_t at) { return e.stream(slots, {}, at, {e.level(count, row)}); };
    auto acc = [&](int64_t at) { return e.stream(accumulators, {}, at, {e.level(count, 1)}); };
    moveRows(e, *moves.load, acc(0), pad(0));
    moveRows(e, *moves.load, acc(bank), pad(slot));
    wait();
    combineRows(e, *combine, acc(bank / 2), {acc(0), acc(bank)}, 0, 0);
    wait();
    moveRows(e, *moves.store, pad(2 * slot), acc(bank / 2));
    e.signal("vector", "store");
    e.await("store", "vector");
    copyOut(e, {slots, e.constant(2 * slot), result, target, {{words, 4, 4}}, 4});
    e.signal("store", "load");
  }

  Emit& e;
  Session& s;
  graph::ScatterOp op;
  const WordMoves moves;
  const std::optional<RowReduction> combine;
  const int64_t width, count;
  int64_t slot, part, tile; ///< bytes of a slot; words of a row at once; numbers at once
  Value slots, numbers, accumulators, rows, updates, result;
};

bool handles(Operation& op) {
  return mlir::isa<graph::ScatterOp>(op) && llvm::all_of(op.getOperands(), isWords);
}

std::string plan(Operation& op, const npuforge::isa::Spec& spec, const match::Patterns&, bool) {
  auto scatter = cast<graph::ScatterOp>(op);
  const WordMoves moves(spec);
  if (!readsScalars(spec))
    return "its sequencer cannot load a word from the scratchpad";
  if (!functionOf(scatter))
    return "";
  if (!instructionFor(scatter, spec) || !moves.load || !moves.store)
    return "no map of the vector unit makes the '" + scatter.getKind().str() +
           "' of two rows of words";
  return "";
}

std::unique_ptr<LayerCode> make(Emit& emit, Session& session, Operation& op,
                                const npuforge::isa::Spec& spec, const Part&) {
  auto scatter = cast<graph::ScatterOp>(op);
  std::optional<RowReduction> combine;
  if (functionOf(scatter))
    combine = instructionFor(scatter, spec);
  return std::make_unique<ScatterCode>(emit, session, scatter, spec, std::move(combine));
}

} // namespace

const WordsKind kWordsScatter{handles, plan, make};

} // namespace npuforge::tile
