// graph-drop-empty: what has no elements is a constant, and nobody reads it any more.
#include <llvm/ADT/STLExtras.h>

#include "npuforge/compiler/graph/Passes.h"
#include "npuforge/compiler/graph/build.h"
#include "npuforge/compiler/graph/control.h"

namespace npuforge::graph {

#define GEN_PASS_DEF_DROPEMPTY
#include "npuforge/compiler/graph/Passes.h.inc"

namespace {

using namespace mlir;

bool isEmpty(Value value) {
  auto type = llvm::dyn_cast<RankedTensorType>(value.getType());
  return type && type.hasStaticShape() && type.getNumElements() == 0;
}

Value emptyConstant(OpBuilder& b, Location location, Value value) {
  auto type = llvm::cast<RankedTensorType>(value.getType());
  return ConstantOp::create(b, location, type, DenseElementsAttr::get(type, ArrayRef<Attribute>()));
}

/// A move without its empty inputs.
Value withoutEmpty(OpBuilder& b, MoveOp move) {
  SmallVector<Value> inputs;
  SmallVector<int64_t> numbers; // new ones, by old ones
  for (Value input : move.getInputs()) {
    numbers.push_back(static_cast<int64_t>(inputs.size()));
    if (!isEmpty(input))
      inputs.push_back(input);
  }
  SmallVector<Attribute> pieces;
  for (auto piece : move.getPieces().getAsRange<PieceAttr>())
    if (!llvm::is_contained(piece.getExtents(), 0))
      pieces.push_back(PieceAttr::get(b.getContext(), numbers[piece.getInput()], piece.getExtents(),
                                      piece.getFrom(), piece.getFromStrides(), piece.getTo(),
                                      piece.getToStrides()));
  return MoveOp::create(b, move.getLoc(), move.getType(), inputs, b.getArrayAttr(pieces),
                        move.getFillAttr());
}

struct DropEmpty : impl::DropEmptyBase<DropEmpty> {
  void runOnOperation() override {
    Block& body = getOperation().getBody().front();
    for (Operation& op : llvm::make_early_inc_range(body.without_terminator()))
      if (isControl(op))
        replaceEnds(op);
      else if (!llvm::isa<ConstantOp>(op) && op.getNumResults() == 1)
        replace(op);
    OpBuilder b = OpBuilder::atBlockBegin(&body);
    for (Value argument : body.getArguments())
      if (isEmpty(argument) && !argument.use_empty())
        argument.replaceAllUsesWith(emptyConstant(b, getOperation().getLoc(), argument));
  }

  static void emptyOperands(Operation& op) {
    OpBuilder b(&op);
    for (OpOperand& operand : op.getOpOperands())
      if (isEmpty(operand.get()) && !operand.get().getDefiningOp<ConstantOp>())
        operand.set(emptyConstant(b, op.getLoc(), operand.get()));
  }

  /// Control flow stays, whatever it passes on.
  static void replaceEnds(Operation& op) {
    emptyOperands(op);
    OpBuilder b(&op);
    for (Value result : op.getResults())
      if (isEmpty(result) && !result.use_empty())
        result.replaceAllUsesWith(emptyConstant(b, op.getLoc(), result));
  }

  static void replace(Operation& op) {
    OpBuilder b(&op);
    Value result = op.getResult(0);
    if (isEmpty(result)) {
      result.replaceAllUsesWith(emptyConstant(b, op.getLoc(), result));
      op.erase();
      return;
    }
    if (llvm::none_of(op.getOperands(), isEmpty))
      return;
    emptyOperands(op);
    Value other;
    if (llvm::all_of(op.getOperands(), constantValue))
      other = foldConstant(b, b.clone(op)); // sums and the like, over nothing
    else if (auto move = llvm::dyn_cast<MoveOp>(op))
      other = withoutEmpty(b, move);
    else if (auto scatter = llvm::dyn_cast<ScatterOp>(op))
      other = scatter.getTable();
    if (!other)
      return;
    result.replaceAllUsesWith(other);
    op.erase();
  }
};

} // namespace
} // namespace npuforge::graph
