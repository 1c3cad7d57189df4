#pragma once
// The constant operands of a conv, gemm or matmul: weights by output and input channel, and bias.

#include <vector>

#include "npuforge/compiler/graph/build.h"

namespace npuforge::quantize {

struct Product {
  /// Of an operation that why_not_product allows.
  explicit Product(mlir::Operation* op);

  mlir::Operation* op;
  graph::Shape shape;          ///< of the weights
  std::vector<double> weights; ///< in the order of the operand
  std::vector<double> bias;    ///< one for each output, 0 where there is none
  int64_t outputs, inputs;     ///< channels; inputs of all groups
  int64_t output_axis;         ///< of the weights
  double factor = 1;           ///< of the product before the bias is added: gemm's alpha

  size_t output_of(size_t weight) const; ///< the channel that a weight contributes to
  size_t input_of(size_t weight) const;  ///< the channel that it multiplies
  /// For each output, the largest absolute weight.
  std::vector<double> largest_of_outputs() const;
  std::vector<double> largest_of_inputs() const;
  /// matmul of more than two dimensions has none.
  bool takes_bias() const;

  /// The operation with other operands; it may be another one, whose result replaces the old one's.
  mlir::Operation* replace(mlir::Value weights, mlir::Value bias);
  /// With this weights and bias as f32 constants.
  mlir::Operation* write();
};

/// An f32 constant before an operation.
mlir::Value constant_before(mlir::Operation* op, const std::vector<double>& values,
                            graph::Dims shape);

} // namespace npuforge::quantize
