#pragma once
// The table of a quantised network's layers.

#include <map>
#include <set>

#include "measure.h"

namespace npuforge::quantize {

struct Result {
  const std::vector<Layer>& layers;
  const Choice& choice;
  const LayerErrors& errors;
  const std::set<size_t>& fallen;                ///< layers that became floats for their error
  const std::map<size_t, double>& contributions; ///< errors with one layer alone in 8 bits
};

/// A row for each layer. Neighbours of one node that compute nothing in 8 bits, as those that stand
/// for a softmax, have one row: that of the last.
std::vector<LayerReport> rows(const Result& result);

} // namespace npuforge::quantize
