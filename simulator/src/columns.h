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

/// Reads rows at addresses (kOutside: the fill lanes, as the stream's type) into a column of rows x
/// lanes elements.
void gather(const Memories& memories, isa::Space space, isa::Type type,
            std::span<const int64_t> addresses, int lanes, const int32_t* fill, void* column);
/// Writes a column to rows.
void scatter(const void* column, isa::Space space, std::span<const int64_t> addresses, int lanes,
             Memories& memories);

} // namespace npuforge::simulator
