#include <set>
#include <utility>

#include "npuforge/isa/expression.h"

#include "operators.h"

namespace npuforge::isa {
namespace {

constexpr int kUnaryPrecedence = 9;

void print_node(const Expr& expr, int min_precedence, std::string& out);

void print_call(const Expr& expr, std::string& out) {
  out += expr.text + "(";
  for (std::size_t i = 0; i < expr.args.size(); ++i) {
    out += i ? ", " : "";
    print_node(*expr.args[i], 0, out);
  }
  out += ")";
}

void print_binary(const Expr& expr, int min_precedence, std::string& out) {
  int precedence = find_operator(expr.text)->precedence;
  bool parentheses = precedence < min_precedence;
  out += parentheses ? "(" : "";
  print_node(*expr.args[0], precedence, out);
  out += " " + expr.text + " ";
  print_node(*expr.args[1], precedence + 1, out); // operators associate to the left
  out += parentheses ? ")" : "";
}

void print_node(const Expr& expr, int min_precedence, std::string& out) {
  switch (expr.kind) {
  case ExprKind::Literal:
    out += expr.text;
    break;
  case ExprKind::Name:
  case ExprKind::Let:
    out += expr.text;
    break;
  case ExprKind::Index:
    out += expr.text + "[";
    print_node(*expr.args[0], 0, out);
    out += "]";
    break;
  case ExprKind::Call:
  case ExprKind::Apply:
    print_call(expr, out);
    break;
  case ExprKind::Binary:
    print_binary(expr, min_precedence, out);
    break;
  case ExprKind::Unary:
    out += "-";
    print_node(*expr.args[0], kUnaryPrecedence, out);
    break;
  }
}

} // namespace

std::string print(const Expr& expr) {
  std::string out;
  print_node(expr, 0, out);
  return out;
}

namespace {

/// Lets that were found to be equal are not compared again: their number bounds the work.
using Pairs = std::set<std::pair<const Expr*, const Expr*>>;

bool equal(const Expr& a, const Expr& b, Pairs& equals) {
  if (&a == &b || equals.count({&a, &b}))
    return true;
  if (a.kind != b.kind || a.text != b.text || a.literal != b.literal || a.type != b.type ||
      a.args.size() != b.args.size())
    return false;
  for (std::size_t i = 0; i < a.args.size(); ++i)
    if (!equal(*a.args[i], *b.args[i], equals))
      return false;
  if (a.kind == ExprKind::Let)
    equals.emplace(&a, &b);
  return true;
}

} // namespace

bool equal(const Expr& a, const Expr& b) {
  Pairs equals;
  return equal(a, b, equals);
}

int64_t round_shift_even(int64_t value, int shift) {
  return round_shift64(value, shift);
}

} // namespace npuforge::isa
