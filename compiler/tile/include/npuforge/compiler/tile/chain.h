#pragma once
// Softmax, normalisations and the like as one layer each.

#include <memory>

#include "npuforge/isa/spec.h"

namespace mlir {
class Pass;
}

namespace npuforge::tile {

/// `tile-chain`: marks and plans chains of reductions along rows and maps, which become one layer
/// each. Before tile-split.
std::unique_ptr<mlir::Pass> createChainPass(const isa::Spec& spec, bool fast_math = false);

/// For text pipelines, where the option `machine` names the spec.
void registerChainPass();

} // namespace npuforge::tile
