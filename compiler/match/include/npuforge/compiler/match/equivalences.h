#pragma once

#include "npuforge/compiler/match/dag.h"

namespace npuforge::match {

/// Adds to each class the other ways in which instructions may write its value; equivalences.cc has
/// the list. `inexact`: also those that may change the last bits of floats.
void addEquivalences(Dag& dag, bool inexact);

} // namespace npuforge::match
