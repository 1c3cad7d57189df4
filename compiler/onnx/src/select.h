#pragma once
// Which nodes of a graph are needed, and in which order.

#include <map>
#include <string>
#include <vector>

#include "npuforge_onnx.pb.h"

namespace npuforge::onnx {

/// "Conv_3", or the node's first output if it has no name.
std::string node_name(const onnx_proto::NodeProto& node);

struct Selection {
  std::vector<const onnx_proto::NodeProto*> nodes; ///< producers before consumers
  std::vector<std::string> outputs;                ///< values to compute
};

/// Follows the outputs (the graph's, or `wanted`) back to inputs and initialisers. Throws
/// ImportError with every undefined value, every value defined twice, and every node on a cycle.
Selection select_nodes(const onnx_proto::GraphProto& graph, const std::vector<std::string>& wanted);

} // namespace npuforge::onnx
