#include "propose_simplify.h"

#include <cstdlib>
#include <string_view>

namespace npuforge::isa {
namespace {

const Expr& behind_lets(const Expr& expr) {
  const Expr* at = &expr;
  while (at->kind == ExprKind::Let)
    at = at->args[0].get();
  return *at;
}

bool is_literal(const Expr& expr, double value) {
  return expr.kind == ExprKind::Literal && std::strtod(expr.text.c_str(), nullptr) == value;
}

/// "-literal" as a whole.
bool is_minus(const Expr& expr, double value) {
  return expr.kind == ExprKind::Unary && expr.text == "-" && is_literal(*expr.args[0], value);
}

bool is_infinity(const Expr& expr) {
  return (expr.kind == ExprKind::Literal || expr.kind == ExprKind::Name) && expr.text == "inf";
}
bool is_minus_infinity(const Expr& expr) {
  return expr.kind == ExprKind::Unary && expr.text == "-" && is_infinity(*expr.args[0]);
}

/// Results of arithmetic have the canonical NaN, which min and max would make of any other.
bool is_arithmetic(const Expr& expr) {
  const Expr& at = behind_lets(expr);
  if (at.kind == ExprKind::Binary)
    return at.text == "+" || at.text == "-" || at.text == "*";
  return at.kind == ExprKind::Call &&
         (at.text == "fma" || at.text == "min" || at.text == "max" || at.text == "clamp");
}

ExprPtr binary(std::string_view op, const ExprPtr& a, const ExprPtr& b) {
  auto made = std::make_shared<Expr>();
  made->kind = ExprKind::Binary;
  made->text = op;
  made->args = {a, b};
  return made;
}

ExprPtr call(std::string_view function, const ExprPtr& a, const ExprPtr& b) {
  auto made = std::make_shared<Expr>();
  made->kind = ExprKind::Call;
  made->text = function;
  made->args = {a, b};
  return made;
}

} // namespace

ExprPtr simplified(const ExprPtr& expr) {
  if (expr->kind != ExprKind::Call || expr->args.size() != 3)
    return expr;
  const ExprPtr &a = expr->args[0], &b = expr->args[1], &c = expr->args[2];
  if (expr->text == "fma") {
    if (is_literal(*a, 1))
      return binary("+", b, c);
    if (is_literal(*b, 1))
      return binary("+", a, c);
    if (is_minus(*c, 0))
      return binary("*", a, b);
  }
  if (expr->text == "clamp" && is_arithmetic(*a)) {
    const bool low = !is_minus_infinity(*b), high = !is_infinity(*c);
    if (!low && !high)
      return a;
    if (!low)
      return call("min", a, c);
    if (!high)
      return call("max", a, b);
  }
  return expr;
}

} // namespace npuforge::isa
