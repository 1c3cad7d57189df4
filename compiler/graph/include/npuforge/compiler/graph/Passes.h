#pragma once
// The passes of the graph dialect. Passes.td documents each.

#include <mlir/Dialect/Arith/IR/Arith.h>
#include <mlir/Dialect/Math/IR/Math.h>
#include <mlir/Pass/Pass.h>

namespace npuforge::graph {

#define GEN_PASS_DECL
#include "npuforge/compiler/graph/Passes.h.inc"

#define GEN_PASS_REGISTRATION
#include "npuforge/compiler/graph/Passes.h.inc"

} // namespace npuforge::graph
