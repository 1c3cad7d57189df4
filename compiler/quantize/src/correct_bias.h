#pragma once
// Bias correction: rounding moves the mean of a layer's results; its bias takes that back (M. Nagel
// et al., "Data-Free Quantization Through Weight Equalization and Bias Correction", 2019, the
// empirical variant).

#include "npuforge/compiler/quantize/quantize.h"

#include "insert.h"

namespace npuforge::quantize {

/// How many samples of this network may be computed side by side.
size_t side_by_side(mlir::func::FuncOp main, size_t samples);

/// For each product in 8 bits, what its bias lacks: the float network's mean of each channel less
/// the quantised one's, over the samples. Layer by layer, each behind layers that are corrected.
llvm::DenseMap<mlir::Operation*, std::vector<double>>
bias_corrections(mlir::func::FuncOp main, const std::vector<Layer>& layers, const Choice& choice,
                 llvm::ArrayRef<Sample> samples);

} // namespace npuforge::quantize
