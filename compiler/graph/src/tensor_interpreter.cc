// The reference interpreter: which operation is computed by what, and a function of them.
#include "npuforge/compiler/graph/tensor_interpreter.h"

#include <llvm/ADT/TypeSwitch.h>

#include "reference_body.h"
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

/// Values of a function while it runs; each is dropped after its last use.
class Run {
public:
  void set(mlir::Value value, Tensor tensor) {
    uses_[value] = static_cast<int64_t>(llvm::range_size(value.getUses()));
    tensors_[value] = std::move(tensor);
  }

  Tensor take(mlir::Value value) {
    auto found = tensors_.find(value);
    if (found == tensors_.end())
      throw InterpreterError("an operand has no value");
    Tensor tensor = found->second;
    if (--uses_[value] == 0)
      tensors_.erase(found);
    return tensor;
  }

  void step(mlir::Operation& op) {
    try {
      llvm::SmallVector<Tensor> operands;
      for (mlir::Value operand : op.getOperands())
        operands.push_back(take(operand));
      set(op.getResult(0), compute(&op, operands));
    } catch (const InterpreterError& error) {
      throw InterpreterError("node '" + nodeName(op.getLoc()) + "': " + error.what());
    }
  }

private:
  llvm::DenseMap<mlir::Value, Tensor> tensors_;
  llvm::DenseMap<mlir::Value, int64_t> uses_;
};

} // namespace

std::vector<mlir::DenseElementsAttr> evaluate(mlir::Operation* op,
                                              llvm::ArrayRef<mlir::DenseElementsAttr> operands) {
  llvm::SmallVector<Tensor> tensors;
  for (mlir::DenseElementsAttr operand : operands)
    tensors.push_back(reference::from_attribute(operand));
  return {reference::to_attribute(compute(op, tensors))};
}

std::vector<mlir::DenseElementsAttr>
interpretTensors(mlir::func::FuncOp main, llvm::ArrayRef<mlir::DenseElementsAttr> inputs) {
  mlir::Block& body = main.getBody().front();
  if (inputs.size() != body.getNumArguments())
    throw InterpreterError("the number of inputs is wrong");
  Run run;
  for (auto [argument, input] : llvm::zip_equal(body.getArguments(), inputs)) {
    if (argument.getType() != input.getType())
      throw InterpreterError("an input has the wrong type");
    run.set(argument, reference::from_attribute(input));
  }
  for (mlir::Operation& op : body.without_terminator())
    run.step(op);
  std::vector<mlir::DenseElementsAttr> results;
  for (mlir::Value result : body.getTerminator()->getOperands())
    results.push_back(reference::to_attribute(run.take(result)));
  return results;
}

} // namespace npuforge::graph
