// Reductions over words. [A, R, B] becomes [A, B]; other axes are brought to this form before
// (tile-split). Kept elements lie across the lanes, reduced ones in rows: with B = 1 the loads turn
// the matrix, four bytes a run.
//
// Where the machine reduces groups of rows, one instruction reduces a tile. What is longer than a
// tile comes in chunks: the result of a chunk is the first row of each group of the next, in the
// other half of the accumulator. Where it does not, a map of two rows adds row after row to the
// results.
#include "words/reduce.h"

#include "npuforge/compiler/graph/Graph.h"
#include "npuforge/compiler/match/combine.h"

#include "mlir/IR/TypeUtilities.h"
#include "words/epilogue.h"

namespace npuforge::tile {

using namespace mlir;

namespace {

struct Operator {
  const char *kind, *on_floats, *on_integers;
  uint32_t float_neutral, integer_neutral;
};
constexpr Operator kOperators[] = {
    {"sum", "arith.addf", "arith.addi", 0, 0},
    {"prod", "arith.mulf", "arith.muli", 0x3f800000, 1},
    {"max", "arith.maximumf", "arith.maxsi", 0xff800000, 0x80000000},
    {"min", "arith.minimumf", "arith.minsi", 0x7f800000, 0x7fffffff},
    {"and", "", "arith.andi", 0, 0xffffffff},
    {"or", "", "arith.ori", 0, 0},
};

/// How the machine does it.
struct Method {
  std::optional<match::Combination> reduction, pairwise;
  uint32_t neutral = 0;
  bool works() const { return reduction || pairwise; }
};

/// What combines two elements, none if the type has no such operation; and the neutral element.
std::pair<std::string, uint32_t> combinationOf(graph::ReduceOp op) {
  const bool real = getElementTypeOrSelf(op.getType()).isF32();
  for (const Operator& known : kOperators)
    if (op.getKind() == known.kind)
      return {real ? known.on_floats : known.on_integers,
              real ? known.float_neutral : known.integer_neutral};
  return {};
}

Method methodOf(graph::ReduceOp op, const isa::Spec& spec, const match::Patterns& patterns) {
  Method method;
  const auto [name, neutral] = combinationOf(op);
  method.neutral = neutral;
  method.reduction = reductionOf(op, spec);
  if (!method.reduction && !name.empty())
    method.pairwise = match::findPairwise(patterns, name, getElementTypeOrSelf(op.getType()));
  return method;
}

} // namespace

std::optional<match::Combination> reductionOf(graph::ReduceOp op, const isa::Spec& spec) {
  const auto [name, neutral] = combinationOf(op);
  if (name.empty())
    return std::nullopt;
  return match::findReduction(*op.getContext(), spec, name, getElementTypeOrSelf(op.getType()),
                              neutral);
}

Attribute neutralElement(graph::ReduceOp op) {
  Type type = getElementTypeOrSelf(op.getType());
  for (const Operator& known : kOperators) {
    if (op.getKind() != known.kind)
      continue;
    if (!type.isF32())
      return IntegerAttr::get(type, APInt(32, known.integer_neutral));
    return FloatAttr::get(type, APFloat(APFloat::IEEEsingle(), APInt(32, known.float_neutral)));
  }
  llvm_unreachable("the verifier knows the kinds");
}

namespace {

/// The reduction as groups of lanes, and what a tile holds of it.
struct Shape3 {
  int64_t outer, reduced, lanes;                     ///< extents
  int64_t outer_stride, reduced_stride, lane_stride; ///< elements
  int64_t from = 0, to = 0;                          ///< where a part's operand and result begin
};

Shape3 shapeOf3(graph::ReduceOp op) {
  auto shape = cast<RankedTensorType>(op.getInput().getType()).getShape();
  const int64_t a = shape[0], r = shape[1], b = shape[2];
  if (b == 1)
    return {1, r, a, 0, 1, r};
  return {a, r, b, r * b, b, 1};
}

/// Ranges of outer indices, or of rows of lanes where there is one.
int64_t splitsOf(const Shape3& s, int64_t cols) {
  return s.outer > 1 ? s.outer : ceilDiv(s.lanes, cols);
}

Shape3 partOf(Shape3 s, const Part& part, int64_t cols) {
  if (!part.rows)
    return s;
  if (s.outer > 1) {
    s.from = part.rows->begin * s.outer_stride, s.to = part.rows->begin * s.lanes;
    s.outer = part.rows->size();
    return s;
  }
  s.to = part.rows->begin * cols, s.from = s.to * s.lane_stride;
  s.lanes = std::min(part.rows->end * cols, s.lanes) - s.to;
  return s;
}

struct ReduceTile {
  int64_t outer = 1, reduced = 1, rows = 1; ///< rows of `cols` lanes
};

/// Half of the accumulator, which one tile's rows take.
int64_t halfRows(const MemoryMap& map) {
  return map.accumulators[1].address;
}

ReduceTile chooseTile(const Shape3& s, const isa::Machine& machine) {
  const MemoryMap map(machine);
  const int64_t cols = machine.array.cols, row = machine.accumulator_row_bytes();
  const int64_t lane_rows = ceilDiv(s.lanes, cols);
  const int64_t results = std::min(map.outputs[0].bytes / row, halfRows(map) / 2);
  // One row less than the half: the chunk before comes first.
  const int64_t room = std::min(halfRows(map) - 1, map.input.bytes / 2 / row);
  ReduceTile t;
  if (s.reduced <= room) {
    t.reduced = s.reduced;
    t.rows = std::min({lane_rows, room / s.reduced, results});
    if (t.rows == lane_rows)
      t.outer = std::min({s.outer, room / (s.reduced * t.rows), results / t.rows});
    return t;
  }
  constexpr int64_t kRunRows = 8; // long enough for bursts
  t.rows = std::min({lane_rows, kRunRows, results});
  t.reduced = room / t.rows - 1;
  const int64_t chunks = ceilDiv(s.reduced, t.reduced);
  t.reduced = ceilDiv(s.reduced, chunks);
  return t;
}

class WordsReduceCode : public LayerCode {
public:
  WordsReduceCode(Emit& emit, Session& session, graph::ReduceOp op, Method method,
                  const isa::Spec& spec, const Part& part)
      : e(emit), s(session), op(op), method(std::move(method)), moves(spec),
        shape(partOf(shapeOf3(op), part, emit.machine.array.cols)),
        t(chooseTile(shape, emit.machine)), cols(emit.machine.array.cols),
        chunks(ceilDiv(shape.reduced, t.reduced)) {}

