#pragma once
// What each core runs of a network, and how the cores wait for each other.

#include <vector>

#include "flow.h"

namespace npuforge::tile {

struct CoreFlow {
  int core;
  Flow flow;
};

/// The flows of those cores that have tasks, in the order of their numbers. Fails, with errors,
/// where tasks stand for cores that the machine does not have, do not make the whole result once,
/// or are in no order.
mlir::FailureOr<std::vector<CoreFlow>> divideFlow(Flow flow, const isa::Spec& spec);

} // namespace npuforge::tile
