#pragma once
// Nodes of older opsets in the form of the newest, so that importers know one form only.

#include "node.h"

namespace npuforge::onnx {

constexpr int64_t kNewestOpset = 22;

/// Rewrites a node of ONNX's own domain: attributes that became inputs, broadcasting by axis,
/// changed meanings. Throws Unsupported where the newest form cannot say it.
void upgrade(Node& node);

/// Is it an operator that the upgrader replaces by another one?
bool has_new_name(const onnx_proto::NodeProto& node);

} // namespace npuforge::onnx
