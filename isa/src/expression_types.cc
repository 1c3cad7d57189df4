// Typing of expressions. A literal has no type of its own: it takes that of the other side, or the
// one the place asks for.
#include <algorithm>
#include <optional>

#include <fmt/format.h>

#include "npuforge/isa/expression.h"

#include "operators.h"

namespace npuforge::isa {
namespace {

[[noreturn]] void fail(const Expr& at, std::string message) {
  throw ExprError{std::move(message), at.column};
}

bool compares(std::string_view op) {
  return op == "<" || op == "<=" || op == ">" || op == ">=" || op == "==" || op == "!=";
}
bool works_on_bool(std::string_view op) {
  return op == "&" || op == "|" || op == "^" || op == "==" || op == "!=";
}

class Checker {
public:
  explicit Checker(const std::vector<Symbol>& symbols) : symbols_(symbols) {}

  ExprPtr check(const ExprPtr& expr, std::optional<Type> wanted) {
    ExprPtr typed = check_node(expr, wanted);
    refuse_floats(*typed);
    return typed;
  }

private:
  /// What this version does not compute.
  static void refuse_floats(const Expr& typed) {
    bool float_seen = is_float(typed.type);
    for (const ExprPtr& arg : typed.args)
      float_seen = float_seen || is_float(arg->type);
    if (float_seen && typed.kind != ExprKind::Name && typed.text != "select")
      fail(typed, "floating-point numbers are not computed in this version");
  }

  ExprPtr check_node(const ExprPtr& expr, std::optional<Type> wanted) {
    switch (expr->kind) {
    case ExprKind::Literal:
      return check_literal(*expr, wanted.value_or(Type::I64));
    case ExprKind::Name:
      return with(*expr, type_of_name(*expr), {});
    case ExprKind::Unary:
      return check_unary(*expr, wanted);
    case ExprKind::Binary:
      return check_binary(*expr, wanted);
    case ExprKind::Call:
      return check_call(*expr, wanted);
    case ExprKind::Let:
    case ExprKind::Index:
    case ExprKind::Apply:
      break;
    }
    fail(*expr, "unknown kind of expression");
  }

  static ExprPtr with(const Expr& expr, Type type, std::vector<ExprPtr> args) {
    auto node = std::make_shared<Expr>(expr);
    node->type = type;
    node->args = std::move(args);
    return node;
  }

  static ExprPtr check_literal(const Expr& expr, Type type) {
    if (type == Type::Bool || !fits(expr.literal, type))
      fail(expr, fmt::format("{} is not a value of type {}", expr.literal, name(type)));
    return with(expr, type, {});
  }

  Type type_of_name(const Expr& expr) {
    for (const Symbol& symbol : symbols_)
      if (symbol.name == expr.text)
        return symbol.type;
    std::string known;
    for (const Symbol& symbol : symbols_)
      known += (known.empty() ? "" : ", ") + symbol.name;
    fail(expr, fmt::format("unknown name '{}' (known here: {})", expr.text,
                           known.empty() ? "none" : known));
  }

  ExprPtr check_unary(const Expr& expr, std::optional<Type> wanted) {
    ExprPtr arg = check(expr.args[0], wanted);
    if (arg->type == Type::Bool)
      fail(expr, "'-' needs a number, not a bool");
    return with(expr, arg->type, {arg});
  }

  ExprPtr check_binary(const Expr& expr, std::optional<Type> wanted) {
    bool comparison = compares(expr.text);
    std::vector<ExprPtr> args = same_type(expr, expr.args, comparison ? std::nullopt : wanted);
    if (args[0]->type == Type::Bool && !works_on_bool(expr.text))
      fail(expr, fmt::format("'{}' needs numbers, not bools", expr.text));
    Type type = comparison ? Type::Bool : args[0]->type;
    return with(expr, type, std::move(args));
  }

  ExprPtr check_call(const Expr& expr, std::optional<Type> wanted) {
    check_argument_count(expr);
    if (expr.text == "select")
      return check_select(expr, wanted);
    if (expr.text == "round_shift")
      return check_round_shift(expr, wanted);
    if (std::optional<Type> target = conversion(expr.text)) {
      // A literal is converted as it stands: i8(-128), i32(5); anything else brings its own type.
      bool literal = is_flexible(*expr.args[0]);
      ExprPtr arg = check(expr.args[0], literal ? target : std::nullopt);
      return with(expr, *target, {arg});
    }
    std::vector<ExprPtr> args = same_type(expr, expr.args, wanted); // min, max, clamp
    if (args[0]->type == Type::Bool)
      fail(expr, fmt::format("{} needs numbers, not bools", expr.text));
    Type type = args[0]->type;
    return with(expr, type, std::move(args));
  }

