#pragma once
// The operators and functions of the expression language: one table for parser, printer, checker
// and evaluation.

#include <cstdint>
#include <span>
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
  Let,
  Index,
  Apply,
  Negate,
  Convert,
  Saturate,
  Bitcast,
  Add,
  Sub,
  Mul,
  SatAdd,
  SatSub,
  SatMul,
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
  CeilDiv,
  Abs,
  Fma,
  Floor,
  Ceil,
  Trunc,
  Round,
  LaneIndex,
  LaneSum,
  LaneMin,
  LaneMax,
};
/// The Op of a typed node. Throws std::logic_error for a node that the checker does not let pass.
Op op_of(const Expr& expr);

constexpr bool is_comparison(Op op) {
  return op >= Op::Less && op <= Op::NotEqual;
}
constexpr bool is_lane_reduction(Op op) {
  return op == Op::LaneSum || op == Op::LaneMin || op == Op::LaneMax;
}

/// A function of the language itself.
struct Builtin {
  std::string_view name;
  Op op;
  std::size_t arguments;
  std::optional<Type> target; ///< of conversions: the type that the name says
};
const Builtin* find_builtin(std::string_view name); ///< null if there is none
std::span<const Builtin> builtins();

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
