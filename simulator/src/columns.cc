#include "columns.h"

namespace npuforge::simulator {
namespace {

template <typename T>
void widen(const T* __restrict from, int lanes, int64_t* __restrict to) {
  for (int l = 0; l < lanes; ++l)
    to[l] = from[l];
}

template <typename T>
void gather_as(const T* base, int64_t scale, std::span<const int64_t> addresses, int lanes,
               const int32_t* fill, int64_t* column) {
  for (size_t i = 0; i < addresses.size(); ++i, column += lanes) {
    if (addresses[i] != kOutside) {
      widen(base + addresses[i] * scale, lanes, column);
      continue;
    }
    for (int l = 0; l < lanes; ++l)
      column[l] = static_cast<T>(fill[l]);
  }
}

template <typename T>
void scatter_as(const int64_t* __restrict column, int64_t scale, std::span<const int64_t> addresses,
                int lanes, T* __restrict base) {
  for (size_t i = 0; i < addresses.size(); ++i, column += lanes)
    for (int l = 0; l < lanes; ++l)
      base[addresses[i] * scale + l] = static_cast<T>(column[l]);
}

} // namespace

void gather(const Memories& memories, isa::Space space, isa::Type,
            std::span<const int64_t> addresses, int lanes, const int32_t* fill, int64_t* column) {
  if (space == isa::Space::Accumulator)
    gather_as(memories.accumulator.data(), lanes, addresses, lanes, fill, column);
  else
    gather_as(memories.scratchpad.data(), 1, addresses, lanes, fill, column);
}

void scatter(const int64_t* column, isa::Space space, std::span<const int64_t> addresses, int lanes,
             Memories& memories) {
  if (space == isa::Space::Accumulator)
    scatter_as(column, lanes, addresses, lanes, memories.accumulator.data());
  else
    scatter_as(column, 1, addresses, lanes, memories.scratchpad.data());
}

} // namespace npuforge::simulator
