#pragma once
// The statistics of a machine from those of its cores.

#include <vector>

#include "npuforge/simulator/simulator.h"

namespace npuforge::simulator {

/// Of one core: its own. Of several: their sums, from the first issue of a layer to its last
/// completion, and each core's.
RunStats total_of(std::vector<RunStats> cores);

} // namespace npuforge::simulator
