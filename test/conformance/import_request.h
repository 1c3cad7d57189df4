#pragma once
// The import of a request, for the files that know MLIR.

#include <mlir/Dialect/Func/IR/FuncOps.h>

#include "npuforge/compiler/onnx/import.h"

#include "request.h"

namespace npuforge::conformance {

/// Throws onnx::ImportError.
onnx::Import import_request(mlir::MLIRContext& context, const Request& request);

/// Whether any output of an imported model depends on an input.
bool depends_on_input(mlir::func::FuncOp main);

} // namespace npuforge::conformance
