#include "operators.h"

#include <array>
#include <stdexcept>
#include <utility>

namespace npuforge::isa {
namespace {

struct Operator : BinaryOperator {
  Op op;
};

// Longer operators come before those that they start with.
constexpr std::array<Operator, 14> kOperators{{
    {{"<<", 6}, Op::ShiftLeft},
    {{">>", 6}, Op::ShiftRight},
    {{"<=", 5}, Op::LessEqual},
    {{">=", 5}, Op::GreaterEqual},
    {{"==", 4}, Op::Equal},
    {{"!=", 4}, Op::NotEqual},
    {{"<", 5}, Op::Less},
    {{">", 5}, Op::Greater},
    {{"*", 8}, Op::Mul},
    {{"+", 7}, Op::Add},
    {{"-", 7}, Op::Sub},
    {{"&", 3}, Op::And},
    {{"^", 2}, Op::Xor},
    {{"|", 1}, Op::Or},
}};

constexpr std::array<Builtin, 39> kBuiltins{{
    {"i8", Op::Convert, 1, Type::I8},
    {"u8", Op::Convert, 1, Type::U8},
    {"i16", Op::Convert, 1, Type::I16},
    {"i32", Op::Convert, 1, Type::I32},
    {"u32", Op::Convert, 1, Type::U32},
    {"i64", Op::Convert, 1, Type::I64},
    {"f16", Op::Convert, 1, Type::F16},
    {"bf16", Op::Convert, 1, Type::BF16},
    {"f32", Op::Convert, 1, Type::F32},
    {"sat_i8", Op::Saturate, 1, Type::I8},
    {"sat_u8", Op::Saturate, 1, Type::U8},
    {"sat_i16", Op::Saturate, 1, Type::I16},
    {"sat_i32", Op::Saturate, 1, Type::I32},
    {"sat_u32", Op::Saturate, 1, Type::U32},
    {"as_i16", Op::Bitcast, 1, Type::I16},
    {"as_i32", Op::Bitcast, 1, Type::I32},
    {"as_u32", Op::Bitcast, 1, Type::U32},
    {"as_f16", Op::Bitcast, 1, Type::F16},
    {"as_bf16", Op::Bitcast, 1, Type::BF16},
    {"as_f32", Op::Bitcast, 1, Type::F32},
    {"sat_add", Op::SatAdd, 2, {}},
    {"sat_sub", Op::SatSub, 2, {}},
    {"sat_mul", Op::SatMul, 2, {}},
    {"min", Op::Min, 2, {}},
    {"max", Op::Max, 2, {}},
    {"clamp", Op::Clamp, 3, {}},
    {"select", Op::Select, 3, {}},
    {"round_shift", Op::RoundShift, 2, {}},
    {"ceil_div", Op::CeilDiv, 2, {}},
    {"abs", Op::Abs, 1, {}},
    {"fma", Op::Fma, 3, {}},
    {"floor", Op::Floor, 1, {}},
    {"ceil", Op::Ceil, 1, {}},
    {"trunc", Op::Trunc, 1, {}},
    {"round", Op::Round, 1, {}},
    {"lane_index", Op::LaneIndex, 0, {}},
    {"lane_sum", Op::LaneSum, 1, {}},
    {"lane_min", Op::LaneMin, 1, {}},
    {"lane_max", Op::LaneMax, 1, {}},
}};

Op checked(std::optional<Op> op, const Expr& expr) {
  if (!op)
    throw std::logic_error("expression node '" + expr.text + "' has not been checked");
  return *op;
}

std::optional<Op> binary(std::string_view text) {
  for (const Operator& op : kOperators)
    if (op.text == text)
      return op.op;
  return std::nullopt;
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

const Builtin* find_builtin(std::string_view name) {
  for (const Builtin& builtin : builtins())
    if (builtin.name == name)
      return &builtin;
  return nullptr;
}

std::span<const Builtin> builtins() {
  return kBuiltins;
}

Op op_of(const Expr& expr) {
  switch (expr.kind) {
  case ExprKind::Literal:
    return Op::Literal;
  case ExprKind::Name:
    return Op::Name;
  case ExprKind::Let:
    return Op::Let;
  case ExprKind::Index:
    return Op::Index;
  case ExprKind::Apply:
    return Op::Apply;
  case ExprKind::Unary:
    return Op::Negate;
  case ExprKind::Binary:
    return checked(binary(expr.text), expr);
  case ExprKind::Call:
    const Builtin* builtin = find_builtin(expr.text);
    return checked(builtin ? std::optional(builtin->op) : std::nullopt, expr);
  }
  throw std::logic_error("unknown kind of expression node");
}

} // namespace npuforge::isa
