#pragma once
// The opposite of graph-bind-interface: outputs that tensor operators make are the network's own
// tensors, dequantised on the device.

#include "npuforge/compiler/graph/build.h"

namespace npuforge::graph {

/// How an end of the network is bound: its attributes graph.*.
struct Binding {
  mlir::Type type; ///< the network's element type: f32, i8, ui8; null if it is not bound
  float scale = 1;
  int32_t zero_point = 0; ///< of the i8 tensor
};

Binding bindingOf(mlir::MLIRContext* context, mlir::DictionaryAttr attributes);
/// The names of the attributes that an unbound end does not have.
llvm::ArrayRef<llvm::StringLiteral> bindingAttributes();

/// The network's own tensor from the i8 tensor that a bound output was.
mlir::Value networkOutput(const Build& build, mlir::Value output, const Binding& binding);

/// Between ui8 and i8, which is less 128.
mlir::Value toSigned(const Build& build, mlir::Value value);
mlir::Value toUnsigned(const Build& build, mlir::Value value);

} // namespace npuforge::graph
