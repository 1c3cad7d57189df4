#pragma once
// The sizes of a machine as a list, for everybody who treats all of them alike: generated headers,
// the manual, comparisons.

#include <cstdint>
#include <string>
#include <vector>

#include "npuforge/isa/machine.h"

namespace npuforge::isa {

/// What a program feels of a size that changes.
enum class SizeRole : uint8_t {
  Time,     ///< cycles only
  Capacity, ///< cycles, and a program that fits one fits a larger one
  Layout    ///< where things lie and what instructions do: programs are made for it
};

struct Size {
  std::string name; ///< "array.rows", "load.queue": the path in the YAML
  int64_t value;
  SizeRole role;
  std::string meaning; ///< with its unit: "rows of processing elements"
};

/// Every size of the spec once, in the order of the YAML; queue depths last.
std::vector<Size> sizes(const Machine& machine);

/// What the array multiplies, which is no number: "i8, f32", in the spec's order.
std::string array_types(const Machine& machine);

} // namespace npuforge::isa
