#pragma once
// One case: compile, run, compare.

#include "cases.h"
#include "outcome.h"
#include "rules.h"

namespace npuforge::conformance {

/// What runs the compiled model.
enum class Mode {
  kInterpreter, ///< the reference interpreter, on the graph as imported
};

/// Never throws; what goes wrong is the outcome's reason.
Outcome execute(const Case& test, const Rules& rules, Mode mode);

} // namespace npuforge::conformance
