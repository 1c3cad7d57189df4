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

struct Measurement {
  double error = 0;                               ///< as quantize() defines it
  std::optional<double> top1;                     ///< as Report has it
  llvm::DenseMap<mlir::Value, Difference> layers; ///< by the float network's results
};

/// `whole`: with the layers' differences.
Measurement measure(mlir::func::FuncOp main, const std::vector<Layer>& layers,
                    const Quantised& quantised, llvm::ArrayRef<Sample> samples, bool whole);

} // namespace npuforge::quantize
