#pragma once
// Cross-layer equalisation (M. Nagel et al., "Data-Free Quantization Through Weight Equalization
// and Bias Correction", 2019): a factor for each channel between two products, taken from the first
// one's results and given to the second one's weights, makes the channels' ranges alike. Weights
// have a scale for each output here, so that the ranges of the first one's weights cost nothing;
// those of its results, which share one scale, stand in their place.

#include <mlir/IR/OwningOpRef.h>

#include "observe.h"

namespace npuforge::quantize {

struct Equalized {
  mlir::OwningOpRef<mlir::func::FuncOp> main;
  size_t pairs; ///< of products
};

/// A copy of the network with all pairs of products equalised between which are only relu, pools
/// and flatten. It computes the same function but for rounding.
Equalized equalize(mlir::func::FuncOp main, const Observations& observations);

} // namespace npuforge::quantize
