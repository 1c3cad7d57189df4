#pragma once
// The meaning of graph.map: its body in the host's f32, for each element.

#include <cstdint>
#include <vector>

#include "npuforge/compiler/graph/Graph.h"

namespace npuforge::graph {

/// `operands` have the result's size, or one value for each of its channels; f32 as bit patterns.
/// Throws InterpreterError for an operation that no body holds.
std::vector<int32_t> evaluateMap(MapOp map,
                                 const std::vector<const std::vector<int32_t>*>& operands);

/// A body over `count` elements; `operands` have as many.
std::vector<int32_t> evaluateBody(mlir::Block& body,
                                  const std::vector<std::vector<int32_t>>& operands, int64_t count);

} // namespace npuforge::graph
