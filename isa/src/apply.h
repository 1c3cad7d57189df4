#pragma once
// The arithmetic of every operation on values of a type, written once: scalar evaluation calls it,
// kernels loop over it.

#include <algorithm>
#include <stdexcept>

#include "operators.h"

namespace npuforge::isa {

/// Arguments hold values of their types (an i8 is in -128..127), so does the result. `type` is that
/// of the result.
template <Op op, Type type>
inline int64_t apply(int64_t a, int64_t b, int64_t c) {
  [[maybe_unused]] constexpr int64_t shift_mask = type == Type::I8    ? 7
                                                  : type == Type::I32 ? 31
                                                                      : 63;
  if constexpr (op == Op::Negate)
    return wrap<type>(sub64(0, a));
  else if constexpr (op == Op::Convert)
    return wrap<type>(a);
  else if constexpr (op == Op::Add)
    return wrap<type>(add64(a, b));
  else if constexpr (op == Op::Sub)
    return wrap<type>(sub64(a, b));
  else if constexpr (op == Op::Mul)
    return wrap<type>(mul64(a, b));
  else if constexpr (op == Op::ShiftRight)
    return a >> (b & shift_mask);
  else if constexpr (op == Op::ShiftLeft)
    return wrap<type>(shl64(a, b & shift_mask));
  else if constexpr (op == Op::And)
    return a & b;
  else if constexpr (op == Op::Or)
    return a | b;
  else if constexpr (op == Op::Xor)
    return a ^ b;
  else if constexpr (op == Op::Less)
    return a < b;
  else if constexpr (op == Op::LessEqual)
    return a <= b;
  else if constexpr (op == Op::Greater)
    return a > b;
  else if constexpr (op == Op::GreaterEqual)
    return a >= b;
  else if constexpr (op == Op::Equal)
    return a == b;
  else if constexpr (op == Op::NotEqual)
    return a != b;
  else if constexpr (op == Op::Min)
    return std::min(a, b);
  else if constexpr (op == Op::Max)
    return std::max(a, b);
  else if constexpr (op == Op::Clamp)
    return std::min(std::max(a, b), c); // the upper bound wins
  else if constexpr (op == Op::Select)
    return a ? b : c;
  else if constexpr (op == Op::RoundShift)
    return round_shift64(a, b);
}

template <Op op, class Visitor>
auto dispatch_type(Type type, Visitor visitor) {
  switch (type) {
  case Type::Bool:
    return visitor.template operator()<op, Type::Bool>();
  case Type::I8:
    return visitor.template operator()<op, Type::I8>();
  case Type::I32:
    return visitor.template operator()<op, Type::I32>();
  case Type::I64:
    return visitor.template operator()<op, Type::I64>();
  }
  throw std::logic_error("unknown type");
}

/// Calls visitor.operator()<op, type>() for the operation and type given at run time.
template <class Visitor>
auto dispatch(Op op, Type type, Visitor visitor) {
  switch (op) {
  case Op::Negate:
    return dispatch_type<Op::Negate>(type, visitor);
  case Op::Convert:
    return dispatch_type<Op::Convert>(type, visitor);
  case Op::Add:
    return dispatch_type<Op::Add>(type, visitor);
  case Op::Sub:
    return dispatch_type<Op::Sub>(type, visitor);
  case Op::Mul:
    return dispatch_type<Op::Mul>(type, visitor);
  case Op::ShiftRight:
    return dispatch_type<Op::ShiftRight>(type, visitor);
  case Op::ShiftLeft:
    return dispatch_type<Op::ShiftLeft>(type, visitor);
  case Op::And:
    return dispatch_type<Op::And>(type, visitor);
  case Op::Or:
    return dispatch_type<Op::Or>(type, visitor);
  case Op::Xor:
    return dispatch_type<Op::Xor>(type, visitor);
  case Op::Less:
    return dispatch_type<Op::Less>(type, visitor);
  case Op::LessEqual:
    return dispatch_type<Op::LessEqual>(type, visitor);
  case Op::Greater:
    return dispatch_type<Op::Greater>(type, visitor);
  case Op::GreaterEqual:
    return dispatch_type<Op::GreaterEqual>(type, visitor);
  case Op::Equal:
    return dispatch_type<Op::Equal>(type, visitor);
  case Op::NotEqual:
    return dispatch_type<Op::NotEqual>(type, visitor);
  case Op::Min:
    return dispatch_type<Op::Min>(type, visitor);
  case Op::Max:
    return dispatch_type<Op::Max>(type, visitor);
  case Op::Clamp:
    return dispatch_type<Op::Clamp>(type, visitor);
  case Op::Select:
    return dispatch_type<Op::Select>(type, visitor);
  case Op::RoundShift:
    return dispatch_type<Op::RoundShift>(type, visitor);
  case Op::Literal:
  case Op::Name:
    break;
  }
  throw std::logic_error("literals and names are no operations");
}

} // namespace npuforge::isa
