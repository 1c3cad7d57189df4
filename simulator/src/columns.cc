#include "columns.h"

#include <algorithm>

namespace npuforge::simulator {
namespace {

template <typename T>
void gather_as(const T* base, int64_t scale, std::span<const int64_t> addresses, int lanes,
               const int32_t* fill, T* column) {
  for (size_t i = 0; i < addresses.size(); ++i, column += lanes) {
    if (addresses[i] != kOutside)
      std::copy_n(base + addresses[i] * scale, lanes, column);
    else
      std::transform(fill, fill + lanes, column, [](int32_t x) { return static_cast<T>(x); });
  }
}

template <typename T>
void scatter_as(const T* column, int64_t scale, std::span<const int64_t> addresses, int lanes,
                T* base) {
  for (size_t i = 0; i < addresses.size(); ++i, column += lanes)
    std::copy_n(column, lanes, base + addresses[i] * scale);
}

} // namespace

void gather(const Memories& memories, isa::Space space, isa::Type,
            std::span<const int64_t> addresses, int lanes, const int32_t* fill, void* column) {
  if (space == isa::Space::Accumulator)
    gather_as(memories.accumulator.data(), lanes, addresses, lanes, fill,
              static_cast<int32_t*>(column));
  else
    gather_as(memories.scratchpad.data(), 1, addresses, lanes, fill, static_cast<int8_t*>(column));
}

void scatter(const void* column, isa::Space space, std::span<const int64_t> addresses, int lanes,
             Memories& memories) {
  if (space == isa::Space::Accumulator)
    scatter_as(static_cast<const int32_t*>(column), lanes, addresses, lanes,
               memories.accumulator.data());
  else
    scatter_as(static_cast<const int8_t*>(column), 1, addresses, lanes, memories.scratchpad.data());
}

} // namespace npuforge::simulator
