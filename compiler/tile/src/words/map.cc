// Maps over words: the steps of a cover over each tile of the box.
#include <map>
#include <set>

#include "npuforge/compiler/graph/Graph.h"
#include "npuforge/compiler/graph/bytes.h"

#include "maps/map_plan.h"
#include "words/box.h"
#include "words/epilogue.h"
#include "words/steps.h"
#include "words/words.h"

namespace npuforge::tile {

using namespace mlir;

namespace {

ArrayRef<int64_t> shapeIn(Value value) {
  return cast<RankedTensorType>(value.getType()).getShape();
}

Box boxOf(graph::MapOp map) {
  SmallVector<SmallVector<int64_t>> operands;
  for (Value operand : map.getInputs())
    operands.emplace_back(shapeIn(operand));
  return makeBox(shapeIn(map.getResult()), operands);
}

bool handles(Operation& op) {
  auto map = dyn_cast<graph::MapOp>(op);
  return map && !op.hasAttr(kFusedAttr) &&
         (isWords(map.getResult()) || isNarrow(map.getResult())) &&
         llvm::all_of(map.getInputs(), [](Value input) {
           return isWords(input) || graph::isBytes(input.getType());
         });
}

class WordsMapCode : public LayerCode {
public:
  WordsMapCode(Emit& emit, Session& session, graph::MapOp map, const Box& box, int64_t before,
               MapPlan plan, Tiling tiling)
      : e(emit), s(session), map(map), box(box), before(before), plan(std::move(plan)), t(tiling),
        cols(emit.machine.array.cols), tiles(ceilDiv(box.extents[t.split], t.count)),
        steps(emit, this->plan) {}

  void run() override {
    for (const MapValue& value : plan.values) {
      const Place own{value.address,
                      t.rows * rowBytes(value) + (value.input >= 0 ? value.slot : int64_t{0})};
      buffers.push_back(e.buffer(value.space, value.is_result ? e.map.outputSlots() : own,
                                 value.is_result ? "output" : "value"));
      sources.push_back(value.input >= 0 ? s.dram(e, s.tensor(map.getInputs()[value.input]))
                                         : Value());
    }
    result = s.dram(e, s.tensor(map.getResult()));
    steps.setLanes();
    s.awaitLayerBefore(e);
    SmallVector<Value> indices;
    loops(indices, e.constant(0));
    s.beginNext();
  }

  std::optional<int64_t> resultLeft() const override {
    if (tiles != 1 || t.split > 0 || !isWords(graph::MapOp(map).getResult()))
      return {};
    return e.map.outputs[0].address;
  }

private:
  int64_t rowBytes(const MapValue& value) const {
    return value.space == isa::name(isa::Space::Accumulator) ? 1 : cols * value.element_bytes;
  }

  void loops(SmallVector<Value>& indices, Value counter) {
    if (indices.size() == t.split) {
      e.loop(tiles, [&](Value tile) { task(indices, tile, e.add(e.mul(counter, tiles), tile)); });
      return;
    }
    const int64_t extent = box.extents[indices.size()];
    e.loop(extent, [&](Value index) {
      indices.push_back(index);
      loops(indices, e.add(e.mul(counter, extent), index));
      indices.pop_back();
    });
  }

  void task(ArrayRef<Value> indices, Value tile, Value counter) {
    const int64_t extent = box.extents[t.split];
    Value first = e.mul(tile, t.count), parity = e.parity(counter);
    Value count = extent % t.count == 0 ? e.constant(t.count)
                                        : e.min(e.sub(e.constant(extent), first), t.count);
    Tasks tasks(e, s);
    tasks.load([&] {
      for (auto [value, buffer, source] : llvm::zip(plan.values, buffers, sources))
        if (value.input >= 0)
          load(value, buffer, source, indices, first, count, parity);
    });
    Value out = e.mul(parity, e.map.outputs[1].address - e.map.outputs[0].address);
    tasks.compute([&] {
      steps.run([&](int64_t value, const MapStep&) { return rowsOf(value, count, parity, out); });
    });
    tasks.store([&] {
      const auto value =
          llvm::find_if(plan.values, [](const MapValue& value) { return value.is_result; });
      const int64_t element = value->element_bytes;
      Copy copy{buffers[value - plan.values.begin()], out, result, {}, {}, element};
      int64_t at = element; // row-major strides
      std::vector<int64_t> dense(box.rank());
      for (size_t d = box.rank(); d-- > 0; at *= box.extents[d])
        dense[d] = at / element;
      addresses(copy, dense, indices, first, count, {});
      copyOut(e, copy);
    });
  }

  bool isPacked(int64_t input) const { return t.padded || box.isNumber(input); }
  /// Does the tile hold one row for all indices of this dimension?
  bool standsStill(int64_t input, size_t d) const {
    return isPacked(input) && box.strides[input][d] == 0;
  }

  /// Bytes from index to index in the scratchpad. `packed`: the operand that may stand still.
  std::vector<int64_t> padStrides(std::optional<int64_t> packed, int64_t element) const {
    std::vector<int64_t> strides(box.rank());
    int64_t at = element;
    for (size_t d = box.rank(); d-- > t.split;) {
      strides[d] = at;
      const bool still = packed && standsStill(*packed, d);
      if (!still)
        at *= box.extents[d];
      if (d + 1 == box.rank() && (t.padded || still))
        at = (still ? cols : ceilDiv(box.extents[d], cols) * cols) * element;
    }
    return strides;
  }

