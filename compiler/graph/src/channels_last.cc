// graph-channels-last: transposes go down through what works on any order of dimensions, until they
// meet their opposites.
//
// Convolutions and poolings have their channels last, networks have them second; the importer puts
// a transpose before and behind each. A transpose of an operand of a map, a reduction, or another
// move is made one of the result instead; two behind each other are one, or none. So a network of
// convolutions, activations, sums, concatenations keeps its channels last all the way.
#include "npuforge/compiler/graph/Passes.h"
#include "npuforge/compiler/graph/build.h"
#include "npuforge/compiler/graph/optimisations.h"
#include "npuforge/compiler/graph/values.h"

#include "transposed.h"

namespace npuforge::graph {

#define GEN_PASS_DEF_CHANNELSLAST
#include "npuforge/compiler/graph/Passes.h.inc"

using namespace mlir;

namespace {

Shape inverse(Dims perm) {
  Shape back(perm.size());
  for (auto [i, axis] : llvm::enumerate(perm))
    back[static_cast<size_t>(axis)] = static_cast<int64_t>(i);
  return back;
}

Shape permuted(Dims shape, Dims perm) {
  Shape result;
  for (int64_t axis : perm)
    result.push_back(shape[static_cast<size_t>(axis)]);
  return result;
}

/// Nested counters over a tensor's elements, when its dimensions take other strides; none where a
/// counter runs across dimensions.
struct Counters {
  int64_t base;
  Shape steps;
};
std::optional<Counters> relocated(const Counters& counters, Dims extents, Dims shape, Dims target) {
  const Shape own = strides(shape);
  Counters result{0, {}};
  Shape low(shape.size()), high(shape.size());
  int64_t rest = counters.base;
  for (size_t d = 0; d < shape.size(); ++d) {
    low[d] = high[d] = rest / own[d];
    rest %= own[d];
    result.base += low[d] * target[d];
  }
  for (auto [step, extent] : llvm::zip(counters.steps, extents)) {
    const int64_t size = extent == 1 ? 0 : std::abs(step);
    size_t d = 0;
    while (d < shape.size() && (size % own[d] != 0 || size < own[d]))
      ++d;
    if (size == 0 || d == shape.size()) {
      if (size != 0)
        return {};
      result.steps.push_back(0);
      continue;
    }
    const int64_t turns = (step < 0 ? -1 : 1) * (size / own[d]);
    (turns < 0 ? low : high)[d] += turns * (extent - 1);
    result.steps.push_back(turns * target[d]);
  }
  for (size_t d = 0; d < shape.size(); ++d)
    if (low[d] < 0 || high[d] >= shape[d])
      return {};
  return result;
}

class Sinking {
public:
  explicit Sinking(func::FuncOp main) : main_(main) {}

  void run() {
    for (bool changed = true; changed;) {
      changed = false;
      for (Operation& op : llvm::make_early_inc_range(main_.getBody().front()))
        changed |= sink(op);
      for (Operation& op : llvm::make_early_inc_range(llvm::reverse(main_.getBody().front())))
        if (isa<MoveOp, ReshapeOp, ConstantOp>(op) && op.use_empty())
          op.erase();
    }
  }

private:
  bool sink(Operation& op) {
    auto isStatic = [](Type type) {
      auto ranked = dyn_cast<RankedTensorType>(type);
      return ranked && ranked.hasStaticShape();
    };
    // What follows a node that is not supported has no shape.
    if (op.getNumResults() != 1 || op.use_empty() ||
        !llvm::all_of(op.getOperandTypes(), isStatic) ||
        !llvm::all_of(op.getResultTypes(), isStatic))
      return false;
    if (auto map = dyn_cast<MapOp>(op))
      return sinkMap(map);
    if (auto move = dyn_cast<MoveOp>(op))
      return compose(move) || sinkMove(move);
    if (auto reduce = dyn_cast<ReduceOp>(op))
      return sinkReduce(reduce);
    return false;
  }

  void replace(Operation& op, Value with) {
    op.getResult(0).replaceAllUsesWith(with);
    op.erase();
  }

  /// The transpose that most of the operands' elements have; none if it saves nothing.
  std::optional<Shape> commonPerm(Operation& op) {
    const Dims result = shapeOf(op.getResult(0));
    std::optional<Shape> perm;
    int64_t with = 0, without = 0;
    for (Value operand : op.getOperands()) {
      const int64_t size = elements(shapeOf(operand));
      auto t = transposed(operand);
      if (t && rankOf(operand) == static_cast<int64_t>(result.size()) &&
          (!perm || *perm == t->perm))
        perm = t->perm, with += size;
      else if (!constantValue(operand))
        without += size;
    }
    if (!perm || with < without)
      return {};
    // Nothing is saved yet where as much is transposed as before, unless the result's goes away;
    // and what was made so once stays.
    const bool meets = !made_.contains(&op) && llvm::any_of(op.getUsers(), [](Operation* user) {
      return user->getNumResults() == 1 && transposed(user->getResult(0));
    });
    return with > without || meets ? perm : std::nullopt;
  }

  /// An operand as it is before the transpose.
  Value before(Operation& op, const Build& build, Value operand, Dims perm) {
    build.builder().setInsertionPoint(&op); // folding moves it
    auto t = transposed(operand);
    if (t && Dims(t->perm) == perm)
      return t->input;
    Value raised = build.raise(operand, static_cast<int64_t>(perm.size()));
    return build.transpose(raised, inverse(perm));
  }

