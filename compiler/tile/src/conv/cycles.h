#pragma once
// About how long a convolution takes with a plan, to choose between plans.

#include "plan/plan.h"

namespace npuforge::tile {

/// The array's cycles, or those that its loads and stores take where these are more, and what
/// overlaps with neither: the load of its first inputs and, if no other layer begins meanwhile, the
/// end of its last results.
/// Of a part: with all cores at work on the layer, who share the DRAM.
int64_t convCycles(const Layer& layer, const Plan& plan, const isa::Machine& machine);

/// Beats of DRAM for the inputs of a band of a row-major input that is copied byte by byte or in
/// short runs; 0 where runs are long.
int64_t shortRunBeats(const Layer& layer, const Plan& plan, const isa::Machine& machine);

/// Of blocks of channels: does the array take longer than the DRAM?
bool hasDramToSpare(const Layer& layer, const Plan& plan, const isa::Machine& machine);

} // namespace npuforge::tile
