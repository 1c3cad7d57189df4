#pragma once
// Weights that several cores have in common, which compute rows of the same channels of a
// convolution: each core loads a part of each group and copies it to the others.
//
// Of each core there are two events. By the first it says that a slot is free in it, and to itself
// that its own part is loaded; its gang's store units take one of each core's and then copy their
// parts. By the second it says that its part is there, and the gang's load units take one of each
// core's. Copies go in the order of the groups and gangs meet in the same order on all cores, so
// counters need not tell groups apart.

#include <string>
#include <vector>

#include "npuforge/isa/spec.h"

#include "plan/plan.h"

namespace npuforge::tile {

/// A part of a convolution on a core.
struct SharedPart {
  int core;
  const Layer* layer;
  const Plan* plan;
};

/// Why these parts, which compute the same blocks, cannot share their weights, or "".
std::string checkShared(const std::vector<SharedPart>& parts, const isa::Spec& spec);

/// Does a part load the weights of each block once, one block behind the other? What bands load
/// again comes in a chain of loads and copies that is longer than what the array does meanwhile,
/// and what stays for all bands must be there before the first one begins.
bool loadsBlocksOnce(const SharedPart& part, const isa::Machine& machine);

/// Do a core's next weights go to the slot to which the gang's first ones go?
bool agreesOnSlot(Gang& gang, int64_t groups_before);

} // namespace npuforge::tile
