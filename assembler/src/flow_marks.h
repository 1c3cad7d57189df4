#pragma once
// The last step of a unit that touched a place in a memory.

#include <algorithm>
#include <array>
#include <cstdint>
#include <memory>
#include <vector>

#include "flow_region.h"

namespace npuforge::assembler {

/// Numbers, from 1 on, at the granules of a memory; 0: none. Later ones are greater.
class Marks {
public:
  explicit Marks(int64_t granule) : granule_(granule) {}

  /// The greatest anywhere.
  uint32_t most() const { return most_; }
  void set(const Region& region, uint32_t number);
  /// Is there a number greater than `limit` at a granule of the region?
  bool any_above(const Region& region, uint32_t limit) const;

private:
  static constexpr int64_t kPage = 256;
  struct Page {
    uint32_t most = 0;
    std::array<uint32_t, kPage> numbers{};
  };
  /// Calls f(page, first, last) for the parts of pages that hold [first, last], until it returns
  /// true. Did it?
  template <typename F>
  bool any_part(int64_t first, int64_t last, F&& f) const;

  const int64_t granule_; ///< bytes (accumulator: rows)
  uint32_t most_ = 0;
  std::vector<std::unique_ptr<Page>> pages_;
};

} // namespace npuforge::assembler
