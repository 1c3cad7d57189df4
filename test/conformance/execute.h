#pragma once
// One case: compile, run, compare.

#include "cases.h"
#include "outcome.h"
#include "request.h"
#include "rules.h"

namespace npuforge::conformance {

/// Never throws; what goes wrong is the outcome's reason. Without a machine the reference
/// interpreter runs the graph as imported.
Outcome execute(const Case& test, const Rules& rules, const Target& target);

} // namespace npuforge::conformance
