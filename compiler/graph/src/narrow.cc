// graph-narrow: what a product with a precision multiplies becomes a tensor of that type, and what
// a product of i8 multiplies a tensor of bytes; so does what only moves on its way into blocks.
#include <mlir/Dialect/Arith/IR/Arith.h>
#include <mlir/IR/TypeUtilities.h>

#include "npuforge/compiler/graph/Graph.h"
#include "npuforge/compiler/graph/Passes.h"
#include "npuforge/compiler/graph/bytes.h"
#include "npuforge/compiler/graph/values.h"

namespace npuforge::graph {

#define GEN_PASS_DEF_NARROW
#include "npuforge/compiler/graph/Passes.h.inc"

namespace {

using namespace mlir;

/// What a change between words and blocks makes of an element is the element itself: its body has
/// nothing but these operations.
bool keepsElements(Region& body, std::initializer_list<StringRef> operations) {
  return llvm::all_of(body.front().without_terminator(), [&](Operation& op) {
    return llvm::is_contained(operations, op.getName().getStringRef());
  });
}

/// Bytes of blocks as they are.
bool isPlain(ToWordsOp op) {
  return keepsElements(op.getBody(), {"arith.extsi"});
}

/// Words that hold bytes, narrowed. (Bounds are those of i8: graph-words writes no others.)
bool isPlain(ToBlocksOp op) {
  return keepsElements(op.getBody(),
                       {"arith.constant", "arith.maxsi", "arith.minsi", "arith.trunci"});
}

/// Of bytes as words: the bytes.
Value bytesBehind(MapOp map) {
  if (!map || map.getInputs().size() != 1 || !isBytes(map.getInputs()[0].getType()) ||
      !keepsElements(map.getBody(), {"arith.extsi"}))
    return {};
  return map.getInputs()[0];
}

/// Bytes of an input, or what has been moved.
bool onlyMoves(Value value) {
  while (auto reshape = value.getDefiningOp<ReshapeOp>())
    value = reshape.getInput();
  auto move = value.getDefiningOp<MoveOp>();
  return (move && !move.getFill()) || bytesBehind(value.getDefiningOp<MapOp>());
}

struct Narrow : impl::NarrowBase<Narrow> {
  void runOnOperation() override {
    made.clear();
    for (Operation& op : getOperation().getBody().front()) {
      if (auto contract = llvm::dyn_cast<ContractOp>(op); contract && multipliesBytes(contract))
        narrowOperands(op, byteType(&getContext()));
      else if (llvm::isa<ContractOp, ConvolveOp>(op))
        takePrecision(op);
      if (auto entering = llvm::dyn_cast<ToBlocksOp>(op))
        enterAsBytes(entering);
    }
    for (Operation& op :
         llvm::make_early_inc_range(llvm::reverse(getOperation().getBody().front())))
      if (isOpTriviallyDead(&op))
        op.erase(); // constants that are narrow now, reshapes
  }

  static bool multipliesBytes(ContractOp op) {
    auto types = op->getAttrOfType<ArrayAttr>("operand_types");
    return types && llvm::all_of(types.getAsValueRange<StringAttr>(),
                                 [](StringRef type) { return type == "i8"; });
  }

  void takePrecision(Operation& op) {
    auto precision = op.getAttrOfType<StringAttr>("precision");
    if (!precision)
      return;
    op.removeAttr("precision");
    if (precision.getValue() == "f16")
      narrowOperands(op, Float16Type::get(&getContext()));
    else if (precision.getValue() == "bf16")
      narrowOperands(op, BFloat16Type::get(&getContext()));
  }

  void narrowOperands(Operation& op, Type type) {
    for (OpOperand& operand : op.getOpOperands())
      operand.set(narrow(operand.get(), type));
  }

  void enterAsBytes(ToBlocksOp op) {
    if (!isPlain(op) || !onlyMoves(op.getInput()))
      return;
    Block& block = op.getBody().front();
    op.getInputMutable().set(narrow(op.getInput(), byteType(&getContext())));
    Operation* yield = block.getTerminator();
    block.getArgument(0).setType(IntegerType::get(&getContext(), 8));
    yield->setOperand(0, block.getArgument(0));
    while (yield->getPrevNode())
      yield->getPrevNode()->erase();
  }

