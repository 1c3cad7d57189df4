#pragma once
// What of a memory an instruction touches, without the order in which it does.

#include <array>
#include <cstdint>
#include <optional>
#include <unordered_map>
#include <vector>

#include "npuforge/isa/stream.h"

namespace npuforge::assembler {

/// Bytes (accumulator: rows): `unit` of them at `first` and at all its sums with multiples of the
/// strides. Streams that touch the same have the same region, but for rare ways to write one.
struct Region {
  struct Level {
    int64_t stride = 0, count = 1;
    bool operator==(const Level&) const = default;
  };
  isa::Space space{};
  isa::Access access{};
  int64_t first = 0, last = 0, unit = 1;
  int depth = 0; ///< levels; strides rise, and are greater than the unit
  std::array<Level, isa::kMaxLevels> levels{};
  uint32_t cores = 0; ///< in whose scratchpads it lies, as a mask; 0: in the core's own memory
  bool operator==(const Region&) const = default;
};

/// Of a stream that is resolved and reaches not outside its memory. None: it touches nothing.
std::optional<Region> region_of(const isa::Stream& stream);

/// Do two regions of one memory have a byte (row) in common?
bool meet(const Region& a, const Region& b);

/// Calls f(first, last) for every contiguous piece of the region, until it returns true. Did it?
template <typename F>
bool any_piece(const Region& region, F&& f) {
  std::array<int64_t, isa::kMaxLevels> turn{};
  int64_t at = region.first;
  for (;;) {
    if (f(at, at + region.unit - 1))
      return true;
    int level = 0;
    for (; level < region.depth; ++level) {
      const auto l = static_cast<std::size_t>(level);
      at += region.levels[l].stride;
      if (++turn[l] < region.levels[l].count)
        break;
      at -= region.levels[l].stride * region.levels[l].count;
      turn[l] = 0;
    }
    if (level == region.depth)
      return false;
  }
}

/// Regions by number: programs touch the same ones again and again.
class Regions {
public:
  uint32_t add(const Region& region);
  const Region& operator[](uint32_t number) const { return regions_[number]; }

private:
  struct Hash {
    std::size_t operator()(const Region& region) const;
  };
  std::vector<Region> regions_;
  std::unordered_map<Region, uint32_t, Hash> numbers_;
};

} // namespace npuforge::assembler
