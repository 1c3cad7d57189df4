#pragma once
// What RNN, GRU and LSTM share: their operands, their activation functions, and the loop over time,
// which is unrolled where it is short.

#include "node.h"

namespace npuforge::onnx {

/// On the module while it is made: no loops, however many steps there are.
inline constexpr llvm::StringLiteral kUnrollsAttr = "graph.unrolls";

/// An activation with its numbers.
using Activation = std::function<Scalar(const Scalar&)>;

struct Recurrent {
  const graph::Build& build;
  int64_t steps, batch, inputs, hidden, directions;
  std::string direction;
  bool batch_first, clips;
  double clip;
  std::vector<Activation> activations; ///< those of the first direction, then those of the second

  /// `gates`: of W, R and B. `defaults`: the activations of one direction.
  Recurrent(Node& node, int64_t gates, std::vector<std::string> defaults);

  bool backwards(int64_t d) const { return direction == "reverse" || d == 1; }
  /// f(x), x clipped first.
  Scalar activate(int64_t d, size_t which, const Scalar& x) const;
  /// One gate's rows of W or R in one direction, transposed: [1, columns, hidden].
  mlir::Value weights(size_t input, int64_t d, int64_t gate) const;
  /// One gate's bias [hidden], W's (half 0) or R's (half 1); null without.
  mlir::Value bias(int64_t d, int64_t gate, int64_t half) const;
  /// x W^T + bias for all steps: [steps, batch, hidden].
  mlir::Value projected(int64_t d, int64_t gate, mlir::Value bias) const;
  /// h R^T: [batch, hidden].
  mlir::Value recurred(mlir::Value h, mlir::Value weights) const;
  /// One direction of an initial state, zeros without: [batch, hidden].
  mlir::Value initial(size_t input, int64_t d) const;
  mlir::Value sum(mlir::Value a, mlir::Value b) const; ///< either may be null

  /// The new states, of which the first is the output, of one step's rows of `projected` and the
  /// old states.
  using Step = std::function<Values(const Values&, const Values&)>;
  /// Runs a direction's steps; past a sequence's end states stay and outputs are 0. Returns the
  /// outputs by time, [steps, batch, hidden]; null where nobody wants them.
  mlir::Value run(int64_t d, Values& states, const Values& projected, const Step& step) const;
  /// Y of all directions from their outputs; final states from each direction's.
  mlir::Value outputs(const Values& by_direction) const;
  mlir::Value finals(llvm::ArrayRef<mlir::Value> by_direction) const;

private:
  bool unrolls() const;
  mlir::Value unrolled(int64_t d, Values& states, const Values& projected, const Step& step) const;
  mlir::Value looped(int64_t d, Values& states, const Values& projected, const Step& step) const;
  /// The output and the new states, where a sequence's end is looked at.
  Values masked(const Values& next, const Values& states, mlir::Value time) const;

  Node& node_;
  int64_t gates_;
  mlir::Value x_; ///< [steps, batch, inputs]
};

} // namespace npuforge::onnx
