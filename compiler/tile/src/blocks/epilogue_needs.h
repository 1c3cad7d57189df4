#pragma once
// What an epilogue asks of the tiles of the layer whose last steps it is.

#include "npuforge/compiler/tile/memory_map.h"

namespace npuforge::tile {

/// What becomes of a tile's results between accumulator and scratchpad. Without an epilogue they
/// are copied.
struct EpilogueNeeds {
  int64_t tiles = 0,
          rows = 0,      ///< operands that come with a tile: of its shape; one for each output;
      columns = 0;       ///< one for each pixel
  bool sums = false;     ///< of the matrix's columns: a row of ones is one more pixel of each tile
  bool row_sums = false; ///< of the left operand's rows: ones are one more block of columns
  bool between = false;  ///< values between the steps take half of the accumulator,
  int64_t most_rows = INT64_MAX;                    ///< where tiles of so many rows fit
  int64_t result_bytes = 4;                         ///< of an element
  int64_t cycles = 4;                               ///< of the vector unit for a row of results,
  int64_t cycles_of_pixel = 0, cycles_of_block = 0; ///< for what is a column, or a row
  int64_t overhead = 0;                             ///< cycles for a tile, whatever its size
};

/// The accumulator's row from which on the values between the steps lie.
inline int64_t firstBetween(const isa::Machine& machine) {
  return MemoryMap(machine).accumulators[1].address;
}

} // namespace npuforge::tile
