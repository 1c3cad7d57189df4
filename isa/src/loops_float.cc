// Arithmetic and comparisons of floats.
#include "loops_parts.h"
#include "soft_float.h"

namespace npuforge::isa {
namespace {

/// Comparisons give a bool.
template <Op op, Type type>
struct Compare {
  using Bits = Native<type>;
  static uint8_t apply(Bits x, Bits y, Bits) {
    const float a = widen<type>(x), b = widen<type>(y);
    if constexpr (op == Op::Less)
      return a < b;
    else if constexpr (op == Op::LessEqual)
      return a <= b;
    else if constexpr (op == Op::Greater)
      return a > b;
    else if constexpr (op == Op::GreaterEqual)
      return a >= b;
    else if constexpr (op == Op::Equal)
      return a == b;
    else
      return a != b;
  }
};

template <Op op, Type type>
struct Float {
  using Bits = Native<type>;
  static Bits apply(Bits x, Bits y, Bits z) {
    if constexpr (op == Op::Fma)
      return fused_multiply_add<type>(x, y, z);
    else
      return narrow<type>(value(widen<type>(x), widen<type>(y), widen<type>(z)));
  }

private:
  static float value(float a, [[maybe_unused]] float b, [[maybe_unused]] float c) {
    if constexpr (op == Op::Negate)
      return -a;
    else if constexpr (op == Op::Abs)
      return std::fabs(a);
    else if constexpr (op == Op::Add)
      return a + b;
    else if constexpr (op == Op::Sub)
      return a - b;
    else if constexpr (op == Op::Mul)
      return a * b;
    else if constexpr (op == Op::Min)
      return minimum(a, b);
    else if constexpr (op == Op::Max)
      return maximum(a, b);
    else if constexpr (op == Op::Clamp)
      return minimum(maximum(a, b), c); // the upper bound wins
    else if constexpr (op == Op::Floor)
      return std::floor(a);
    else if constexpr (op == Op::Ceil)
      return std::ceil(a);
    else if constexpr (op == Op::Trunc)
      return std::trunc(a);
    else if constexpr (op == Op::Round)
      return std::nearbyint(a);
  }
};

template <Op op>
Loop loop_of(Type type) {
  return with_type(type, []<Type t>() -> Loop {
    if constexpr (!is_float(t))
      return nullptr;
    else if constexpr (is_comparison(op))
      return run_loop<Native<t>, uint8_t, Compare<op, t>>;
    else
      return run_loop<Native<t>, Native<t>, Float<op, t>>;
  });
}

} // namespace

Loop float_loop(Op op, Type type) {
  using enum Op;
  return loop_among<Negate, Abs, Add, Sub, Mul, Fma, Less, LessEqual, Greater, GreaterEqual, Equal,
                    NotEqual, Min, Max, Clamp, Floor, Ceil, Trunc, Round>(
      op, [type]<Op known>() { return loop_of<known>(type); });
}

} // namespace npuforge::isa
