// graph-words: every tensor that is not quantised becomes one of words, f32 or i32.
#include <mlir/IR/TypeUtilities.h>

#include "npuforge/compiler/graph/Passes.h"
#include "npuforge/compiler/graph/bytes.h"
#include "npuforge/compiler/graph/control.h"
#include "npuforge/compiler/graph/values.h"

#include "words_body.h"

namespace npuforge::graph {

#define GEN_PASS_DEF_WORDS
#include "npuforge/compiler/graph/Passes.h.inc"

namespace {

using namespace mlir;

bool isQuantisedOp(Operation& op) {
  return llvm::isa<QConvOp, QMatMulOp, RequantOp, RescaleOp, QAddOp, QMaxPoolOp, QAvgPoolOp>(op);
}

bool isTensorOp(Operation& op) {
  return llvm::isa<MapOp, MoveOp, ReduceOp, ContractOp, ConvolveOp, PoolOp, GatherOp, ScatterOp,
                   ReshapeOp>(op);
}

bool isByte(Value value) {
  return getElementTypeOrSelf(value.getType()).isSignlessInteger(8);
}

/// The name of an element type as a port has it.
std::string portType(Type element) {
  if (llvm::isa<FloatType>(element))
    return element.isBF16() ? "bf16" : "f" + std::to_string(element.getIntOrFloatBitWidth());
  if (element.isInteger(1))
    return "bool";
  return (element.isUnsignedInteger() ? "u" : "i") +
         std::to_string(element.getIntOrFloatBitWidth());
}

struct Words : impl::WordsBase<Words> {
  void runOnOperation() override {
    func::FuncOp main = getOperation();
    findQuantised(main);
    Block& body = main.getBody().front();
    for (auto [index, argument] : llvm::enumerate(body.getArguments()))
      if (!isQuantised(argument) && !isBytes(argument.getType())) {
        nameType(main, index, argument.getType(), false);
        argument.setType(typeOf(argument));
      }
    if (Operation* end = body.getTerminator())
      for (auto [index, result] : llvm::enumerate(end->getOperands()))
        if (!isQuantised(result))
          nameType(main, index, original(result), true);
    bool ok = true;
    for (Operation& op : llvm::make_early_inc_range(body))
      ok &= succeeded(rewrite(op));
    main.setFunctionType(FunctionType::get(&getContext(), body.getArgumentTypes(),
                                           body.getTerminator()->getOperandTypes()));
    if (!ok)
      signalPassFailure();
  }

  // --- what is quantised ---

  /// Tensors of i8 that q* operators read or make, and those at the ends that the loader quantises;
  /// maps carry this from each of their i8 tensors to all of them.
  void findQuantised(func::FuncOp main) {
    quantised.clear();
    types.clear();
    Block& body = main.getBody().front();
    for (auto [index, argument] : llvm::enumerate(body.getArguments()))
      if (isByte(argument) && main.getArgAttr(index, "graph.qtype"))
        quantised.insert(argument);
    for (auto [index, result] : llvm::enumerate(body.getTerminator()->getOperands()))
      if (isByte(result) && main.getResultAttr(index, "graph.qtype"))
        quantised.insert(result);
    for (Operation& op : body) {
      if (isQuantisedOp(op))
        mark(op);
      if (auto leaving = llvm::dyn_cast<ToWordsOp>(op))
        quantised.insert(leaving.getInput());
      if (auto entering = llvm::dyn_cast<ToBlocksOp>(op))
        quantised.insert(entering.getResult());
    }
    for (bool changed = true; changed;) {
      const size_t before = quantised.size();
      for (Operation& op : body)
        if (llvm::isa<MapOp>(op) && isByte(op.getResult(0)) && touches(op))
          mark(op);
      changed = quantised.size() != before;
    }
  }
  void mark(Operation& op) {
    for (Value value : op.getOperands())
      if (isByte(value))
        quantised.insert(value);
    if (isByte(op.getResult(0)))
      quantised.insert(op.getResult(0));
  }
  bool touches(Operation& op) {
    return isQuantised(op.getResult(0)) ||
           llvm::any_of(op.getOperands(), [&](Value value) { return isQuantised(value); });
  }
  bool isQuantised(Value value) const { return quantised.contains(value); }

  // --- types ---

  RankedTensorType typeOf(Value value) const {
    auto type = llvm::cast<RankedTensorType>(value.getType());
    return type.clone(wordType(type.getElementType()));
  }
  /// A value's type before this pass.
  Type original(Value value) const {
    auto known = types.find(value);
    return known != types.end() ? known->second : value.getType();
  }

