#pragma once

#include "npuforge/compiler/match/dag.h"

namespace npuforge::match {

/// What may become of the last bits of floats.
enum class Freedom {
  kExact,       ///< nothing
  kReciprocals, ///< a quotient by a constant may be a product with the constant's reciprocal
  kInexact,     ///< all of the list's second part
};

/// Adds to each class the other ways in which instructions may write its value; equivalences.cc has
/// the list.
void addEquivalences(Dag& dag, Freedom freedom);

} // namespace npuforge::match
