#pragma once
// What the nodes of control flow share.

#include <fmt/format.h>

#include "npuforge/compiler/graph/build_control.h"

#include "control.h"

namespace npuforge::onnx {

Results add_if(GraphImporter& importer, Node& node, Scope& scope);
Results add_loop(GraphImporter& importer, Node& node, Scope& scope);
Results add_scan(GraphImporter& importer, Node& node, Scope& scope);

/// Nodes inside have been refused; nothing else is to be said.
struct InnerRefusal {};

/// What a graph inside a node gives. Throws InnerRefusal where a node in it, or one that it uses,
/// has been refused.
Values complete(GraphImporter& importer, const onnx_proto::GraphProto& graph, Scope& scope);
/// For a graph inside the node, at the builder's place.
Scope inner_scope(Node& node, Scope& outer);
/// A tensor of one element as a scalar; throws Unsupported for others.
mlir::Value scalar(Node& node, mlir::Value value, const char* what);
/// An integer or truth that is constant.
std::optional<int64_t> known(mlir::Value scalar);

} // namespace npuforge::onnx
