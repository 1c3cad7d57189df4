#pragma once
// Tables of outcomes.

#include <string>
#include <vector>

#include "cases.h"
#include "outcome.h"

namespace npuforge::conformance {

/// A line a suite: how many passed (with a run-time input, bound, folded), failed, were excluded.
std::string summary(const std::vector<Case>& cases, const std::vector<Outcome>& outcomes);

/// The generated document: the summary, operator x outcome, and every case that did not pass with
/// its reason. `what` says how it was run.
std::string markdown(const std::vector<Case>& cases, const std::vector<Outcome>& outcomes,
                     const std::string& what);

/// One object a case.
std::string json(const std::vector<Case>& cases, const std::vector<Outcome>& outcomes);

} // namespace npuforge::conformance
