#pragma once
// If, Loop and Scan: graphs inside nodes become functions that graph.if and graph.loop call. What
// is decided while the model is compiled leaves no control flow: an If of a constant, and a loop
// whose turns differ in their shapes or parameters, which is unrolled.

#include "node.h"
#include "scope.h"

namespace npuforge::onnx {

/// What control flow asks of the importer.
class GraphImporter {
public:
  virtual ~GraphImporter() = default;
  /// Imports a graph inside a node at the builder's place. `scope` has the values of the graph's
  /// inputs. The outputs' values, null where a node of the graph has been refused.
  virtual Values add_graph(const onnx_proto::GraphProto& graph, Scope& scope) = 0;
  /// The number of nodes refused so far, and back to it where a graph is tried in another way.
  virtual size_t refusals() const = 0;
  virtual void forget_refusals(size_t kept) = 0;
  /// Nodes behind the first `kept` refused ones may never run: none of them is a contradiction any
  /// more.
  virtual void excuse(size_t kept) = 0;
  /// The first node behind the first `kept` refused ones that contradicts the shapes, and why;
  /// empty if there is none.
  virtual std::string contradiction(size_t kept) const = 0;
  /// What the user is told besides.
  virtual void note(std::string text) = 0;
};

/// Is it a node of control flow?
bool find_control(const onnx_proto::NodeProto& node);

/// Imports one. Throws Unsupported; results are null where nodes inside have been refused.
Results add_control(GraphImporter& importer, Node& node, Scope& scope);

} // namespace npuforge::onnx
