#pragma once
// Inputs that operators take as parameters: shapes, axes, sizes, pads, counts, bounds of a slice.
// They must be known when a network is compiled.

#include <set>
#include <string>

#include "npuforge_onnx.pb.h"

namespace npuforge::onnx {

/// Whether the operator's schema calls its input a parameter; a loop's count and condition where
/// shapes depend on them.
bool is_parameter(const onnx_proto::NodeProto& node, int input);

/// Inputs of the graph, numbers or integers of one dimension, without a value, from which a node's
/// parameter is computed, by nodes that read nothing but such inputs and constants. As some shape
/// depends on them they have to be constant, whoever else reads them.
std::set<std::string> sources_of_parameters(const onnx_proto::GraphProto& graph);

/// Does the value decide about branches and turns of loops, by nodes that read nothing but it and
/// constants, and nothing else? Then it may be bound, although the device could decide, too.
bool only_decides(const onnx_proto::GraphProto& graph, const std::string& value);

/// The first node that takes the value as data; null if none does.
const onnx_proto::NodeProto* find_data_use(const onnx_proto::GraphProto& graph,
                                           const std::string& value);

} // namespace npuforge::onnx
