// Conversions between types.
#include <algorithm>
#include <limits>

#include "loops_parts.h"

namespace npuforge::isa {
namespace {

/// Keeps the low bits, or extends by the sign of the source.
template <class From, class To>
struct Wrap {
  static To apply(From a, From, From) { return static_cast<To>(a); }
};

template <class From, class To>
struct Saturate {
  static To apply(From a, From, From) {
    using Limits = std::numeric_limits<To>;
    return static_cast<To>(
        std::clamp<int64_t>(static_cast<int64_t>(a), Limits::min(), Limits::max()));
  }
};

template <template <class, class> class Function>
Loop between_integers(Type from, Type to) {
  return with_type(from, [to]<Type f>() -> Loop {
    return with_type(to, []<Type t>() -> Loop {
      if constexpr (is_float(f) || is_float(t))
        return nullptr;
      else
        return run_loop<Native<f>, Native<t>, Function<Native<f>, Native<t>>>;
    });
  });
}

} // namespace

Loop conversion_loop(Op op, Type from, Type to) {
  if (op == Op::Saturate)
    return between_integers<Saturate>(from, to);
  return between_integers<Wrap>(from, to);
}

} // namespace npuforge::isa
