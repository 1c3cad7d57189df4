#pragma once
// A network in 8 bits, written with quantize and dequantize as onnxruntime's quantiser does it
// ("QDQ"): what graph-lower-qdq takes.

#include <mlir/IR/OwningOpRef.h>

#include "npuforge/compiler/quantize/distribution.h"

#include "plan.h"

namespace npuforge::quantize {

/// What is to become of a network.
struct Choice {
  /// The type in which other products multiply: f32, or bf16 (the attribute `precision`).
  std::string others = "f32";
  Selection selected;                        ///< what is in 8 bits
  llvm::DenseMap<mlir::Value, Range> ranges; ///< of what layers read and make
  /// What is added to the bias, for each output of a product.
  llvm::DenseMap<mlir::Operation*, std::vector<double>> corrections;
};

struct Quantised {
  mlir::OwningOpRef<mlir::func::FuncOp> main;
  /// From results of the network's layers to what stands for them: behind a dequantize, if the
  /// result is in 8 bits.
  llvm::DenseMap<mlir::Value, mlir::Value> values;
  /// From the network's products to theirs.
  llvm::DenseMap<mlir::Operation*, mlir::Operation*> products;
};

/// For each value that layers in 8 bits read or make, its range: one for all values between which
/// elements only move. Where several tensors become one (concat), those that others read, too, keep
/// their own.
llvm::DenseMap<mlir::Value, Range> shared_ranges(const std::vector<Layer>& layers,
                                                 const Choice& choice);

/// The network of these layers, quantised; weights are symmetric with a scale for each output,
/// biases are i32.
Quantised insert(mlir::func::FuncOp main, const std::vector<Layer>& layers, const Choice& choice);

} // namespace npuforge::quantize