  void nameType(func::FuncOp main, unsigned index, Type type, bool result) {
    if (!result)
      types.try_emplace(main.getArgument(index), type);
    if (!isNetwork(main))
      return;
    Builder builder(&getContext());
    auto give = [&](const char* attribute, Attribute value) {
      if (result && !main.getResultAttr(index, attribute))
        main.setResultAttr(index, attribute, value);
      else if (!result && !main.getArgAttr(index, attribute))
        main.setArgAttr(index, attribute, value);
    };
    give("graph.type", builder.getStringAttr(portType(getElementTypeOrSelf(type))));
    give("graph.shape", builder.getI64ArrayAttr(llvm::cast<RankedTensorType>(type).getShape()));
  }

  // --- operations ---

  LogicalResult rewrite(Operation& op) {
    if (auto constant = llvm::dyn_cast<ConstantOp>(op))
      return rewriteConstant(constant);
    if (llvm::isa<ToWordsOp, ToBlocksOp>(op))
      return rewriteCross(op);
    if (isControl(op))
      return rewriteControl(op);
    if (!isTensorOp(op) || isQuantised(op.getResult(0)))
      return success();
    const Type before = op.getResult(0).getType();
    types[op.getResult(0)] = before;
    if (auto map = llvm::dyn_cast<MapOp>(op))
      return rewriteMap(map);
    noteOperands(op);
    if (auto move = llvm::dyn_cast<MoveOp>(op); move && move.getFill()) {
      std::string reason;
      TypedAttr fill = wordAttribute(*move.getFill(), reason);
      if (!fill)
        return refuse(op, reason);
      move.setFillAttr(fill);
    }
    op.getResult(0).setType(typeOf(op.getResult(0)));
    fixResult(op, getElementTypeOrSelf(before));
    return success();
  }

  /// The functions that it calls become ones of words by themselves.
  LogicalResult rewriteControl(Operation& op) {
    for (Value value : op.getOperands())
      if (isQuantised(value))
        return refuse(op, "a tensor in blocks goes into control flow");
    for (Value result : op.getResults()) {
      types[result] = result.getType();
      result.setType(typeOf(result));
    }
    return success();
  }

  /// i8 in blocks on one side, its values as i32 on the other.
  LogicalResult rewriteCross(Operation& op) {
    const bool leaving = llvm::isa<ToWordsOp>(op);
    Block& block = op.getRegion(0).front();
    OpBuilder b = OpBuilder::atBlockBegin(&block);
    Operation* yield = block.getTerminator();
    Value argument = block.getArgument(0);
    if (leaving) {
      types[op.getResult(0)] = op.getResult(0).getType();
      op.getResult(0).setType(typeOf(op.getResult(0)));
      yield->setOperand(0, arith::ExtSIOp::create(b, op.getLoc(), b.getI32Type(), argument));
    } else {
      argument.setType(getElementTypeOrSelf(op.getOperand(0).getType()));
      yield->setOperand(0, narrowed(b, op.getLoc(), argument));
    }
    return success();
  }

  LogicalResult refuse(Operation& op, const std::string& reason) {
    return op.emitError() << "node '" << nodeName(op.getLoc()) << "': " << reason;
  }

  /// Products keep what their operands' types were, which says how the array may multiply.
  void noteOperands(Operation& op) {
    if (!llvm::isa<ContractOp, ConvolveOp>(op))
      return;
    SmallVector<Attribute> names;
    for (Value operand : op.getOperands())
      names.push_back(
          StringAttr::get(&getContext(), portType(getElementTypeOrSelf(original(operand)))));
    Type element = getElementTypeOrSelf(original(op.getOperand(0)));
    if (element.isInteger())
      op.setAttr("operand_types", ArrayAttr::get(&getContext(), names));
    else if (!element.isF32() && !element.isF64())
      op.setAttr("precision", names[0]);
  }

