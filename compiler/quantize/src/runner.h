#pragma once
// A network on one sample, from operation to operation.

#include "npuforge/compiler/graph/tensor_interpreter.h"
#include "npuforge/compiler/quantize/quantize.h"

namespace npuforge::quantize {

class Runner {
public:
  Runner(mlir::func::FuncOp main, const Sample& sample)
      : body_(main.getBody().front()), next_(body_.begin()), interpretation_(main, sample) {}

  /// Computes up to and including an operation that has not been computed; its first result.
  graph::reference::Tensor run_to(mlir::Operation* op) {
    while (&*next_ != op)
      interpretation_.step(*next_++);
    return interpretation_.step(*next_++).front();
  }

  /// Gives the result of the last operation another content.
  void replace(mlir::Value value, graph::reference::Tensor tensor) {
    interpretation_.set(value, std::move(tensor));
  }

  /// Computes what is left; the outputs.
  std::vector<graph::reference::Tensor> finish() {
    while (&*next_ != body_.getTerminator())
      interpretation_.step(*next_++);
    std::vector<graph::reference::Tensor> outputs;
    for (mlir::Value output : body_.getTerminator()->getOperands())
      outputs.push_back(interpretation_.take(output));
    return outputs;
  }

private:
  mlir::Block& body_;
  mlir::Block::iterator next_;
  graph::Interpretation interpretation_;
};

} // namespace npuforge::quantize