  void run() override {
    source = s.dram(e, s.tensor(op.getInput()));
    result = s.dram(e, s.tensor(op.getResult()));
    half = halfRows(e.map);
    input = e.scratchpad(e.map.input, "rows");
    output = e.scratchpad(e.map.outputSlots(), "output");
    rows = e.buffer("accumulator", {0, half * 2 - 1}, "rows");
    setLanes();
    s.awaitLayerBefore(e);
    const int64_t outers = ceilDiv(shape.outer, t.outer);
    const int64_t lane_tiles = ceilDiv(shape.lanes, t.rows * cols);
    e.loop(outers, [&](Value o) {
      e.loop(lane_tiles, [&](Value l) { group(o, l, e.add(e.mul(o, lane_tiles), l)); });
    });
    s.beginNext();
  }

private:
  const match::Combination& what() const {
    return method.reduction ? *method.reduction : *method.pairwise;
  }
  bool carries() const { return method.pairwise || chunks > 1; }
  /// Rows before a chunk's own: the results of the chunk before.
  int64_t lead() const { return method.reduction && chunks > 1 ? t.rows : 0; }

  void setLanes() {
    for (const auto& [name, bits] : what().lanes) {
      auto [known, is_new] = lanes.emplace(bits, static_cast<int64_t>(lanes.size()));
      if (is_new)
        e.set_lane(known->second, static_cast<int32_t>(bits));
    }
    auto [known, is_new] = lanes.emplace(method.neutral, static_cast<int64_t>(lanes.size()));
    if (is_new)
      e.set_lane(known->second, static_cast<int32_t>(method.neutral));
  }

