#pragma once
// Names of the enumerators, in the order of their declarations.

#include <array>
#include <string>
#include <vector>

#include "npuforge/isa/spec.h"

namespace npuforge::isa {

inline constexpr std::array<const char*, kUnitCount> kUnitNames{"sequencer", "load",   "weights",
                                                                "matrix",    "vector", "store"};
inline constexpr std::array<const char*, kActionCount> kActionNames{
    "compute",      "branch",  "loop",        "nothing", "halt",     "set_level",  "load_scalar",
    "store_scalar", "copy_in", "copy_out",    "preload", "multiply", "load_lanes", "set_lanes",
    "map",          "reduce",  "core_number", "signal",  "await",    "copy_across"};
inline constexpr std::array<const char*, 9> kKindNames{
    "register", "value", "immediate", "flag", "target", "generator", "level", "stream", "lane"};
inline constexpr std::array<const char*, 3> kSpaceNames{"scratchpad", "accumulator", "dram"};
inline constexpr std::array<const char*, 2> kAccessNames{"read", "write"};

template <std::size_t n>
std::vector<std::string> words(const std::array<const char*, n>& names) {
  return {names.begin(), names.end()};
}

} // namespace npuforge::isa
