#pragma once
// Nodes of older opsets in the form of the newest, so that importers know one form only.

#include "node.h"

namespace npuforge::onnx {

constexpr int64_t kNewestOpset = 22;

/// Rewrites a node of ONNX's own domain: attributes that became inputs, broadcasting by axis,
/// changed meanings. Throws Unsupported where the newest form cannot say it.
void upgrade(Node& node);

} // namespace npuforge::onnx