  Value part(Value index, int64_t count, int64_t extent) {
    if (extent % count == 0)
      return e.constant(count);
    return e.min(e.sub(e.constant(extent), e.mul(index, count)), count);
  }

  void wait() {
    e.signal("vector", "vector");
    e.await("vector", "vector");
  }

  /// The results of some lanes of some outer indices.
  void group(Value o, Value l, Value counter) {
    Value outer_count = part(o, t.outer, shape.outer);
    Value lane_count = part(l, t.rows * cols, shape.lanes);
    Value at = e.add(e.mul(o, t.outer * shape.outer_stride * 4),
                     e.mul(l, t.rows * cols * shape.lane_stride * 4));
    at = e.add(at, shape.from * 4);
    if (carries())
      fillRows(e, *moves.fill, carry(e.constant(0)), lanes.at(method.neutral));
    e.loop(chunks, [&](Value c) {
      Value turn = e.add(e.mul(counter, chunks), c);
      chunk(c, e.add(at, e.mul(c, t.reduced * shape.reduced_stride * 4)), outer_count, lane_count,
            e.mul(e.parity(turn), slotBytes()));
    });
    finish(o, l, outer_count, lane_count, e.parity(counter));
  }

  int64_t slotBytes() const {
    const int64_t row = e.machine.accumulator_row_bytes();
    return e.map.input.bytes / 2 / row * row;
  }

  /// The results so far, before chunk `c`.
  Value carry(Value c) {
    const int64_t at = method.reduction ? 0 : half;
    Value base = method.reduction ? e.mul(e.parity(c), half) : Value();
    return e.stream(rows, base, at, {e.level(t.rows * t.outer, 1)});
  }

  void chunk(Value c, Value at, Value outer_count, Value lane_count, Value slot) {
    Value length = part(c, t.reduced, shape.reduced);
    const int64_t row = e.machine.accumulator_row_bytes();
    s.awaitCredit(e, "load", "vector");
    copyIn(e, {input,
               slot,
               source,
               at,
               {{outer_count, shape.outer_stride * 4, t.reduced * t.rows * row},
                {length, shape.reduced_stride * 4, t.rows * row},
                {lane_count, shape.lane_stride * 4, 4}},
               4});
    e.signal("load", "vector");
    e.await("vector", "load");
    Value count = e.mul(length, t.rows);
    if (t.outer > 1)
      count = e.constant(t.outer * t.reduced * t.rows);
    Value base = method.reduction && chunks > 1 ? e.mul(e.parity(c), half) : Value();
    moveRows(e, *moves.load, e.stream(rows, base, lead(), {{count, 1, {}, {}}}),
             e.stream(input, slot, 0, {{count, row, {}, {}}}));
    e.signal("vector", "load");
    wait();
    if (method.reduction)
      reduce(c, base, length);
    else
      addRows(length);
  }

  void reduce(Value c, Value base, Value length) {
    Value members = lead() ? e.add(length, 1) : length;
    Value src = e.stream(
        rows, base, 0,
        {{members, t.rows, {}, {}}, e.level(t.rows, 1), e.level(t.outer, t.reduced * t.rows)});
    Value to = chunks > 1 ? e.mul(e.sub(e.constant(1), e.parity(c)), half) : e.constant(half);
    Value dst = e.stream(rows, to, 0, {e.level(t.rows * t.outer, 1)});
    apply(dst, {src}, 1);
  }

  /// One row of each group after the other.
  void addRows(Value length) {
    e.loop(length, [&](Value r) {
      Value results = carry({});
      Value next = e.stream(rows, e.mul(r, t.rows), 0,
                            {e.level(t.rows, 1), e.level(t.outer, t.reduced * t.rows)});
      apply(results, {results, next}, 0);
      wait();
    });
  }

