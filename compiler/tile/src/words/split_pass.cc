// tile-split: operations over words in the forms that layers take. A reduction becomes reductions
// of [A, R, B] along R, one for each run of axes; a long one of neighbouring elements first one of
// whole rows of lanes, then one of the lanes. A move that moves nothing becomes a reshape;
// moves of bytes and changes between rows and blocks become one.
#include "npuforge/compiler/graph/Graph.h"
#include "npuforge/compiler/graph/values.h"
#include "npuforge/compiler/tile/Tile.h"
#include "npuforge/compiler/tile/spec_pass.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/TypeUtilities.h"
#include "words/epilogue.h"
#include "words/move_pieces.h"

namespace npuforge::tile {

using namespace mlir;

namespace {

/// Neighbouring axes that are all reduced, or all kept.
struct Run {
  int64_t extent;
  bool reduced;
};
using Runs = SmallVector<Run>;

void append(Runs& runs, Run run) {
  if (run.extent == 1)
    return;
  if (!runs.empty() && runs.back().reduced == run.reduced)
    runs.back().extent *= run.extent;
  else
    runs.push_back(run);
}

class Splitter {
public:
  Splitter(graph::ReduceOp op, int64_t cols)
      : op(op), b(op), location(graph::withoutValue(op.getLoc())), cols(cols) {}

  void run() {
    auto shape = cast<RankedTensorType>(op.getInput().getType()).getShape();
    Runs runs;
    for (int64_t axis = 0; axis < static_cast<int64_t>(shape.size()); ++axis)
      append(runs, {shape[axis], llvm::is_contained(op.getAxes(), axis)});
    Value value = op.getInput();
    for (;;) {
      auto last = std::find_if(runs.rbegin(), runs.rend(), [](Run run) { return run.reduced; });
      if (last == runs.rend())
        break;
      const size_t at = runs.size() - 1 - (last - runs.rbegin());
      value = reduceRun(value, product(runs, 0, at), runs[at].extent,
                        product(runs, at + 1, runs.size()));
      Runs rest;
      for (size_t i = 0; i < runs.size(); ++i)
        if (i != at)
          append(rest, runs[i]);
      runs = rest;
    }
    value = shaped(value, cast<ShapedType>(op.getType()).getShape());
    graph::giveValue(op, value);
    op.getResult().replaceAllUsesWith(value);
    op.erase();
  }

private:
  static int64_t product(const Runs& runs, size_t from, size_t to) {
    int64_t result = 1;
    for (size_t i = from; i < to; ++i)
      result *= runs[i].extent;
    return result;
  }

  RankedTensorType type(ArrayRef<int64_t> shape) {
    return RankedTensorType::get(shape, getElementTypeOrSelf(op.getType()));
  }
  Value shaped(Value value, ArrayRef<int64_t> shape) {
    if (cast<RankedTensorType>(value.getType()).getShape() == shape)
      return value;
    return graph::ReshapeOp::create(b, location, type(shape), value, b.getDenseI64ArrayAttr(shape),
                                    UnitAttr());
  }
  Value reduce(Value value, int64_t outer, int64_t reduced, int64_t inner) {
    value = shaped(value, {outer, reduced, inner});
    return graph::ReduceOp::create(b, location, type({outer, inner}), value, op.getKindAttr(),
                                   b.getDenseI64ArrayAttr({1}));
  }

  Value reduceRun(Value value, int64_t outer, int64_t reduced, int64_t inner) {
    // Turning a matrix takes a cycle an element, reading it along its rows a quarter of that.
    const bool is_long = reduced >= (reduced % cols == 0 || outer == 1 ? 2 : 4) * cols;
    if (inner > 1 || !is_long)
      return reduce(value, outer, reduced, inner);
    value = padded(value, outer, reduced);
    value = reduce(value, outer, ceilDiv(reduced, cols), cols);
    return reduce(value, outer, cols, 1);
  }

  /// [outer, reduced] with whole rows of lanes; what is added changes no result.
  Value padded(Value value, int64_t outer, int64_t reduced) {
    const int64_t whole = ceilDiv(reduced, cols) * cols;
    if (whole == reduced)
      return value;
    value = shaped(value, {outer, reduced});
    auto neutral = graph::ConstantOp::create(b, location, type({1}),
                                             DenseElementsAttr::get(type({1}), neutralElement(op)));
    auto piece = [&](int64_t input, int64_t columns, int64_t outer_stride, int64_t stride,
                     int64_t to) {
      return graph::PieceAttr::get(b.getContext(), input, {outer, columns}, 0,
                                   {outer_stride, stride}, to, {whole, 1});
    };
    SmallVector<Attribute> pieces{piece(0, reduced, reduced, 1, 0),
                                  piece(1, whole - reduced, 0, 0, reduced)};
    return graph::MoveOp::create(b, location, type({outer, whole}),
                                 ValueRange{value, neutral.getResult()}, b.getArrayAttr(pieces),
                                 TypedAttr());
  }

