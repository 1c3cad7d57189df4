#pragma once
// ONNX's element-wise operators, each as a graph.map whose body is the operator's definition.

#include <map>
#include <string>

#include "nodes.h"

namespace npuforge::onnx {

using Importer = mlir::Value (*)(Node&);

/// By operator; functions throw Unsupported.
const std::map<std::string, Importer>& elementwise_importers();

} // namespace npuforge::onnx
