#pragma once
// Weights that stay in the scratchpad between layers of one core that use the same ones.

#include "plan/plan.h"

namespace npuforge::tile {

/// Bytes of a stripe (MemoryMap::kept) that the layer's weights would take; 0 where they cannot
/// stay: only those of convolutions can whose input is one band.
int64_t keptBytes(const Layer& layer, const Plan& plan, const isa::Machine& machine);

/// May weights of others stay while the layer runs: do its inputs, and what it makes of them, lie
/// before all that is kept?
bool runsBesideKept(const Layer& layer, const Plan& plan, const isa::Machine& machine);

/// Why the weights cannot stay where the plan says, or "".
std::string checkKept(const Layer& layer, const Plan& plan, const isa::Machine& machine);

} // namespace npuforge::tile