  /// Sums and products of narrow types leave them: a map behind brings them back.
  void fixResult(Operation& op, Type element) {
    auto kind = op.getAttrOfType<StringAttr>("kind");
    const bool computes =
        llvm::isa<ContractOp, ConvolveOp>(op) ||
        (kind && llvm::is_contained({"sum", "prod", "add", "mul"}, kind.getValue()));
    const bool narrow = element.isF16() || element.isBF16() ||
                        (llvm::isa<IntegerType>(element) && element.getIntOrFloatBitWidth() < 32 &&
                         !element.isInteger(1));
    if (!computes || !narrow)
      return;
    OpBuilder b(&getContext());
    b.setInsertionPointAfter(&op);
    Value result = op.getResult(0);
    auto map = MapOp::create(b, op.getLoc(), result.getType(), ValueRange{result});
    dropValue(&op); // not yet what the network computes
    result.replaceAllUsesExcept(map.getResult(), map);
    types[map.getResult()] = types[result];
    Block& block = map.getBody().emplaceBlock();
    Value argument = block.addArgument(getElementTypeOrSelf(result.getType()), op.getLoc());
    b.setInsertionPointToStart(&block);
    Value fixed = wrapTo(b, op.getLoc(), element, roundTo(b, op.getLoc(), element, argument));
    YieldOp::create(b, op.getLoc(), fixed);
    fresh.insert(map);
  }

  LogicalResult rewriteMap(MapOp map) {
    if (fresh.erase(map))
      return success();
    dropRepeated(map);
    OpBuilder b(map);
    auto words = MapOp::create(b, map.getLoc(), typeOf(map.getResult()), map.getInputs());
    Block& block = words.getBody().emplaceBlock();
    for (Value operand : map.getInputs())
      block.addArgument(isQuantised(operand) || isBytes(operand.getType())
                            ? IntegerType::get(&getContext(), 8)
                            : wordType(getElementTypeOrSelf(operand.getType())),
                        map.getLoc());
    if (failed(writeBody(map, words))) {
      words.erase();
      return failure();
    }
    types[words.getResult()] = map.getType();
    if (isNeeded(words, map.getResult())) {
      map.getResult().replaceAllUsesWith(words.getResult());
    } else {
      map.getResult().replaceAllUsesWith(words.getInputs()[0]);
      words.erase();
    }
    map.erase();
    return success();
  }

  /// x * x reads x once.
  static void dropRepeated(MapOp map) {
    for (unsigned i = map.getInputs().size(); i-- > 1;)
      for (unsigned first = 0; first < i; ++first)
        if (map.getInputs()[first] == map.getInputs()[i]) {
          Block& block = map.getBody().front();
          block.getArgument(i).replaceAllUsesWith(block.getArgument(first));
          block.eraseArgument(i);
          map.getInputsMutable().erase(i);
          break;
        }
  }

  /// Most casts between integers change no word. Products look at what type their operands were,
  /// and a layer must have made what the network returns.
  static bool isNeeded(MapOp words, Value readers) {
    Block& block = words.getBody().front();
    return words.getInputs().size() != 1 || words.getInputs()[0].getType() != words.getType() ||
           llvm::cast<YieldOp>(block.getTerminator()).getValue() != block.getArgument(0) ||
           llvm::any_of(readers.getUsers(), [](Operation* user) {
             return llvm::isa<ContractOp, ConvolveOp, func::ReturnOp, ToBlocksOp>(user);
           });
  }

  LogicalResult rewriteConstant(ConstantOp constant) {
    const bool for_words = llvm::any_of(constant->getUsers(), [&](Operation* user) {
      return llvm::isa<func::ReturnOp, ToBlocksOp>(user) || isControl(*user) ||
             (isTensorOp(*user) && !isQuantised(user->getResult(0)));
    });
    if (!for_words || isQuantised(constant.getResult()))
      return success();
    auto type = llvm::cast<RankedTensorType>(constant.getType());
    types[constant.getResult()] = type;
    Type element = type.getElementType();
    if (element.isF32() || element.isSignlessInteger(32))
      return success();
    std::string reason;
    auto value = wordElements(llvm::cast<DenseElementsAttr>(constant.getValue()), reason);
    if (!value)
      return refuse(*constant, reason);
    OpBuilder b(constant);
    auto made = ConstantOp::create(b, constant.getLoc(), value.getType(), value);
    types[made.getResult()] = type;
    constant.getResult().replaceUsesWithIf(made.getResult(), [&](OpOperand& use) {
      Operation* user = use.getOwner();
      return !isQuantisedOp(*user) && !(llvm::isa<MapOp>(user) && isQuantised(user->getResult(0)));
    });
    if (constant->use_empty())
      constant->erase();
    return success();
  }

  llvm::DenseSet<Value> quantised;
  llvm::DenseMap<Value, Type> types; ///< of values that have become words
  llvm::DenseSet<Operation*> fresh;  ///< maps made here
};

} // namespace
} // namespace npuforge::graph
