#pragma once
// Small float networks with weights that are hard to quantise, and samples of their inputs.

#include <mlir/IR/BuiltinOps.h>
#include <mlir/IR/OwningOpRef.h>

#include "npuforge/compiler/quantize/quantize.h"

namespace npuforge::quantize {

/// conv 3x3, relu, depthwise conv, relu, conv 1x1, mean, gemm, over [1, 3, 8, 8]. The channels'
/// ranges differ by some hundreds.
mlir::OwningOpRef<mlir::ModuleOp> make_network(mlir::MLIRContext& context);

/// The function @main of a network as text.
mlir::OwningOpRef<mlir::ModuleOp> parse(mlir::MLIRContext& context, const std::string& text);

std::vector<Sample> make_samples(mlir::func::FuncOp main, size_t count);

} // namespace npuforge::quantize
