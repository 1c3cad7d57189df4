// The code of a chain: the steps of its plan over some rows of the matrix at a time.
#include "words/chain.h"
#include "words/steps.h"

namespace npuforge::tile {

using namespace mlir;

namespace {

class ChainCode : public LayerCode {
public:
  ChainCode(Emit& emit, Session& session, Chain chain, MapPlan plan, int64_t rows, Range own)
      : e(emit), s(session), chain(std::move(chain)), plan(std::move(plan)), rows(rows), own(own),
        cols(emit.machine.array.cols), blocks(ceilDiv(this->chain.length, cols)),
        steps(emit, this->plan) {}

  void run() override {
    for (const MapValue& value : plan.values) {
      const Place own{value.address, rowsOf(value) * rowBytes(value) + value.slot};
      buffers.push_back(e.buffer(value.space, value.is_result ? e.map.outputSlots() : own,
                                 value.is_result ? "output" : "value"));
      sources.push_back(value.input >= 0 ? s.dram(e, sourceOf(value.input)) : Value());
    }
    result = s.dram(e, s.tensor(chain.last()->getResult(0)));
    steps.setLanes();
    s.awaitLayerBefore(e);
    const int64_t tiles = ceilDiv(own.size(), rows);
    e.loop(tiles, [&](Value tile) { task(tile); });
    s.beginNext();
  }

  std::optional<int64_t> resultLeft() const override {
    if (own.size() > rows || !isWords(chain.last()->getResult(0)))
      return {};
    return e.map.outputs[0].address;
  }

private:
  int64_t rowBytes(const MapValue& value) const {
    return value.space == isa::name(isa::Space::Accumulator) ? 1 : cols * value.element_bytes;
  }
  int64_t rowsOf(const MapValue& value) const {
    return (value.is_row ? 1 : rows) * (value.is_column ? 1 : blocks);
  }

  bool isMask(int64_t input) const { return input == static_cast<int64_t>(chain.inputs.size()); }

  Tensor sourceOf(int64_t input) {
    if (!isMask(input))
      return s.tensor(chain.inputs[input]);
    // 1.0, which is no zero as an integer, either.
    std::vector<int8_t> mask(blocks * cols * 4, 0);
    for (int64_t i = 0; i < chain.length; ++i)
      mask[4 * i + 2] = static_cast<int8_t>(0x80), mask[4 * i + 3] = 0x3f;
    return s.constant("mask." + std::to_string(chain.length), mask);
  }

  void task(Value tile) {
    Value first = e.add(e.mul(tile, rows), own.begin), parity = e.parity(tile);
    Value count =
        own.size() % rows == 0 ? e.constant(rows) : e.min(e.sub(e.constant(own.end), first), rows);
    Value out = e.mul(parity, e.map.outputs[1].address - e.map.outputs[0].address);
    Tasks tasks(e, s);
    tasks.load([&] {
      for (auto [value, buffer, source] : llvm::zip(plan.values, buffers, sources))
        if (value.input >= 0)
          copyIn(e, copyOf(value, buffer, e.mul(parity, value.slot), source, first, count));
    });
    tasks.compute([&] {
      steps.run([&](int64_t value, const MapStep& step) {
        return streamOf(value, step, count, parity, out);
      });
    });
    tasks.store([&] {
      for (auto [value, buffer] : llvm::zip(plan.values, buffers))
        if (value.is_result)
          copyOut(e, copyOf(value, buffer, out, result, first, count));
    });
  }

  /// Rows `first` and those behind it of a value in DRAM and in the scratchpad.
  Copy copyOf(const MapValue& value, Value pad, Value pad_at, Value dram, Value first,
              Value count) {
    const int64_t element = value.element_bytes;
    // What is the same for all columns is one element in DRAM, and one for each lane here.
    const bool stands = value.is_column;
    const int64_t in_row = stands ? 1 : isMask(value.input) ? blocks * cols : chain.length;
    Copy copy{pad, pad_at, dram, e.constant(0), {}, element};
    if (!value.is_row) {
      copy.dram_at = e.mul(first, in_row * element);
      copy.axes.push_back({count, in_row * element, (stands ? 1 : blocks) * rowBytes(value)});
    }
    if (!stands)
      copy.axes.push_back({e.constant(in_row), element, element});
    else if (!value.is_result)
      copy.axes.push_back({e.constant(cols), 0, element});
    return copy;
  }

  /// Is all that a step reads and makes the same for all rows, or columns?
  bool isStill(const MapStep& step, bool MapValue::* same) const {
    return plan.values[step.result].*same &&
           llvm::all_of(step.operands, [&](const MapOperand& operand) {
             return operand.value < 0 || plan.values[operand.value].*same;
           });
  }

  Value streamOf(int64_t index, const MapStep& step, Value count, Value parity, Value out) {
    const MapValue& value = plan.values[index];
    const int64_t row = rowBytes(value);
    // A reduction makes one row of all blocks.
    const bool reduced = index == step.result && value.is_column;
    SmallVector<Level> levels;
    if (!isStill(step, &MapValue::is_column) && !reduced)
      levels.push_back(e.level(blocks, value.is_column ? 0 : row));
    if (!isStill(step, &MapValue::is_row))
      levels.push_back({count, value.is_row ? 0 : (value.is_column ? 1 : blocks) * row, {}, {}});
    Value at = value.is_result ? out : value.input >= 0 ? e.mul(parity, value.slot) : Value();
    return e.stream(buffers[index], at, 0, levels);
  }

  Emit& e;
  Session& s;
  const Chain chain;
  const MapPlan plan;
  const int64_t rows;         ///< of a tile
  const Range own;            ///< rows of the matrix
  const int64_t cols, blocks; ///< blocks of lanes of a row
  Steps steps;
  std::vector<Value> buffers, sources;
  Value result;
};

bool handles(Operation& op) {
  return op.hasAttr(kChainAttr);
}

/// tile-chain has planned it.
std::string plan(Operation& op, const isa::Spec&, const match::Patterns&, bool) {
  return op.hasAttr(kCoverAttr) ? "" : "tile-chain has not planned it";
}

std::unique_ptr<LayerCode> make(Emit& emit, Session& session, Operation& op, const isa::Spec&,
                                const Part& part) {
  auto rows = op.getAttrOfType<IntegerAttr>(kChainAttr);
  FailureOr<MapPlan> plan = readMapPlan(op);
  if (failed(plan))
    return nullptr;
  Chain chain = readChain(cast<graph::MapOp>(op));
  if (!rows || rows.getInt() < 1 || chain.length < 1)
    return op.emitError() << "has a " << kChainAttr << " that is no number of rows of a chain",
           nullptr;
  const Range own = part.rows.value_or(Range{0, chain.rows});
  if (part.rows)
    waitAlways(*plan);
  return std::make_unique<ChainCode>(emit, session, std::move(chain), std::move(*plan),
                                     std::min(rows.getInt(), own.size()), own);
}

Splits splits(Operation& op, const isa::Machine&) {
  return {readChain(cast<graph::MapOp>(op)).rows, 1};
}

} // namespace

const WordsKind kWordsChain{handles, plan, make, splits};

} // namespace npuforge::tile
