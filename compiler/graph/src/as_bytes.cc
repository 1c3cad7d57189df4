// graph-bytes: words that hold 8-bit integers become bytes (bytes.h): what maps clamp to their
// range, what leaves blocks as it is, what moves these, and what products of i8 multiply. So they
// take a quarter of the room, and machines need no instruction for i32 between them.
#include <mlir/Dialect/Arith/IR/Arith.h>
#include <mlir/IR/TypeUtilities.h>

#include "npuforge/compiler/graph/Graph.h"
#include "npuforge/compiler/graph/Passes.h"
#include "npuforge/compiler/graph/bytes.h"
#include "npuforge/compiler/graph/values.h"

#include "constants.h"
#include "fold_clamps.h"

namespace npuforge::graph {

#define GEN_PASS_DEF_BYTES
#include "npuforge/compiler/graph/Passes.h.inc"

namespace {

using namespace mlir;

RankedTensorType bytesLike(Value value) {
  auto type = llvm::cast<RankedTensorType>(value.getType());
  return type.clone(byteType(value.getContext()));
}

Value yielded(Region& body) {
  return llvm::cast<YieldOp>(body.front().getTerminator()).getValue();
}

bool isByteConstant(Value value) {
  auto constant = llvm::dyn_cast_or_null<DenseIntElementsAttr>(constantValue(value));
  return constant && llvm::all_of(constant.getValues<APInt>(),
                                  [](const APInt& element) { return element.isSignedIntN(8); });
}

bool multipliesBytes(ContractOp op) {
  auto types = op->getAttrOfType<ArrayAttr>("operand_types");
  return types && llvm::all_of(types.getAsValueRange<StringAttr>(),
                               [](StringRef type) { return type == "i8"; });
}

/// The tensors of bytes that stand for tensors of words.
class Bytes {
public:
  /// Is every element of the words known to be an 8-bit integer?
  bool holds(Value value) {
    if (!getElementTypeOrSelf(value).isSignlessInteger(32))
      return false;
    auto [known, is_new] = held.try_emplace(value, false);
    if (!is_new)
      return known->second;
    const bool result = look(value.getDefiningOp());
    return held[value] = result;
  }

  /// Of what holds bytes, or of a constant; made once for all who ask.
  Value of(Value value) {
    if (Value known = made.lookup(value))
      return known;
    OpBuilder b(value.getContext());
    b.setInsertionPointAfterValue(value);
    Value result = make(b, value);
    made[value] = result;
    return result;
  }

  /// Of any words: what does not fit saturates.
  Value clamped(Value value) {
    if (Value known = made.lookup(value))
      return known;
    if (holds(value) || isByteConstant(value))
      return of(value);
    OpBuilder b(value.getContext());
    b.setInsertionPointAfterValue(value);
    auto map = MapOp::create(b, withoutValue(value.getLoc()), bytesLike(value), ValueRange{value});
    Block& block = map.getBody().emplaceBlock();
    Value element = block.addArgument(b.getI32Type(), value.getLoc());
    b.setInsertionPointToStart(&block);
    YieldOp::create(b, value.getLoc(), narrowed(b, value.getLoc(), element));
    made[value] = map.getResult();
    return map.getResult();
  }

  /// Of an operation that is erased: what stands for its results, and what its results stand for.
  void forget(Operation& op) {
    made.remove_if([&](const auto& entry) {
      return entry.first.getDefiningOp() == &op || entry.second.getDefiningOp() == &op;
    });
  }

  /// Words that some still read are made of the bytes.
  void widenRest() {
    for (auto [words, bytes] : made) {
      Operation* op = words.getDefiningOp();
      if (!llvm::isa_and_nonnull<MapOp, ToWordsOp>(op) || !held.lookup(words) || words.use_empty())
        continue;
      OpBuilder b(words.getContext());
      b.setInsertionPointAfterValue(bytes);
      auto map = MapOp::create(b, words.getLoc(), words.getType(), ValueRange{bytes});
      Block& block = map.getBody().emplaceBlock();
      Value element = block.addArgument(b.getI8Type(), words.getLoc());
      b.setInsertionPointToStart(&block);
      YieldOp::create(b, words.getLoc(),
                      arith::ExtSIOp::create(b, words.getLoc(), b.getI32Type(), element));
      words.replaceAllUsesWith(map.getResult());
    }
  }

private:
  bool look(Operation* op) {
    if (auto map = llvm::dyn_cast_or_null<MapOp>(op))
      return holdsByte(yielded(map.getBody()));
    if (auto leaving = llvm::dyn_cast_or_null<ToWordsOp>(op))
      return holdsByte(yielded(leaving.getBody()));
    if (auto reshape = llvm::dyn_cast_or_null<ReshapeOp>(op))
      return holds(reshape.getInput());
    auto move = llvm::dyn_cast_or_null<MoveOp>(op);
    if (!move || move.getFill())
      return false;
    return llvm::any_of(move.getInputs(), [&](Value input) { return holds(input); }) &&
           llvm::all_of(move.getInputs(),
                        [&](Value input) { return holds(input) || isByteConstant(input); });
  }

