#pragma once
// Cases in processes of their own, so that a crash or an endless loop is one case's outcome.

#include <functional>
#include <vector>

#include "outcome.h"

namespace npuforge::conformance {

/// Calls execute(i) for i below `count` in `processes` processes and returns the outcomes in order.
/// A process that dies or works on one case for more than `seconds` is replaced.
std::vector<Outcome> run_pool(size_t count, unsigned processes, double seconds,
                              const std::function<Outcome(size_t)>& execute);

} // namespace npuforge::conformance