  void apply(Value dst, SmallVector<Value> sources, int64_t levels) {
    SmallVector<StringRef> names{what().first};
    if (sources.size() > 1)
      names.push_back(what().second);
    SmallVector<NamedAttribute> numbers;
    auto number = [&](StringRef name, int64_t value) {
      numbers.push_back(e.builder.getNamedAttr(name, e.builder.getI64IntegerAttr(value)));
    };
    for (const auto& [name, bits] : what().lanes)
      number(name, lanes.at(bits));
    for (const auto& [name, bits] : what().values)
      number(name, static_cast<int32_t>(bits));
    const isa::Instruction& instruction = *what().instruction;
    if (levels > 0)
      number(instruction.operands[instruction.levels].name, levels);
    ApplyOp::create(e.builder, e.location, instruction.mnemonic, dst, sources, what().destination,
                    e.builder.getStrArrayAttr(names), e.builder.getDictionaryAttr(numbers));
  }

  void finish(Value o, Value l, Value outer_count, Value lane_count, Value parity) {
    const int64_t row = e.machine.accumulator_row_bytes();
    Value out = e.mul(parity, e.map.outputs[1].address - e.map.outputs[0].address);
    s.awaitCredit(e, "vector", "store");
    wait();
    const int64_t at = method.reduction && chunks % 2 == 0 ? 0 : half;
    const int64_t count = t.rows * t.outer;
    moveRows(e, *moves.store, e.stream(output, out, 0, {e.level(count, row)}),
             e.stream(rows, {}, at, {e.level(count, 1)}));
    e.signal("vector", "store");
    e.await("store", "vector");
    Value to = e.add(e.mul(o, t.outer * shape.lanes * 4), e.mul(l, t.rows * cols * 4));
    to = e.add(to, shape.to * 4);
    copyOut(e, {output,
                out,
                result,
                to,
                {{outer_count, shape.lanes * 4, t.rows * row}, {lane_count, 4, 4}},
                4});
    e.signal("store", "vector");
  }

  Emit& e;
  Session& s;
  graph::ReduceOp op;
  const Method method;
  const WordMoves moves;
  const Shape3 shape;
  const ReduceTile t;
  const int64_t cols, chunks;
  int64_t half = 0;
  std::map<uint64_t, int64_t> lanes; ///< of numbers
  Value source, result, input, output, rows;
};

bool handles(Operation& op) {
  return mlir::isa<graph::ReduceOp>(op) && !op.hasAttr(kFusedAttr) && isWords(op.getResult(0));
}

std::string plan(Operation& op, const isa::Spec& spec, const match::Patterns& patterns, bool) {
  auto reduce = cast<graph::ReduceOp>(op);
  const WordMoves moves(spec);
  if (!moves.load || !moves.store || !moves.fill)
    return "no map of " + spec.machine.name + " moves rows of words to and from the accumulator";
  if (methodOf(reduce, spec, patterns).works())
    return "";
  return "no instruction of " + spec.machine.name + " combines rows of " +
         (getElementTypeOrSelf(reduce.getType()).isF32() ? "f32" : "i32") + " by " +
         reduce.getKind().str();
}

std::unique_ptr<LayerCode> make(Emit& emit, Session& session, Operation& op, const isa::Spec& spec,
                                const Part& part) {
  auto reduce = cast<graph::ReduceOp>(op);
  const match::Patterns patterns = match::readPatterns(*op.getContext(), spec);
  return std::make_unique<WordsReduceCode>(emit, session, reduce, methodOf(reduce, spec, patterns),
                                           spec, part);
}

Splits splits(Operation& op, const isa::Machine& machine) {
  return {splitsOf(shapeOf3(cast<graph::ReduceOp>(op)), machine.array.cols), 1};
}

} // namespace

const WordsKind kWordsReduce{handles, plan, make, splits};

} // namespace npuforge::tile
