#pragma once
// How far the units of all cores are known to be: of each, how many of its instructions are
// complete. Clocks of one machine have one length.

#include <algorithm>
#include <cstdint>
#include <span>
#include <vector>

#include "npuforge/isa/machine.h"

namespace npuforge::assembler {

using Clock = std::vector<uint32_t>;

/// A clock's entry for a unit of a core.
inline std::size_t entry_of(std::size_t core, isa::Unit unit) {
  return core * isa::kUnitCount + static_cast<std::size_t>(unit);
}

inline void join(Clock& clock, const Clock& other) {
  for (std::size_t i = 0; i < clock.size(); ++i)
    clock[i] = std::max(clock[i], other[i]);
}

} // namespace npuforge::assembler
