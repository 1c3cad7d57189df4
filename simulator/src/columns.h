#pragma once
// Rows of memories as the columns that kernels work on: elements stored as their types.

#include <cstdint>
#include <span>
#include <vector>

#include "npuforge/isa/spec.h"

#include "generator.h"
#include "memories.h"

namespace npuforge::simulator {

/// Rows that are in the registers of the kernels at a time: few enough for the first-level cache.
inline constexpr int kColumnElements = 256;

/// Rows of `cols` elements of 1, 2 or 4 bytes in a memory.
struct Rows {
  char* memory;
  int64_t scale; ///< bytes of an address
  int cols, bytes;
};
Rows rows_of(Memories& memories, isa::Space space, isa::Type type, int cols);

/// Reads rows at addresses (kOutside: the low bits of the fill lanes) into a column.
void gather(const Rows& rows, std::span<const int64_t> addresses, const int32_t* fill,
            void* column);
/// Writes a column to rows.
void scatter(const void* column, const Rows& rows, std::span<const int64_t> addresses);

} // namespace npuforge::simulator
