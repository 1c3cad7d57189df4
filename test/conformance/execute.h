#pragma once
// One case: compile, run, compare.

#include "cases.h"
#include "outcome.h"
#include "rules.h"

namespace npuforge::conformance {

/// Never throws; what goes wrong is the outcome's reason. `machine`: what runs the compiled model;
/// without one the reference interpreter runs the graph as imported.
Outcome execute(const Case& test, const Rules& rules, const std::string& machine);

} // namespace npuforge::conformance
