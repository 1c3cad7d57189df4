// What moves bits without looking at them: one loop for each width.
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
Loop loop_of(Op op) {
  if (op == Op::Select)
    return select<T>;
  return op == Op::Bitcast ? copy<T> : nullptr;
}

} // namespace

Loop moving_loop(Op op, Type type) {
  switch (bytes_of(type)) {
  case 1:
    return loop_of<uint8_t>(op);
  case 2:
    return loop_of<uint16_t>(op);
  case 4:
    return loop_of<uint32_t>(op);
  default:
    return loop_of<uint64_t>(op);
  }
}

} // namespace npuforge::isa
