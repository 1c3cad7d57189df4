// The reference interpreter: which operation is computed by what, and a function of them.
#include "npuforge/compiler/graph/tensor_interpreter.h"

#include <llvm/ADT/TypeSwitch.h>

#include "reference_body.h"
#include "reference_control.h"
#include "reference_operators.h"

namespace npuforge::graph {
namespace {

using reference::Tensor;

Tensor compute(mlir::Operation* op, llvm::ArrayRef<Tensor> operands) {
  return llvm::TypeSwitch<mlir::Operation*, Tensor>(op)
      .Case<MapOp>([&](MapOp map) { return reference::evaluate_map(map, operands); })
      .Case<ConstantOp, MoveOp, ReduceOp, GatherOp, ScatterOp, ContractOp, ConvolveOp, PoolOp,
            QuantizeOp, DequantizeOp, ConvOp, MaxPoolOp, AveragePoolOp, GlobalAveragePoolOp, GemmOp,
            MatMulOp, AddOp, ReluOp, ClipOp, IdentityOp, FlattenOp, ReshapeOp, TransposeOp>(
          [&](auto typed) { return reference::compute(typed, operands); })
      .Case<UnsupportedOp>([](UnsupportedOp typed) -> Tensor {
        throw InterpreterError(typed.getOp().str() + ": " + typed.getReason().str());
      })
      .Default([](mlir::Operation* other) -> Tensor {
        throw InterpreterError(other->getName().getStringRef().str() +
                               " is no operation of the interpreter");
      });
}

llvm::SmallVector<Tensor> computeAll(mlir::Operation* op, llvm::ArrayRef<Tensor> operands) {
  if (auto branch = llvm::dyn_cast<IfOp>(op))
    return reference::computeControl(branch, operands);
  if (auto loop = llvm::dyn_cast<LoopOp>(op))
    return reference::computeControl(loop, operands);
  if (auto stop = llvm::dyn_cast<StopOp>(op))
    throw InterpreterError("the network stops: " + stop.getReason().str());
  return {compute(op, operands)};
}

} // namespace

std::vector<mlir::DenseElementsAttr> evaluate(mlir::Operation* op,
                                              llvm::ArrayRef<mlir::DenseElementsAttr> operands) {
  llvm::SmallVector<Tensor> tensors;
  for (mlir::DenseElementsAttr operand : operands)
    tensors.push_back(reference::from_attribute(operand));
  std::vector<mlir::DenseElementsAttr> results;
  for (const Tensor& tensor : computeAll(op, tensors))
    results.push_back(reference::to_attribute(tensor));
  return results;
}

Interpretation::Interpretation(mlir::func::FuncOp main, llvm::ArrayRef<Tensor> inputs) {
  mlir::Block& body = main.getBody().front();
  if (inputs.size() != body.getNumArguments())
    throw InterpreterError("the number of inputs is wrong");
  for (auto [argument, input] : llvm::zip_equal(body.getArguments(), inputs)) {
    auto type = llvm::cast<mlir::ShapedType>(argument.getType());
    if (type.getElementType() != input.element || type.getShape() != llvm::ArrayRef(input.shape))
      throw InterpreterError("an input has the wrong type");
    set(argument, input);
  }
}

llvm::SmallVector<Tensor> Interpretation::step(mlir::Operation& op) {
  try {
    llvm::SmallVector<Tensor> operands;
    for (mlir::Value operand : op.getOperands())
      operands.push_back(take(operand));
    llvm::SmallVector<Tensor> results = computeAll(&op, operands);
    for (auto [value, result] : llvm::zip_equal(op.getResults(), results))
      set(value, result);
    return results;
  } catch (const InterpreterError& error) {
    throw InterpreterError("node '" + nodeName(op.getLoc()) + "': " + error.what());
  }
}

void Interpretation::set(mlir::Value value, Tensor tensor) {
  if (const auto uses = static_cast<int64_t>(llvm::range_size(value.getUses())))
    values_[value] = {std::move(tensor), uses};
}

void Interpretation::replace(mlir::Value value, Tensor tensor) {
  if (auto found = values_.find(value); found != values_.end())
    found->second.tensor = std::move(tensor);
}

Tensor Interpretation::take(mlir::Value value) {
  auto found = values_.find(value);
  if (found == values_.end())
    throw InterpreterError("an operand has no value");
  Tensor tensor = found->second.tensor;
  if (--found->second.uses == 0)
    values_.erase(found);
  return tensor;
}

llvm::SmallVector<Tensor> runFunction(mlir::func::FuncOp function, llvm::ArrayRef<Tensor> inputs) {
  Interpretation run(function, inputs);
  mlir::Block& body = function.getBody().front();
  for (mlir::Operation& op : body.without_terminator())
    run.step(op);
  llvm::SmallVector<Tensor> results;
  for (mlir::Value result : body.getTerminator()->getOperands())
    results.push_back(run.take(result));
  return results;
}

std::vector<mlir::DenseElementsAttr>
interpretTensors(mlir::func::FuncOp main, llvm::ArrayRef<mlir::DenseElementsAttr> inputs) {
  llvm::SmallVector<Tensor> tensors;
  for (mlir::DenseElementsAttr input : inputs)
    tensors.push_back(reference::from_attribute(input));
  std::vector<mlir::DenseElementsAttr> results;
  for (const Tensor& result : runFunction(main, tensors))
    results.push_back(reference::to_attribute(result));
  return results;
}

} // namespace npuforge::graph
