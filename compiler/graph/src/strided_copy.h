#pragma once
// Copies between layouts: a network's weights go through them.

#include <cstddef>
#include <cstdint>

#include <llvm/ADT/ArrayRef.h>

namespace npuforge::graph {

/// One dimension of a copy: its length, and the distance of neighbours on both sides, in elements.
struct CopyDim {
  int64_t extent, from, to;
};

/// Copies elements of 1, 2, 4 or 8 bytes; no two have the same place in `target`.
void copyStrided(llvm::ArrayRef<CopyDim> dims, size_t element_bytes, const char* source,
                 char* target);

} // namespace npuforge::graph
