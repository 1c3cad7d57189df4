#pragma once
// The quantised network against the float one, over the samples.

#include "npuforge/compiler/quantize/quantize.h"

#include "insert.h"

namespace npuforge::quantize {

/// Sums over a value's elements, all samples.
struct Difference {
  double signal = 0, noise = 0, sum = 0, largest = 0, count = 0; ///< f^2, (q-f)^2, q-f, |q-f|, 1
  Range range;                                                   ///< of f, and 0

  void add(const graph::reference::Tensor& f, const graph::reference::Tensor& q);
  double relative() const; ///< |q - f| / |f|; infinite if f alone is 0
  double sqnr() const;     ///< in dB
};

/// The float network's outputs, sample by sample.
using Outputs = std::vector<std::vector<graph::reference::Tensor>>;

Outputs outputs_of(mlir::func::FuncOp main, llvm::ArrayRef<Sample> samples);

/// The outputs against the float network's `exact` ones.
struct OutputError {
  double error = 0;           ///< as quantize() defines it
  std::optional<double> top1; ///< as Report has it
};
OutputError output_error(const Quantised& quantised, llvm::ArrayRef<Sample> samples,
                         const Outputs& exact);

/// Differences by the float network's results; `own`: where all layers before are exact.
struct LayerErrors {
  llvm::DenseMap<mlir::Value, Difference> all, own;
};
LayerErrors layer_errors(mlir::func::FuncOp main, const std::vector<Layer>& layers,
                         const Quantised& quantised, llvm::ArrayRef<Sample> samples);

} // namespace npuforge::quantize
