#pragma once
// Arithmetic of tiles' sizes.

#include <cstdint>

#include "llvm/ADT/SmallVector.h"

namespace npuforge::tile {

inline int64_t ceilDiv(int64_t a, int64_t b) {
  return a >= 0 ? (a + b - 1) / b : -(-a / b);
}
inline int64_t alignUp(int64_t value, int64_t to) {
  return ceilDiv(value, to) * to;
}
/// `total` in as few parts of at most `most` as possible: the size of a part.
inline int64_t evenly(int64_t total, int64_t most) {
  return ceilDiv(total, ceilDiv(total, most));
}
/// The sizes to which a tile of `size` out of `total` may grow: of one part fewer, of half as many,
/// and all.
inline llvm::SmallVector<int64_t, 3> largerSizes(int64_t size, int64_t total) {
  llvm::SmallVector<int64_t, 3> sizes;
  const int64_t parts = ceilDiv(total, size);
  for (int64_t fewer : {parts - 1, (parts + 1) / 2, int64_t{1}})
    if (fewer >= 1 && fewer < parts)
      sizes.push_back(ceilDiv(total, fewer));
  return sizes;
}

} // namespace npuforge::tile
