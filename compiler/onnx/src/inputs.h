#pragma once
// The network's inputs: their types, with the dimensions that the file leaves open.

#include <string>
#include <vector>

#include <mlir/IR/BuiltinTypes.h>

#include "npuforge/compiler/onnx/import.h"

#include "npuforge_onnx.pb.h"

namespace npuforge::onnx {

struct Input {
  std::string name;
  mlir::RankedTensorType type;
};

/// The inputs that no initialiser gives. A dimension's symbol stands for the same number
/// everywhere: what --shape gives, or 1 for an open first dimension. Appends notes, and problems
/// that make the result useless.
std::vector<Input> network_inputs(mlir::MLIRContext& context, const onnx_proto::GraphProto& graph,
                                  const ImportOptions& options, std::vector<std::string>& notes,
                                  std::vector<std::string>& problems);

} // namespace npuforge::onnx