  /// The value rounded to the type; made once for all who ask.
  Value narrow(Value value, Type type) {
    if (Value known = made.lookup({value, type}))
      return known;
    auto tensor = llvm::cast<RankedTensorType>(value.getType());
    OpBuilder b(&getContext());
    b.setInsertionPointAfterValue(value);
    Value result;
    auto move = value.getDefiningOp<MoveOp>();
    auto leaving = value.getDefiningOp<ToWordsOp>();
    if (Value bytes = bytesBehind(value.getDefiningOp<MapOp>()); bytes && isBytes(type))
      result = bytes;
    else if (auto reshape = value.getDefiningOp<ReshapeOp>())
      result = ReshapeOp::create(b, withoutValue(value.getLoc()), tensor.clone(type),
                                 narrow(reshape.getInput(), type), reshape.getShapeAttr(),
                                 reshape.getAllowZeroAttr());
    else if (auto constant = value.getDefiningOp<ConstantOp>())
      result = rounded(b, constant, type);
    else if (move && isBytes(type) && !move.getFill())
      result = moved(b, move, tensor.clone(type));
    else if (leaving && isBytes(type) && isPlain(leaving))
      result = left(b, leaving, tensor.clone(type));
    else
      result = map(b, value, tensor.clone(type));
    return made[{value, type}] = result;
  }

  Value moved(OpBuilder& b, MoveOp move, RankedTensorType type) {
    SmallVector<Value> inputs;
    for (Value input : move.getInputs())
      inputs.push_back(narrow(input, type.getElementType()));
    OperationState state(move.getLoc(), move->getName(), inputs, type, move->getAttrs());
    return b.create(state)->getResult(0);
  }

  static Value left(OpBuilder& b, ToWordsOp leaving, RankedTensorType type) {
    auto op = ToWordsOp::create(b, leaving.getLoc(), type, leaving.getInput());
    OpBuilder::InsertionGuard guard(b);
    Block& block = op.getBody().emplaceBlock();
    b.setInsertionPointToStart(&block);
    YieldOp::create(b, leaving.getLoc(), block.addArgument(b.getI8Type(), leaving.getLoc()));
    return op.getResult();
  }

  static Value rounded(OpBuilder& b, ConstantOp constant, Type type) {
    DenseElementsAttr narrow;
    if (auto real = llvm::dyn_cast<FloatType>(type))
      narrow = llvm::cast<DenseFPElementsAttr>(constant.getValue())
                   .mapValues(type, [&](const APFloat& element) {
                     APFloat result = element;
                     bool loses = false;
                     result.convert(real.getFloatSemantics(), APFloat::rmNearestTiesToEven, &loses);
                     return result.bitcastToAPInt();
                   });
    else
      narrow = llvm::cast<DenseIntElementsAttr>(constant.getValue())
                   .mapValues(type, [](const APInt& element) { return element.trunc(8); });
    return ConstantOp::create(b, constant.getLoc(), narrow.getType(), narrow);
  }

  static Value map(OpBuilder& b, Value value, RankedTensorType type) {
    auto map = MapOp::create(b, withoutValue(value.getLoc()), type, ValueRange{value});
    Block& block = map.getBody().emplaceBlock();
    Value argument = block.addArgument(getElementTypeOrSelf(value), value.getLoc());
    OpBuilder::InsertionGuard guard(b);
    b.setInsertionPointToStart(&block);
    Value element =
        isBytes(type) ? narrowed(b, value.getLoc(), argument)
                      : arith::TruncFOp::create(b, value.getLoc(), type.getElementType(), argument)
                            .getResult();
    YieldOp::create(b, value.getLoc(), element);
    return map.getResult();
  }

  llvm::DenseMap<std::pair<Value, Type>, Value> made;
};

} // namespace
} // namespace npuforge::graph
