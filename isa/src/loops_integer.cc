// Integers (and bools, which are the integers 0 and 1) wrap; that is done on unsigned numbers,
// because signed overflow is undefined.
#include <algorithm>
#include <limits>

#include "loops_parts.h"

namespace npuforge::isa {
namespace {

/// Unsigned, and wide enough that it is not promoted to a signed int.
template <class T>
using Wrapping = std::conditional_t<sizeof(T) == 8, uint64_t, uint32_t>;

/// Holds every sum, difference and product of two values.
template <class T>
using Wider = std::conditional_t<
    sizeof(T) == 1, int32_t,
    std::conditional_t<std::is_same_v<T, uint32_t> || sizeof(T) == 8, __int128, int64_t>>;

template <class T, class F>
T saturated(T a, T b, F function) {
  const Wider<T> exact = function(Wider<T>{a}, Wider<T>{b});
  constexpr Wider<T> low = std::numeric_limits<T>::min(), high = std::numeric_limits<T>::max();
  return static_cast<T>(exact < low ? low : exact > high ? high : exact);
}

template <class T>
T round_shift(T value, T shift) {
  return static_cast<T>(round_shift64(value, shift));
}

template <class T>
T ceil_div(T a, T b) {
  if (b <= 0)
    return 0; // sizes are positive
  return static_cast<T>(a / b + (a % b > 0));
}

template <Op op, class T>
struct Integer {
  static auto apply(T a, [[maybe_unused]] T b, [[maybe_unused]] T c) {
    using W = Wrapping<T>;
    [[maybe_unused]] constexpr W mask = 8 * sizeof(T) - 1;
    if constexpr (op == Op::Negate)
      return static_cast<T>(W{0} - static_cast<W>(a));
    else if constexpr (op == Op::Add)
      return static_cast<T>(static_cast<W>(a) + static_cast<W>(b));
    else if constexpr (op == Op::Sub)
      return static_cast<T>(static_cast<W>(a) - static_cast<W>(b));
    else if constexpr (op == Op::Mul)
      return static_cast<T>(static_cast<W>(a) * static_cast<W>(b));
    else if constexpr (op == Op::SatAdd)
      return saturated(a, b, [](auto x, auto y) { return x + y; });
    else if constexpr (op == Op::SatSub)
      return saturated(a, b, [](auto x, auto y) { return x - y; });
    else if constexpr (op == Op::SatMul)
      return saturated(a, b, [](auto x, auto y) { return x * y; });
    else if constexpr (op == Op::ShiftRight)
      return static_cast<T>(a >> (static_cast<W>(b) & mask));
    else if constexpr (op == Op::ShiftLeft)
      return static_cast<T>(static_cast<W>(a) << (static_cast<W>(b) & mask));
    else if constexpr (op == Op::And)
      return static_cast<T>(a & b);
    else if constexpr (op == Op::Or)
      return static_cast<T>(a | b);
    else if constexpr (op == Op::Xor)
      return static_cast<T>(a ^ b);
    else if constexpr (op == Op::Less)
      return static_cast<uint8_t>(a < b);
    else if constexpr (op == Op::LessEqual)
      return static_cast<uint8_t>(a <= b);
    else if constexpr (op == Op::Greater)
      return static_cast<uint8_t>(a > b);
    else if constexpr (op == Op::GreaterEqual)
      return static_cast<uint8_t>(a >= b);
    else if constexpr (op == Op::Equal)
      return static_cast<uint8_t>(a == b);
    else if constexpr (op == Op::NotEqual)
      return static_cast<uint8_t>(a != b);
    else if constexpr (op == Op::Min)
      return std::min(a, b);
    else if constexpr (op == Op::Max)
      return std::max(a, b);
    else if constexpr (op == Op::Clamp)
      return std::min(std::max(a, b), c); // the upper bound wins
    else if constexpr (op == Op::RoundShift)
      return round_shift(a, b);
    else if constexpr (op == Op::CeilDiv)
      return ceil_div(a, b);
    else if constexpr (op == Op::Abs)
      return static_cast<T>(a < 0 ? W{0} - static_cast<W>(a) : static_cast<W>(a));
  }
};

template <Op op>
Loop loop_of(Type type) {
  return with_type(type, []<Type t>() -> Loop {
    if constexpr (is_float(t)) {
      return nullptr;
    } else {
      using T = Native<t>;
      using Out = decltype(Integer<op, T>::apply(T{}, T{}, T{}));
      return run_loop<T, Out, Integer<op, T>>;
    }
  });
}

} // namespace

Loop integer_loop(Op op, Type type) {
  using enum Op;
  return loop_among<Negate, Add, Sub, Mul, SatAdd, SatSub, SatMul, ShiftRight, ShiftLeft, And, Or,
                    Xor, Less, LessEqual, Greater, GreaterEqual, Equal, NotEqual, Min, Max, Clamp,
                    RoundShift, CeilDiv, Abs>(op,
                                              [type]<Op known>() { return loop_of<known>(type); });
}

} // namespace npuforge::isa
