#pragma once
// Which nodes of a graph are needed, and in which order.

#include <functional>
#include <string>
#include <vector>

#include "npuforge_onnx.pb.h"

namespace npuforge::onnx {

/// "Conv_3", or the node's first output if it has no name.
std::string node_name(const onnx_proto::NodeProto& node);

/// The values that a node needs: its inputs, and what graphs inside it use from outside.
std::vector<std::string> inputs_of(const onnx_proto::NodeProto& node);

/// The graph's nodes and those of all graphs inside them.
std::vector<const onnx_proto::NodeProto*> all_nodes(const onnx_proto::GraphProto& graph);

/// Is a name that the graph does not define a value of a graph around it?
using IsOuter = std::function<bool(const std::string&)>;

struct Selection {
  std::vector<const onnx_proto::NodeProto*> nodes; ///< producers before consumers
  std::vector<std::string> outputs;                ///< values to compute
};

/// Follows the outputs (the graph's, or `wanted`) back to inputs and initialisers. Throws
/// ImportError with every undefined value, every value defined twice, and every node on a cycle.
Selection select_nodes(const onnx_proto::GraphProto& graph, const std::vector<std::string>& wanted,
                       const IsOuter& outer = {});

} // namespace npuforge::onnx
