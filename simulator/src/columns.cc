#include "columns.h"

#include <cstring>

namespace npuforge::simulator {
namespace {

/// T has the size of the elements; their bits are all that counts here.
template <typename T>
void gather_as(const Rows& rows, std::span<const int64_t> addresses, const int32_t* fill,
               T* column) {
  const size_t row = static_cast<size_t>(rows.cols) * sizeof(T);
  for (int64_t address : addresses) {
    if (address != kOutside)
      std::memcpy(column, rows.memory + address * rows.scale, row);
    else
      for (int c = 0; c < rows.cols; ++c)
        column[c] = static_cast<T>(fill[c]);
    column += rows.cols;
  }
}

} // namespace

Rows rows_of(Memories& memories, isa::Space space, isa::Type type, int cols) {
  const int bytes = isa::bytes_of(type);
  if (space == isa::Space::Accumulator)
    return {reinterpret_cast<char*>(memories.accumulator.data()), int64_t{bytes} * cols, cols,
            bytes};
  return {reinterpret_cast<char*>(memories.scratchpad.data()), 1, cols, bytes};
}

void gather(const Rows& rows, std::span<const int64_t> addresses, const int32_t* fill,
            void* column) {
  switch (rows.bytes) {
  case 1:
    return gather_as(rows, addresses, fill, static_cast<uint8_t*>(column));
  case 2:
    return gather_as(rows, addresses, fill, static_cast<uint16_t*>(column));
  default:
    return gather_as(rows, addresses, fill, static_cast<uint32_t*>(column));
  }
}

void scatter(const void* column, const Rows& rows, std::span<const int64_t> addresses) {
  const size_t row = static_cast<size_t>(rows.cols) * static_cast<size_t>(rows.bytes);
  const char* from = static_cast<const char*>(column);
  for (int64_t address : addresses) {
    std::memcpy(rows.memory + address * rows.scale, from, row);
    from += row;
  }
}

} // namespace npuforge::simulator