  graph::ReduceOp op;
  OpBuilder b;
  Location location;
  const int64_t cols;
};

/// Does the move copy one tensor as it is?
bool movesNothing(graph::MoveOp move) {
  if (move.getFill())
    return false;
  int64_t next = 0; // elements already known to stay where they are
  Value input;
  for (auto piece : move.getPieces().getAsRange<graph::PieceAttr>()) {
    int64_t count = 1;
    for (int64_t extent : piece.getExtents())
      count *= extent;
    if (count == 0)
      continue;
    Value from = move.getInputs()[piece.getInput()];
    int64_t stride = 1;
    bool dense = piece.getFrom() == next && piece.getTo() == next && (!input || input == from);
    for (size_t d = piece.getExtents().size(); d-- > 0;) {
      const int64_t extent = piece.getExtents()[d];
      dense &=
          extent == 1 || (piece.getFromStrides()[d] == stride && piece.getToStrides()[d] == stride);
      stride *= extent;
    }
    if (!dense)
      return false;
    input = from;
    next += count;
  }
  return input && cast<ShapedType>(input.getType()).getNumElements() == next;
}

/// The operand that a map gives back as it is; null if it does not.
Value unchanged(graph::MapOp map) {
  auto yield = cast<graph::YieldOp>(map.getBody().front().getTerminator());
  auto argument = dyn_cast<BlockArgument>(yield.getValue());
  if (!argument)
    return {};
  Value operand = map.getInputs()[argument.getArgNumber()];
  return operand.getType() == map.getType() ? operand : Value();
}

Value movedInput(graph::MoveOp move) {
  for (auto piece : move.getPieces().getAsRange<graph::PieceAttr>())
    if (!llvm::is_contained(piece.getExtents(), 0))
      return move.getInputs()[piece.getInput()];
  return {};
}

struct SplitPass : SpecPass<SplitPass> {
  MLIR_DEFINE_EXPLICIT_INTERNAL_INLINE_TYPE_ID(SplitPass)
  using SpecPass::SpecPass;
  StringRef getArgument() const override { return "tile-split"; }
  StringRef getDescription() const override {
    return "Bring operations over words to the forms that layers take";
  }
  void getDependentDialects(DialectRegistry& registry) const override {
    registry.insert<graph::GraphDialect>();
  }
  void runOnOperation() override {
    SmallVector<graph::ReduceOp> reductions;
    SmallVector<graph::MoveOp> moves;
    SmallVector<graph::MapOp> maps;
    getOperation().walk([&](Operation* op) {
      if (auto reduce = dyn_cast<graph::ReduceOp>(op);
          reduce && isWords(reduce.getResult()) && !op->hasAttr(kFusedAttr))
        reductions.push_back(reduce);
      if (auto move = dyn_cast<graph::MoveOp>(op);
          move && (isWords(move.getResult()) || isNarrow(move.getResult())))
        moves.push_back(move);
      if (auto map = dyn_cast<graph::MapOp>(op); map && unchanged(map))
        maps.push_back(map);
    });
    for (graph::MapOp map : maps) {
      map.getResult().replaceAllUsesWith(unchanged(map));
      map.erase();
    }
    for (graph::ReduceOp reduce : reductions)
      Splitter(reduce, spec().machine.array.cols).run();
    for (graph::MoveOp move : moves)
      if (movesNothing(move)) {
        OpBuilder b(move);
        auto reshape = graph::ReshapeOp::create(
            b, move.getLoc(), move.getType(), movedInput(move),
            b.getDenseI64ArrayAttr(cast<ShapedType>(move.getType()).getShape()), UnitAttr());
        move.getResult().replaceAllUsesWith(reshape.getResult());
        move.erase();
      }
    fuseMoves(*getOperation(), spec().machine.array.cols);
  }
};

} // namespace

void registerSplitPass() {
  PassRegistration<SplitPass>();
}

std::unique_ptr<Pass> createSplitPass(const isa::Spec& spec) {
  return std::make_unique<SplitPass>(spec);
}

} // namespace npuforge::tile