  bool sinkMap(MapOp map) {
    auto perm = commonPerm(*map);
    if (!perm)
      return false;
    OpBuilder builder(map);
    Build build(builder, map.getLoc());
    SmallVector<Value> operands;
    for (Value operand : map.getInputs())
      operands.push_back(before(*map, build, operand, *perm));
    builder.setInsertionPoint(map);
    auto type = cast<RankedTensorType>(map.getType());
    taken(map.getLoc(), kChannelsLast, "works on the order that its operands have");
    auto made = MapOp::create(
        builder, map.getLoc(),
        RankedTensorType::get(permuted(type.getShape(), inverse(*perm)), type.getElementType()),
        operands);
    made.getBody().takeBody(map.getBody());
    giveValue(map, made, *perm);
    made_.insert(made);
    replace(*map, build.transpose(made, *perm));
    return true;
  }

  /// A transpose of a transpose is one.
  bool compose(MoveOp move) {
    auto outer = transposed(move.getResult());
    auto inner = outer ? transposed(outer->input) : std::nullopt;
    if (!inner)
      return false;
    OpBuilder builder(move);
    Build build(builder, move.getLoc());
    taken(move.getLoc(), kChannelsLast,
          "two transposes are one, with that of '" +
              nodeName(outer->input.getDefiningOp()->getLoc()) + "'");
    Value once = build.transpose(inner->input, permuted(inner->perm, outer->perm));
    if (once != inner->input)
      giveValue(move, once);
    replace(*move, once);
    return true;
  }

  /// Slices, concatenations, pads of transposed operands.
  bool sinkMove(MoveOp move) {
    const Dims shape = shapeOf(move.getResult());
    if (transposed(move.getResult()) || llvm::any_of(move.getInputs(), [&](Value input) {
          return rankOf(input) != static_cast<int64_t>(shape.size());
        }))
      return false;
    auto perm = commonPerm(*move);
    if (!perm)
      return false;
    const Shape result = permuted(shape, inverse(*perm));
    SmallVector<Attribute> pieces;
    for (auto piece : move.getPieces().getAsRange<PieceAttr>()) {
      const Dims from = shapeOf(move.getInputs()[static_cast<size_t>(piece.getInput())]);
      const Shape source = strides(permuted(from, inverse(*perm))), target = strides(result);
      auto read = relocated({piece.getFrom(), Shape(piece.getFromStrides())}, piece.getExtents(),
                            from, permuted(source, *perm));
      auto written = relocated({piece.getTo(), Shape(piece.getToStrides())}, piece.getExtents(),
                               shape, permuted(target, *perm));
      if (!read || !written) {
        refused(move.getLoc(), kChannelsLast, "it moves runs that cross the dimensions");
        return false;
      }
      pieces.push_back(PieceAttr::get(move.getContext(), piece.getInput(), piece.getExtents(),
                                      read->base, read->steps, written->base, written->steps));
    }
    taken(move.getLoc(), kChannelsLast, "works on the order that its operands have");
    OpBuilder builder(move);
    Build build(builder, move.getLoc());
    SmallVector<Value> operands;
    for (Value operand : move.getInputs())
      operands.push_back(before(*move, build, operand, *perm));
    builder.setInsertionPoint(move);
    auto type = RankedTensorType::get(result, elementOf(move.getResult()));
    auto made = MoveOp::create(builder, move.getLoc(), type, operands, builder.getArrayAttr(pieces),
                               move.getFillAttr());
    made_.insert(made);
    giveValue(move, made, *perm);
    replace(*move, build.transpose(made, *perm));
    return true;
  }

  bool sinkReduce(ReduceOp reduce) {
    auto t = transposed(reduce.getInput());
    if (!t)
      return false;
    Shape axes, kept;
    for (auto [i, axis] : llvm::enumerate(t->perm))
      (llvm::is_contained(reduce.getAxes(), static_cast<int64_t>(i)) ? axes : kept).push_back(axis);
    llvm::sort(axes);
    Shape order = kept; // of what is left, as it was
    llvm::sort(order);
    Shape perm, shape;
    for (int64_t axis : kept)
      perm.push_back(llvm::find(order, axis) - order.begin());
    for (int64_t axis : order)
      shape.push_back(shapeOf(t->input)[static_cast<size_t>(axis)]);
    taken(reduce.getLoc(), kChannelsLast, "works on the order that its operand has");
    OpBuilder builder(reduce);
    Build build(builder, reduce.getLoc());
    Value made = ReduceOp::create(builder, reduce.getLoc(),
                                  RankedTensorType::get(shape, elementOf(reduce.getResult())),
                                  t->input, reduce.getKind(), axes);
    giveValue(reduce, made, perm);
    replace(*reduce, build.transpose(made, perm));
    return true;
  }

  func::FuncOp main_;
  llvm::DenseSet<Operation*> made_; ///< by sinking a transpose
};

struct ChannelsLastPass : impl::ChannelsLastBase<ChannelsLastPass> {
  void runOnOperation() override {
    if (allowed(getOperation(), kChannelsLast))
      Sinking(getOperation()).run();
  }
};

} // namespace

} // namespace npuforge::graph
