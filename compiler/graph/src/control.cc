#include "npuforge/compiler/graph/control.h"

#include <llvm/ADT/SetVector.h>
#include <mlir/IR/IRMapping.h>

namespace npuforge::graph {

using namespace mlir;

bool isControl(Operation& op) {
  return llvm::isa<IfOp, LoopOp, StopOp>(op);
}

func::FuncOp functionOf(Operation* op, StringRef symbol) {
  auto module = op->getParentOfType<ModuleOp>();
  return module ? module.lookupSymbol<func::FuncOp>(symbol) : func::FuncOp();
}

SmallVector<func::FuncOp> bodiesOf(Operation* op) {
  if (auto branch = llvm::dyn_cast<IfOp>(op))
    return {functionOf(op, branch.getThen()), functionOf(op, branch.getOtherwise())};
  if (auto loop = llvm::dyn_cast<LoopOp>(op))
    return {functionOf(op, loop.getBody())};
  return {};
}

bool isNetwork(func::FuncOp function) {
  return !function.isPrivate();
}

namespace {

/// The values of other functions that the block's operations use, in the order of their use.
llvm::SetVector<Value> outerValues(Block& body) {
  llvm::SetVector<Value> values;
  body.walk([&](Operation* op) {
    for (Value operand : op->getOperands()) {
      Operation* user = op;
      while (user && user->getBlock() != operand.getParentBlock())
        user = user->getParentOp();
      if (!user) // none of the blocks around the use holds the value
        values.insert(operand);
    }
  });
  return values;
}

} // namespace

func::FuncOp openFunction(ModuleOp module, StringRef name, Location location) {
  std::string symbol = name.str();
  for (int next = 1; module.lookupSymbol(symbol); ++next)
    symbol = (name + "." + Twine(next)).str();
  OpBuilder builder = OpBuilder::atBlockEnd(module.getBody());
  auto function = func::FuncOp::create(builder, location, symbol, builder.getFunctionType({}, {}));
  function.setPrivate();
  function.getBody().emplaceBlock();
  return function;
}

SmallVector<Value> closeFunction(func::FuncOp function, ValueRange results) {
  Block& body = function.getBody().front();
  OpBuilder builder = OpBuilder::atBlockEnd(&body);
  func::ReturnOp::create(builder, function.getLoc(), results);
  builder.setInsertionPointToStart(&body);
  SmallVector<Value> captured;
  for (Value value : outerValues(body)) {
    Value own;
    if (auto constant = value.getDefiningOp<ConstantOp>()) {
      own = builder.clone(*constant)->getResult(0);
    } else {
      captured.push_back(value);
      own = body.addArgument(value.getType(), value.getLoc());
    }
    value.replaceUsesWithIf(own, [&](OpOperand& use) {
      return body.findAncestorOpInBlock(*use.getOwner()) != nullptr;
    });
  }
  function.setFunctionType(
      builder.getFunctionType(body.getArgumentTypes(), body.getTerminator()->getOperandTypes()));
  return captured;
}

void eraseFunction(func::FuncOp function) {
  SmallVector<func::FuncOp> callees;
  function.walk([&](Operation* op) { callees.append(bodiesOf(op)); });
  function.erase();
  for (func::FuncOp callee : callees)
    if (callee)
      eraseFunction(callee);
}

} // namespace npuforge::graph
