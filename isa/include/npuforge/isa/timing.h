#pragma once
// The names that timing expressions may use.

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "npuforge/isa/machine.h"

namespace npuforge::isa {

/// Names and values of the machine sizes ("array.rows", "vector.pipeline", ...). Besides these a
/// timing expression names "NAME.steps", the rows that the generator of stream NAME walks.
std::vector<std::pair<std::string, int64_t>> timing_sizes(const Machine& machine);

} // namespace npuforge::isa