  void addresses(Copy& copy, const std::vector<int64_t>& dram, ArrayRef<Value> indices, Value first,
                 Value count, std::optional<int64_t> packed) {
    const int64_t element = copy.bytes;
    Value at = e.add(e.mul(first, dram[t.split] * element), before * dram[0] * element);
    for (auto [d, index] : llvm::enumerate(indices))
      at = e.add(at, e.mul(index, dram[d] * element));
    copy.dram_at = at;
    const std::vector<int64_t> pad = padStrides(packed, element);
    for (size_t d = t.split; d < box.rank(); ++d) {
      Value extent = d == t.split ? count : e.constant(box.extents[d]);
      if (packed && standsStill(*packed, d)) {
        if (d + 1 == box.rank()) // a whole row of it
          copy.axes.push_back({e.constant(cols), 0, element});
        continue;
      }
      copy.axes.push_back({extent, dram[d] * element, pad[d]});
    }
  }

  void load(const MapValue& value, Value buffer, Value source, ArrayRef<Value> indices, Value first,
            Value count, Value parity) {
    Copy copy{buffer, e.mul(parity, value.slot), source, {}, {}, value.element_bytes};
    addresses(copy, box.strides[value.input], indices, first, count, value.input);
    copyIn(e, copy);
  }

  /// Rows of a tile: as many as its indices take where that is a product, else those of a whole
  /// one.
  Value rowCount(Value count) {
    if (!t.padded || t.split + 1 == box.rank())
      return e.constant(t.rows);
    return e.mul(count, t.rows / t.count);
  }

  Value rowsOf(int64_t index, Value count, Value parity, Value out) {
    const MapValue& value = plan.values[index];
    Value at = value.is_result ? out : value.input >= 0 ? e.mul(parity, value.slot) : Value();
    const int64_t row = rowBytes(value);
    if (value.input < 0 || !isPacked(value.input))
      return e.stream(buffers[index], at, 0, {{rowCount(count), row, {}, {}}});
    return e.stream(buffers[index], at, 0, packedLevels(value.input, count, row));
  }

  /// Levels of rows, the last dimension's first.
  SmallVector<Level> packedLevels(int64_t input, Value count, int64_t row) {
    if (box.isNumber(input))
      return {{rowCount(count), 0, {}, {}}};
    const std::vector<int64_t> pad = padStrides(input, row / cols);
    SmallVector<Level> levels;
    for (size_t d = box.rank(); d-- > t.split;) {
      Value extent = d == t.split ? count : e.constant(box.extents[d]);
      int64_t stride = standsStill(input, d) ? 0 : pad[d];
      if (d + 1 == box.rank()) {
        extent = e.constant(d == t.split ? t.rows : ceilDiv(box.extents[d], cols));
        stride = stride ? row : 0;
      }
      levels.push_back({extent, stride, {}, {}});
    }
    return levels;
  }

  Emit& e;
  Session& s;
  graph::MapOp map;
  const Box box;
  const int64_t before; ///< indices of the outermost dimension that other parts have
  const MapPlan plan;
  const Tiling t;
  const int64_t cols, tiles;
  Steps steps;
  std::vector<Value> buffers, sources;
  Value result;
};

std::string makePlanOf(Operation& op, const isa::Spec& spec, const match::Patterns& patterns,
                       bool fast_math) {
  auto map = cast<graph::MapOp>(op);
  auto cover = coverMap(op, spec, patterns, fast_math);
  if (auto* reason = std::get_if<std::string>(&cover))
    return *reason;
  MapPlan& plan = std::get<MapPlan>(cover);
  const Box box = boxOf(map);
  const int64_t cols = spec.machine.array.cols;
  Tiling tiling;
  auto choose = [&](int64_t room) {
    tiling = makeTiling(box, cols, room, spec.machine.sequencer.levels);
    return TileRows{tiling.rows, fewestRows(box, tiling, cols)};
  };
  if (std::string reason = placeMap(plan, spec, choose); !reason.empty())
    return reason;
  plan.layer_rows = ceilDiv(cast<ShapedType>(map.getType()).getNumElements(), cols);
  op.setAttr(kPlanAttr, toAttribute(op.getContext(), tiling));
  op.setAttr(kCoverAttr, toAttribute(op.getContext(), plan));
  return "";
}

std::unique_ptr<LayerCode> make(Emit& emit, Session& session, Operation& op, const isa::Spec&,
                                const Part& part) {
  FailureOr<MapPlan> plan = readMapPlan(op);
  FailureOr<Tiling> tiling = readTiling(op);
  if (failed(plan) || failed(tiling))
    return nullptr;
  auto map = cast<graph::MapOp>(op);
  Box box = boxOf(map);
  const int64_t cols = emit.machine.array.cols,
                before = part.rows ? cutBox(box, *part.rows, cols) : 0;
  if (part.rows) {
    cutTiling(*tiling, box, cols);
    waitAlways(*plan);
  }
  return std::make_unique<WordsMapCode>(emit, session, map, box, before, std::move(*plan), *tiling);
}

Splits splits(Operation& op, const isa::Machine& machine) {
  return {splitsOf(boxOf(cast<graph::MapOp>(op)), machine.array.cols), 1};
}

} // namespace

const WordsKind kWordsMap{handles, makePlanOf, make, splits};

} // namespace npuforge::tile
