#pragma once
// The operators and functions of the expression language: one table for parser, printer, checker
// and evaluation, and the arithmetic of each, shared by scalar evaluation and kernels.

#include <cstdint>
#include <string_view>

#include "npuforge/isa/expression.h"

namespace npuforge::isa {

struct BinaryOperator {
  std::string_view text;
  int precedence; ///< higher binds tighter; all associate to the left
};
/// The operator that `text` starts with (the longest one); null if there is none.
const BinaryOperator* match_operator(std::string_view text);
const BinaryOperator* find_operator(std::string_view text);

/// What a node does when it is evaluated.
enum class Op : uint8_t {
  Literal,
  Name,
  Negate,
  Convert,
  Add,
  Sub,
  Mul,
  ShiftRight,
  ShiftLeft,
  And,
  Or,
  Xor,
  Less,
  LessEqual,
  Greater,
  GreaterEqual,
  Equal,
  NotEqual,
  Min,
  Max,
  Clamp,
  Select,
  RoundShift,
};
/// The Op of a typed node. Throws std::logic_error for a node that the checker does not let pass.
Op op_of(const Expr& expr);

inline int bits_of(Type type) {
  switch (type) {
  case Type::Bool:
    return 1;
  case Type::I8:
    return 8;
  case Type::I32:
    return 32;
  case Type::I64:
    return 64;
  }
  return 64;
}

/// Keeps the low bits of the type, sign-extended. A Bool is 0 or 1 and stays so.
template <Type type>
inline int64_t wrap(int64_t value) {
  if constexpr (type == Type::I8)
    return static_cast<int8_t>(value);
  else if constexpr (type == Type::I32)
    return static_cast<int32_t>(value);
  else
    return value;
}

// Wrapping arithmetic on 64 bits; unsigned, because signed overflow is undefined.
inline int64_t add64(int64_t a, int64_t b) {
  return static_cast<int64_t>(static_cast<uint64_t>(a) + static_cast<uint64_t>(b));
}
inline int64_t sub64(int64_t a, int64_t b) {
  return static_cast<int64_t>(static_cast<uint64_t>(a) - static_cast<uint64_t>(b));
}
inline int64_t mul64(int64_t a, int64_t b) {
  return static_cast<int64_t>(static_cast<uint64_t>(a) * static_cast<uint64_t>(b));
}
inline int64_t shl64(int64_t a, int64_t n) {
  return static_cast<int64_t>(static_cast<uint64_t>(a) << n);
}

/// value / 2^n rounded half to even, without branches. With value = q * 2^n + r it rounds up when r
/// is above half, or is half and q is odd: 2r + (q & 1) > 2^n says both, also for n = 0.
inline int64_t round_shift64(int64_t value, int64_t shift) {
  int64_t n = shift & 63;
  uint64_t unit = uint64_t{1} << n;
  uint64_t rest = static_cast<uint64_t>(value) & (unit - 1);
  int64_t quotient = value >> n;
  uint64_t odd = static_cast<uint64_t>(quotient) & 1;
  return quotient + static_cast<int64_t>(2 * rest + odd > unit);
}

} // namespace npuforge::isa
