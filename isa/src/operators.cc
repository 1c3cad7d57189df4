#include "operators.h"

#include <array>
#include <stdexcept>
#include <utility>

namespace npuforge::isa {
namespace {

// Longer operators come before those that they start with.
constexpr std::array<BinaryOperator, 14> kOperators{{
    {"<<", 6},
    {">>", 6},
    {"<=", 5},
    {">=", 5},
    {"==", 4},
    {"!=", 4},
    {"<", 5},
    {">", 5},
    {"*", 8},
    {"+", 7},
    {"-", 7},
    {"&", 3},
    {"^", 2},
    {"|", 1},
}};

constexpr std::array<std::pair<std::string_view, Op>, 14> kBinaryOps{{
    {"<<", Op::ShiftLeft},
    {">>", Op::ShiftRight},
    {"<=", Op::LessEqual},
    {">=", Op::GreaterEqual},
    {"==", Op::Equal},
    {"!=", Op::NotEqual},
    {"<", Op::Less},
    {">", Op::Greater},
    {"*", Op::Mul},
    {"+", Op::Add},
    {"-", Op::Sub},
    {"&", Op::And},
    {"^", Op::Xor},
    {"|", Op::Or},
}};

constexpr std::array<std::pair<std::string_view, Op>, 8> kFunctions{{
    {"i8", Op::Convert},
    {"i32", Op::Convert},
    {"i64", Op::Convert},
    {"min", Op::Min},
    {"max", Op::Max},
    {"clamp", Op::Clamp},
    {"select", Op::Select},
    {"round_shift", Op::RoundShift},
}};

template <std::size_t n>
Op look_up(const std::array<std::pair<std::string_view, Op>, n>& table, std::string_view text) {
  for (auto [name, op] : table)
    if (name == text)
      return op;
  throw std::logic_error("expression node '" + std::string(text) + "' has not been checked");
}

} // namespace

const BinaryOperator* match_operator(std::string_view text) {
  for (const BinaryOperator& op : kOperators)
    if (text.starts_with(op.text))
      return &op;
  return nullptr;
}

const BinaryOperator* find_operator(std::string_view text) {
  for (const BinaryOperator& op : kOperators)
    if (text == op.text)
      return &op;
  return nullptr;
}

Op op_of(const Expr& expr) {
  switch (expr.kind) {
  case ExprKind::Literal:
    return Op::Literal;
  case ExprKind::Name:
    return Op::Name;
  case ExprKind::Unary:
    return Op::Negate;
  case ExprKind::Binary:
    return look_up(kBinaryOps, expr.text);
  case ExprKind::Call:
    return look_up(kFunctions, expr.text);
  }
  throw std::logic_error("unknown kind of expression node");
}

} // namespace npuforge::isa
