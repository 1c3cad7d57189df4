// What moves elements without looking at them: one loop for each width.
#include <algorithm>
#include <array>
#include <cstring>

#include "loops_parts.h"

namespace npuforge::isa {
namespace {

template <class T>
void select(const void* a, const void* b, const void* c, void* out, int64_t count) {
  const uint8_t* __restrict condition = static_cast<const uint8_t*>(a);
  const T* __restrict x = static_cast<const T*>(b);
  const T* __restrict y = static_cast<const T*>(c);
  T* __restrict to = static_cast<T*>(out);
  for (int64_t i = 0; i < count; ++i)
    to[i] = condition[i] ? x[i] : y[i];
}

template <class T>
void copy(const void* a, const void*, const void*, void* out, int64_t count) {
  std::memcpy(out, a, static_cast<std::size_t>(count) * sizeof(T));
}

template <class T>
void look_up(const void* a, const void* b, const void* c, void* out, int64_t count) {
  const uint32_t* __restrict index = static_cast<const uint32_t*>(a);
  const T* __restrict table = static_cast<const T*>(b);
  const uint32_t mask = *static_cast<const uint32_t*>(c);
  T* __restrict to = static_cast<T*>(out);
  for (int64_t i = 0; i < count; ++i)
    to[i] = table[index[i] & mask];
}

/// Level by level elements 2i and 2i + 1 are combined; a last odd one passes up.
template <class T>
T reduce_row(const T* row, const RowReduction& reduction) {
  std::array<T, kMaxLanes> level;
  std::array<T, kMaxLanes / 2> even, odd;
  std::copy_n(row, reduction.lanes, level.begin());
  for (int n = reduction.lanes; n > 1; n = (n + 1) / 2) {
    for (int i = 0; i < n / 2; ++i) {
      even[i] = level[2 * i];
      odd[i] = level[2 * i + 1];
    }
    const T last = level[n - 1];
    reduction.combine(even.data(), odd.data(), odd.data(), level.data(), n / 2);
    if (n % 2)
      level[n / 2] = last;
  }
  return level[0];
}

template <class T>
void reduce_rows(const void* a, const void* b, const void*, void* out, int64_t count) {
  const auto& reduction = *static_cast<const RowReduction*>(b);
  const T* row = static_cast<const T*>(a);
  T* to = static_cast<T*>(out);
  for (int64_t i = 0; i < count; i += reduction.lanes)
    std::fill_n(to + i, reduction.lanes, reduce_row(row + i, reduction));
}

/// Calls with_width.operator()<T>() for an unsigned integer T of the type's width.
template <class Visitor>
Loop with_width(Type type, Visitor visitor) {
  switch (bytes_of(type)) {
  case 1:
    return visitor.template operator()<uint8_t>();
  case 2:
    return visitor.template operator()<uint16_t>();
  case 4:
    return visitor.template operator()<uint32_t>();
  default:
    return visitor.template operator()<uint64_t>();
  }
}

} // namespace

Loop moving_loop(Op op, Type type) {
  if (op == Op::Select)
    return with_width(type, []<class T>() -> Loop { return select<T>; });
  return with_width(type, []<class T>() -> Loop { return copy<T>; });
}

Loop index_loop(Type type) {
  return with_width(type, []<class T>() -> Loop { return look_up<T>; });
}

Loop row_loop(Type type) {
  return with_width(type, []<class T>() -> Loop { return reduce_rows<T>; });
}

} // namespace npuforge::isa
