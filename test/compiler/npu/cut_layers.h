#pragma once
// Layers cut into parts at random, as if cores shared them.

#include <cstdint>

#include <mlir/Pass/PassManager.h>

#include "npuforge/isa/spec.h"

namespace npuforge::test {

/// Behind `tile-plan` each layer's result is divided at random: ranges of rows, each with ranges of
/// blocks of its own. A layer of which a part does not fit stays whole. All tasks are core 0's.
void cutLayers(mlir::PassManager& passes, const isa::Spec& spec, uint32_t seed);

} // namespace npuforge::test