  ExprPtr check_select(const Expr& expr, std::optional<Type> wanted) {
    ExprPtr condition = check(expr.args[0], std::nullopt);
    if (condition->type != Type::Bool)
      fail(*condition,
           fmt::format("the condition of select is {}, it must be bool", name(condition->type)));
    std::vector<ExprPtr> args = same_type(expr, {expr.args[1], expr.args[2]}, wanted);
    Type type = args[0]->type;
    return with(expr, type, {condition, args[0], args[1]});
  }

  ExprPtr check_round_shift(const Expr& expr, std::optional<Type> wanted) {
    ExprPtr value = check(expr.args[0], wanted);
    if (value->type != Type::I32 && value->type != Type::I64)
      fail(*value, fmt::format("round_shift shifts i32 or i64, not {}", name(value->type)));
    ExprPtr shift = check(expr.args[1], Type::I32);
    if (shift->type != Type::I32)
      fail(*shift,
           fmt::format("the shift of round_shift is {}, it must be i32", name(shift->type)));
    if (shift->kind == ExprKind::Literal && (shift->literal < 0 || shift->literal > 63))
      fail(*shift,
           fmt::format("the shift of round_shift is {}, it must be in 0..63", shift->literal));
    return with(expr, value->type, {value, shift});
  }

  static void check_argument_count(const Expr& expr) {
    const Builtin* builtin = find_builtin(expr.text);
    if (!builtin) {
      std::string known;
      for (const Builtin& other : builtins())
        known += (known.empty() ? "" : ", ") + std::string(other.name);
      fail(expr, fmt::format("unknown function '{}' (there are {})", expr.text, known));
    }
    if (expr.args.size() != builtin->arguments)
      fail(expr, fmt::format("{} takes {} argument{}, not {}", expr.text, builtin->arguments,
                             builtin->arguments == 1 ? "" : "s", expr.args.size()));
    constexpr Op done[] = {Op::Convert, Op::Min, Op::Max, Op::Clamp, Op::Select, Op::RoundShift};
    if (std::find(std::begin(done), std::end(done), builtin->op) == std::end(done))
      fail(expr, fmt::format("{} is not computed in this version", expr.text));
  }

  static std::optional<Type> conversion(std::string_view function) {
    const Builtin* builtin = find_builtin(function);
    return builtin && builtin->op == Op::Convert ? builtin->target : std::nullopt;
  }

  /// Types the arguments, literals last; all must agree.
  std::vector<ExprPtr> same_type(const Expr& at, const std::vector<ExprPtr>& args,
                                 std::optional<Type> wanted) {
    std::vector<ExprPtr> typed(args.size());
    std::optional<Type> type;
    for (std::size_t i = 0; i < args.size(); ++i) {
      if (is_flexible(*args[i]))
        continue;
      typed[i] = check(args[i], wanted);
      if (type && *type != typed[i]->type)
        fail(at, fmt::format("'{}' gets {} and {}: the types must be equal", at.text, name(*type),
                             name(typed[i]->type)));
      type = typed[i]->type;
    }
    for (std::size_t i = 0; i < args.size(); ++i)
      if (!typed[i])
        typed[i] = check(args[i], type ? type : wanted);
    return typed;
  }

  /// Does the type of the expression follow from its place, because it is made of literals alone?
  static bool is_flexible(const Expr& expr) {
    switch (expr.kind) {
    case ExprKind::Literal:
      return true;
    case ExprKind::Name:
      return false;
    case ExprKind::Unary:
      return is_flexible(*expr.args[0]);
    case ExprKind::Binary:
      return !compares(expr.text) && is_flexible(*expr.args[0]) && is_flexible(*expr.args[1]);
    case ExprKind::Let:
    case ExprKind::Index:
    case ExprKind::Apply:
      return false;
    case ExprKind::Call:
      break;
    }
    if (expr.text == "round_shift")
      return !expr.args.empty() && is_flexible(*expr.args[0]);
    if (conversion(expr.text))
      return false;
    std::size_t first = expr.text == "select" ? 1 : 0;
    for (std::size_t i = first; i < expr.args.size(); ++i)
      if (!is_flexible(*expr.args[i]))
        return false;
    return true;
  }

  const std::vector<Symbol>& symbols_;
};

} // namespace

ExprPtr type_check(const ExprPtr& expr, const Scope& scope, std::optional<Type> wanted) {
  return Checker(scope.symbols).check(expr, wanted);
}

ExprPtr type_check(const ExprPtr& expr, const std::vector<Symbol>& symbols,
                   std::optional<Type> wanted) {
  return Checker(symbols).check(expr, wanted);
}

} // namespace npuforge::isa