  Value make(OpBuilder& b, Value value) {
    Operation* op = value.getDefiningOp();
    if (auto constant = llvm::dyn_cast<ConstantOp>(op))
      return truncated(b, constant);
    if (auto map = llvm::dyn_cast<MapOp>(op); map && isExtended(map))
      return map.getInputs()[0];
    if (llvm::isa<MapOp, ToWordsOp>(op))
      return computed(b, *op);
    SmallVector<Value> inputs;
    for (Value input : op->getOperands())
      inputs.push_back(of(input));
    OperationState state(op->getLoc(), op->getName(), inputs, bytesLike(value), op->getAttrs());
    return b.create(state)->getResult(0);
  }

  /// Bytes as words, and nothing else?
  static bool isExtended(MapOp map) {
    auto extended = yielded(map.getBody()).getDefiningOp<arith::ExtSIOp>();
    return map.getInputs().size() == 1 && isBytes(map.getInputs()[0].getType()) && extended &&
           extended.getIn() == map.getBody().getArgument(0) &&
           map.getInputs()[0].getType() == bytesLike(map.getResult());
  }

  static Value truncated(OpBuilder& b, ConstantOp constant) {
    auto value = llvm::cast<DenseIntElementsAttr>(constant.getValue())
                     .mapValues(byteType(b.getContext()),
                                [](const APInt& element) { return element.trunc(8); });
    return ConstantOp::create(b, constant.getLoc(), value.getType(), value);
  }

  /// The same computation with a body that gives i8.
  static Value computed(OpBuilder& b, Operation& op) {
    Operation* made = b.clone(op);
    Operation* yield = made->getRegion(0).front().getTerminator();
    OpBuilder inside(yield);
    yield->setOperand(0, narrowed(inside, op.getLoc(), yield->getOperand(0)));
    foldClamps(made->getRegion(0));
    made->getResult(0).setType(bytesLike(op.getResult(0)));
    return made->getResult(0);
  }

  llvm::DenseMap<Value, bool> held;
  llvm::MapVector<Value, Value> made;
};

struct BytesPass : impl::BytesBase<BytesPass> {
  void runOnOperation() override {
    Bytes bytes;
    Block& body = getOperation().getBody().front();
    for (Operation& op : llvm::make_early_inc_range(body)) {
      if (auto contract = llvm::dyn_cast<ContractOp>(op); contract && multipliesBytes(contract))
        for (OpOperand& operand : op.getOpOperands())
          operand.set(bytes.clamped(operand.get()));
      if (llvm::isa<MapOp, ToBlocksOp>(op))
        takeBytes(op, bytes);
    }
    eraseDead(body, bytes);
    bytes.widenRest();
    eraseDead(body, bytes);
  }

  static void eraseDead(Block& body, Bytes& bytes) {
    for (Operation& op : llvm::make_early_inc_range(llvm::reverse(body)))
      if (isOpTriviallyDead(&op)) {
        bytes.forget(op);
        op.erase();
      }
  }

  /// A body that reads words which are bytes extends them.
  static void takeBytes(Operation& op, Bytes& bytes) {
    Block& block = op.getRegion(0).front();
    OpBuilder b = OpBuilder::atBlockBegin(&block);
    bool changed = false;
    for (auto [operand, argument] : llvm::zip(op.getOpOperands(), block.getArguments())) {
      if (!bytes.holds(operand.get()))
        continue;
      operand.set(bytes.of(operand.get()));
      argument.setType(b.getI8Type());
      auto extended = arith::ExtSIOp::create(b, op.getLoc(), b.getI32Type(), argument);
      argument.replaceAllUsesExcept(extended.getResult(), extended);
      changed = true;
    }
    if (changed)
      foldClamps(op.getRegion(0));
  }
};

} // namespace
} // namespace npuforge::graph
