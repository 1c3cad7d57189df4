// Conversions between types.
#include <algorithm>
#include <limits>

#include "loops_parts.h"
#include "soft_float.h"

namespace npuforge::isa {
namespace {

template <class To, class From>
To saturate(From value) {
  using Limits = std::numeric_limits<To>;
  return static_cast<To>(
      std::clamp<int64_t>(static_cast<int64_t>(value), Limits::min(), Limits::max()));
}

/// The float nearest to an integer. What double does not hold exactly is rounded to odd.
template <Type type, class From>
Native<type> from_integer(From value) {
  if constexpr (sizeof(From) < 8) {
    return round_double<type>(static_cast<double>(value));
  } else if constexpr (type == Type::F32) {
    return bits_of(static_cast<float>(value));
  } else {
    constexpr int64_t rest = 0xfff; // 52 bits are left
    const int64_t odd = (value & ~rest) | ((value & rest) != 0 ? (rest + 1) / 2 : 0);
    const bool small = value >= -(int64_t{1} << 52) && value <= int64_t{1} << 52;
    return round_double<type>(static_cast<double>(small ? value : odd));
  }
}

/// Rounds to nearest even and saturates; NaN gives 0.
template <class To>
To to_integer(float value) {
  using Limits = std::numeric_limits<To>;
  constexpr double low = static_cast<double>(Limits::min());
  constexpr double above = 2.0 * static_cast<double>(Limits::max() / 2 + 1);
  const double rounded = std::nearbyint(static_cast<double>(value));
  const bool inside = rounded >= low && rounded < above;
  const To number = static_cast<To>(inside ? rounded : 0);
  const To beyond = rounded < low ? Limits::min() : Limits::max();
  return inside || value != value ? number : beyond;
}

template <Op op, Type from, Type to>
struct Conversion {
  using From = Native<from>;
  static Native<to> apply(From a, From, From) {
    if constexpr (op == Op::Saturate)
      return saturate<Native<to>>(a);
    else if constexpr (is_float(from) && is_float(to))
      return narrow<to>(widen<from>(a));
    else if constexpr (is_float(from))
      return to_integer<Native<to>>(widen<from>(a));
    else if constexpr (is_float(to))
      return from_integer<to>(a);
    else
      return static_cast<Native<to>>(a); // the low bits, or extended by the source's sign
  }
};

template <Op op>
Loop loop_of(Type from, Type to) {
  return with_type(from, [to]<Type f>() -> Loop {
    return with_type(to, []<Type t>() -> Loop {
      constexpr bool good =
          t != Type::Bool &&
          (op == Op::Saturate ? is_integer(f) && is_integer(t) : f != Type::Bool || is_integer(t));
      if constexpr (good)
        return run_loop<Native<f>, Native<t>, Conversion<op, f, t>>;
      else
        return nullptr;
    });
  });
}

} // namespace

Loop conversion_loop(Op op, Type from, Type to) {
  return op == Op::Saturate ? loop_of<Op::Saturate>(from, to) : loop_of<Op::Convert>(from, to);
}

} // namespace npuforge::isa
