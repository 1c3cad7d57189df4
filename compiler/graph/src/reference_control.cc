#include "reference_control.h"

#include <limits>

#include "npuforge/compiler/graph/control.h"
#include "npuforge/compiler/graph/interpreter.h"
#include "npuforge/compiler/graph/tensor_interpreter.h"

namespace npuforge::graph::reference {
namespace {

using Tensors = llvm::SmallVector<Tensor>;

Tensors call(mlir::Operation* op, llvm::StringRef symbol, llvm::ArrayRef<Tensor> inputs) {
  mlir::func::FuncOp function = functionOf(op, symbol);
  if (!function)
    throw InterpreterError("there is no function @" + symbol.str());
  return runFunction(function, inputs);
}

/// Of one element.
int64_t numberOf(const Tensor& tensor) {
  if (tensor.is_real() || tensor.count() != 1)
    throw InterpreterError("a condition or a count is not one integer");
  return tensor.integers->front();
}

/// A function's results may be of other types than its callers', between two passes.
Tensors checked(mlir::Operation* op, Tensors results) {
  if (results.size() != op->getNumResults())
    throw InterpreterError("a body has the wrong number of results");
  for (auto [value, tensor] : llvm::zip(op->getResults(), results)) {
    auto type = llvm::cast<mlir::RankedTensorType>(value.getType());
    if (type.getElementType() != tensor.element || type.getShape() != llvm::ArrayRef(tensor.shape))
      throw InterpreterError("a body's result has the wrong type");
  }
  return results;
}

Tensor scalar(mlir::Type element, int64_t value) {
  Tensor tensor = make_tensor({}, element);
  tensor.integers->front() = value;
  return tensor;
}

/// Copies slice `index` of a stack to the slice, or back.
template <typename Stack, typename Slice, typename Copy>
void copySlice(Stack& stack, Slice& slice, int64_t index, Copy copy) {
  if (stack.element != slice.element)
    throw InterpreterError("a slice has the wrong type");
  const int64_t count = slice.count();
  visit(
      stack,
      [&](auto& whole, auto& part) { copy(whole.begin() + index * count, part.begin(), count); },
      slice);
}

Tensor sliceOf(const Tensor& stack, int64_t index) {
  Tensor slice = make_tensor(llvm::ArrayRef<int64_t>(stack.shape).drop_front(), stack.element);
  copySlice(stack, slice, index,
            [](auto whole, auto part, int64_t count) { std::copy_n(whole, count, part); });
  return slice;
}

void putSlice(Tensor& stack, const Tensor& slice, int64_t index) {
  copySlice(stack, slice, index,
            [](auto whole, auto part, int64_t count) { std::copy_n(part, count, whole); });
}

/// A loop's values from turn to turn.
class Turns {
public:
  Turns(LoopOp op, llvm::ArrayRef<Tensor> operands) : op_(op) {
    auto take = [&](size_t count) {
      auto part = operands.take_front(count);
      operands = operands.drop_front(count);
      return part;
    };
    most_ = op.getMost();
    if (op.getTrips())
      most_ = std::min(most_, numberOf(take(1)[0]));
    if (op.getCondition())
      goes_on_ = numberOf(take(1)[0]) != 0;
    carried_ = Tensors(take(op.getCarried().size()));
    scanned_ = take(op.getScanned().size());
    inputs_ = take(op.getInputs().size());
    for (mlir::Value result : op.getResults().drop_front(carried_.size())) {
      auto type = llvm::cast<mlir::RankedTensorType>(result.getType());
      collected_.push_back(make_tensor(type.getShape(), type.getElementType()));
    }
  }

  Tensors run() {
    for (int64_t turn = 0; turn < most_ && goes_on_; ++turn) {
      if (turn == kMostTurns)
        throw InterpreterError("the loop does not end");
      one(turn);
    }
    Tensors results = carried_;
    results.append(collected_);
    return results;
  }

private:
  /// Where the turn finds its slice of scanned or collected tensor `index`.
  int64_t place(int64_t turn, size_t index) {
    return op_.getBackwards()[index] ? op_.getMost() - 1 - turn : turn;
  }

  void one(int64_t turn) {
    mlir::func::FuncOp body = functionOf(op_, op_.getBody());
    if (!body)
      throw InterpreterError("there is no function @" + op_.getBody().str());
    auto turn_type = llvm::cast<mlir::ShapedType>(body.getArgumentTypes()[0]);
    Tensors arguments{scalar(turn_type.getElementType(), turn)};
    arguments.append(carried_);
    for (auto [index, stack] : llvm::enumerate(scanned_))
      arguments.push_back(sliceOf(stack, place(turn, index)));
    arguments.append(inputs_.begin(), inputs_.end());
    Tensors results = runFunction(body, arguments);
    size_t next = 0;
    if (op_.getCondition())
      goes_on_ = numberOf(results[next++]) != 0;
    for (Tensor& carried : carried_)
      carried = results[next++];
    for (auto [index, stack] : llvm::enumerate(collected_))
      putSlice(stack, results[next++], place(turn, scanned_.size() + index));
  }

  LoopOp op_;
  int64_t most_ = 0;
  bool goes_on_ = true;
  Tensors carried_, collected_;
  llvm::ArrayRef<Tensor> scanned_, inputs_;
};

} // namespace

Tensors computeControl(IfOp op, llvm::ArrayRef<Tensor> operands) {
  const size_t then_count = op.getThenInputs().size();
  llvm::ArrayRef<Tensor> inputs = operands.drop_front();
  return checked(op, numberOf(operands[0]) != 0
                         ? call(op, op.getThen(), inputs.take_front(then_count))
                         : call(op, op.getOtherwise(), inputs.drop_front(then_count)));
}

Tensors computeControl(LoopOp op, llvm::ArrayRef<Tensor> operands) {
  return checked(op, Turns(op, operands).run());
}

} // namespace npuforge::graph::reference
