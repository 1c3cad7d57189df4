#include "npuforge/compiler/tile/memory_map.h"

namespace npuforge::tile {

MemoryMap::MemoryMap(const isa::Machine& machine) {
  // Eighths of the scratchpad: two for weights, two for outputs and parameters, four for inputs.
  const int64_t eighth = machine.scratchpad.bytes / 8, row = machine.row_bytes();
  const int64_t params_bytes = eighth / 4;
  const int64_t slot_rows = machine.accumulator_rows() / 2;
  for (int slot = 0; slot < 2; ++slot) {
    // The slots of one kind in different banks, with four banks already: sums read both output
    // slots.
    const int64_t first = 2 * slot * eighth;
    weights[slot] = {first, eighth};
    outputs[slot] = {first + eighth, eighth - params_bytes};
    params[slot] = {first + 2 * eighth - params_bytes, params_bytes};
    accumulators[slot] = {slot * slot_rows, slot_rows - 1}; // the very last row is the idle one
  }
  input = {4 * eighth, 4 * eighth - 2 * row};
  stripe = eighth;
  // Second slots begin up to four rows before an eighth, since the last rows are idle ones.
  const int64_t first = eighth / 16 / row * row;
  kept = {first, eighth - 4 * row - first};
  idle_target = machine.scratchpad.bytes - 2 * row;
  idle_source = machine.scratchpad.bytes - row;
  idle_accumulator = machine.accumulator_rows() - 1;
}

} // namespace npuforge::tile
