#pragma once
// Contents of scratchpad and accumulator.

#include <cstdint>
#include <span>
#include <vector>

#include "npuforge/isa/machine.h"

namespace npuforge::simulator {

struct Memories {
  std::vector<int8_t> scratchpad;
  std::vector<int32_t> accumulator; ///< rows of `cols` words

  void reset(const isa::Machine& machine) {
    scratchpad.assign(static_cast<size_t>(machine.scratchpad.bytes), 0);
    accumulator.assign(static_cast<size_t>(machine.accumulator.bytes) / 4, 0);
  }
};

} // namespace npuforge::simulator
