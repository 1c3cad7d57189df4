#pragma once
// What reductions over words are made of.

#include <optional>

#include "npuforge/compiler/graph/Graph.h"
#include "npuforge/compiler/match/combine.h"

namespace npuforge::tile {

/// The instruction that reduces groups of rows as the operation does, if there is one.
std::optional<match::Combination> reductionOf(graph::ReduceOp op, const isa::Spec& spec);

} // namespace npuforge::tile
