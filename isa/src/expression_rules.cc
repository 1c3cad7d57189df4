#include "expression_rules.h"

#include <algorithm>
#include <unordered_set>

namespace npuforge::isa {
namespace {

/// Calls `visit` once for each node that is reached without entering functions.
template <class Visit>
void walk(const Expr& expr, std::unordered_set<const Expr*>& seen, Visit visit) {
  if (!seen.insert(&expr).second)
    return;
  visit(expr);
  for (const ExprPtr& arg : expr.args)
    walk(*arg, seen, visit);
}

template <class Visit>
void walk(const Expr& expr, Visit visit) {
  std::unordered_set<const Expr*> seen;
  walk(expr, seen, visit);
}

} // namespace

ArgumentRule argument_rule(Op op) {
  switch (op) {
  case Op::And:
  case Op::Or:
  case Op::Xor:
    return ArgumentRule::Bits;
  case Op::Equal:
  case Op::NotEqual:
    return ArgumentRule::Any;
  case Op::ShiftLeft:
  case Op::ShiftRight:
  case Op::SatAdd:
  case Op::SatSub:
  case Op::SatMul:
    return ArgumentRule::Integers;
  case Op::Abs:
    return ArgumentRule::SignedNumbers;
  case Op::Fma:
  case Op::Floor:
  case Op::Ceil:
  case Op::Trunc:
  case Op::Round:
    return ArgumentRule::Floats;
  default:
    return ArgumentRule::Numbers;
  }
}

bool allows(ArgumentRule rule, Type type) {
  switch (rule) {
  case ArgumentRule::Any:
    return true;
  case ArgumentRule::Integers:
    return is_integer(type);
  case ArgumentRule::Bits:
    return !is_float(type);
  case ArgumentRule::SignedNumbers:
    return is_float(type) || is_signed(type);
  case ArgumentRule::Numbers:
    return type != Type::Bool;
  case ArgumentRule::Floats:
    return is_float(type);
  }
  return false;
}

const char* describe(ArgumentRule rule) {
  switch (rule) {
  case ArgumentRule::Any:
    return "any type";
  case ArgumentRule::Integers:
    return "integers";
  case ArgumentRule::Bits:
    return "integers or bools";
  case ArgumentRule::SignedNumbers:
    return "signed numbers";
  case ArgumentRule::Numbers:
    return "numbers";
  case ArgumentRule::Floats:
    return "floats";
  }
  return "?";
}

bool is_flexible(const Expr& expr) {
  switch (expr.kind) {
  case ExprKind::Literal:
    return true;
  case ExprKind::Name:
  case ExprKind::Let:
  case ExprKind::Index:
  case ExprKind::Apply:
    return false;
  case ExprKind::Unary:
  case ExprKind::Binary:
  case ExprKind::Call:
    break;
  }
  if (expr.kind == ExprKind::Call && !find_builtin(expr.text))
    return false;
  const Op op = op_of(expr);
  if (is_comparison(op) || op == Op::Convert || op == Op::Saturate || op == Op::Bitcast ||
      expr.args.empty())
    return false;
  const std::size_t first = op == Op::Select ? 1 : 0;
  const std::size_t last = op == Op::RoundShift ? 1 : expr.args.size();
  return std::all_of(expr.args.begin() + std::min(first, last), expr.args.begin() + last,
                     [](const ExprPtr& arg) { return is_flexible(*arg); });
}

bool has_float_literal(const Expr& expr) {
  if (expr.kind == ExprKind::Literal)
    return is_float(expr.type);
  return std::any_of(expr.args.begin(), expr.args.end(),
                     [](const ExprPtr& arg) { return has_float_literal(*arg); });
}

std::vector<Symbol> names_in(const Expr& expr) {
  std::vector<Symbol> names;
  walk(expr, [&](const Expr& node) {
    if (node.kind == ExprKind::Name &&
        std::none_of(names.begin(), names.end(),
                     [&](const Symbol& known) { return known.name == node.text; }))
      names.push_back({node.text, node.type});
  });
  return names;
}

std::vector<const Expr*> lets_in(const std::vector<ExprPtr>& exprs) {
  std::vector<const Expr*> lets;
  std::unordered_set<const Expr*> seen;
  for (const ExprPtr& expr : exprs)
    if (expr)
      walk(*expr, seen, [&](const Expr& node) {
        if (node.kind == ExprKind::Let)
          lets.push_back(&node);
      });
  return lets;
}

namespace {

template <class Item>
bool add_new(std::vector<Item>& items, const Item& item) {
  if (!item || std::find(items.begin(), items.end(), item) != items.end())
    return false;
  items.push_back(item);
  return true;
}

void add_dependencies(const Expr& expr, std::unordered_set<const Expr*>& seen,
                      Dependencies& found) {
  walk(expr, seen, [&](const Expr& node) {
    add_new(found.tables, node.table);
    if (add_new(found.functions, node.function))
      add_dependencies(*node.function->result, seen, found);
  });
}

} // namespace

Dependencies dependencies_of(const std::vector<ExprPtr>& exprs) {
  Dependencies found;
  std::unordered_set<const Expr*> seen;
  for (const ExprPtr& expr : exprs)
    add_dependencies(*expr, seen, found);
  return found;
}

std::vector<ExprPtr> semantics_of(const Instruction& instruction) {
  std::vector<ExprPtr> exprs;
  for (const ExprPtr& expr :
       {instruction.condition, instruction.init, instruction.step, instruction.result})
    if (expr)
      exprs.push_back(expr);
  return exprs;
}

const Expr* find_lane_reduction(const Expr& expr) {
  const Expr* found = nullptr;
  walk(expr, [&](const Expr& node) {
    if (!found && node.kind == ExprKind::Call && is_lane_reduction(op_of(node)))
      found = &node;
  });
  return found;
}

const Expr* find_lane_operation(const Expr& expr) {
  const Expr* found = nullptr;
  walk(expr, [&](const Expr& node) {
    if (!found && node.kind == ExprKind::Call &&
        (op_of(node) == Op::LaneIndex || is_lane_reduction(op_of(node))))
      found = &node;
  });
  return found;
}

int64_t inlined_size(const Expr& expr) {
  int64_t size = 0;
  walk(expr, [&](const Expr& node) {
    if (size < kTooLarge)
      size += 1 + (node.kind == ExprKind::Apply ? inlined_size(*node.function->result) : 0);
  });
  return std::min(size, kTooLarge);
}

} // namespace npuforge::isa
