// Typing of expressions. A literal has no type of its own: it takes that of the other side, or the
// one the place asks for.
#include <algorithm>
#include <optional>

#include <fmt/format.h>

#include "npuforge/isa/expression.h"

#include "expression_rules.h"
#include "operators.h"
#include "round_real.h"

namespace npuforge::isa {
namespace {

[[noreturn]] void fail(const Expr& at, std::string message) {
  throw ExprError{std::move(message), at.column};
}

template <class Items, class Name>
std::string names_of(const Items& items, Name name) {
  std::string text;
  for (const auto& item : items)
    text += (text.empty() ? "" : ", ") + std::string(name(item));
  return text.empty() ? "none" : text;
}

class Checker {
public:
  explicit Checker(const Scope& scope) : scope_(scope) {}

  ExprPtr check(const ExprPtr& expr, std::optional<Type> wanted) {
    switch (expr->kind) {
    case ExprKind::Literal:
      return check_literal(*expr, wanted.value_or(is_float(expr->type) ? Type::F32 : Type::I64));
    case ExprKind::Name:
      return check_name(*expr);
    case ExprKind::Unary:
      return check_unary(*expr, wanted);
    case ExprKind::Binary:
      return check_binary(*expr, wanted);
    case ExprKind::Index:
      return check_index(*expr);
    case ExprKind::Call:
      return check_call(*expr, wanted);
    case ExprKind::Let:
    case ExprKind::Apply:
      break; // only typed expressions have them
    }
    fail(*expr, "unknown kind of expression");
  }

private:
  static ExprPtr with(const Expr& expr, Type type, std::vector<ExprPtr> args) {
    auto node = std::make_shared<Expr>(expr);
    node->type = type;
    node->args = std::move(args);
    return node;
  }

  static ExprPtr check_literal(const Expr& expr, Type type) {
    auto node = std::make_shared<Expr>(expr);
    std::optional<int64_t> value;
    if (is_float(expr.type) && is_float(type))
      value = round_literal(type, expr.text);
    else if (is_float(type))
      value = exact_float(type, expr.literal);
    else if (!is_float(expr.type) && type != Type::Bool && fits(expr.literal, type))
      value = expr.literal;
    if (!value)
      fail(expr, fmt::format("{} is not a value of type {}", expr.text, name(type)));
    node->literal = *value;
    node->type = type;
    return node;
  }

  ExprPtr check_name(const Expr& expr) {
    for (auto let = scope_.lets.rbegin(); let != scope_.lets.rend(); ++let)
      if ((*let)->text == expr.text)
        return use_let(expr, *let);
    for (const Symbol& symbol : scope_.symbols)
      if (symbol.name == expr.text)
        return with(expr, symbol.type, {});
    std::string known = names_of(scope_.symbols, [](const Symbol& s) { return s.name; });
    if (!scope_.lets.empty())
      known += "; lets: " + names_of(scope_.lets, [](const ExprPtr& let) { return let->text; });
    fail(expr, fmt::format("unknown name '{}' (known here: {})", expr.text, known));
  }

  ExprPtr use_let(const Expr& expr, const ExprPtr& let) {
    for (const Symbol& used : names_in(*let))
      if (std::none_of(scope_.symbols.begin(), scope_.symbols.end(),
                       [&](const Symbol& symbol) { return symbol.name == used.name; }))
        fail(expr, fmt::format("'{}' stands for an expression that names '{}', which is not known "
                               "here",
                               expr.text, used.name));
    return let;
  }

  ExprPtr check_unary(const Expr& expr, std::optional<Type> wanted) {
    ExprPtr arg = check(expr.args[0], wanted);
    if (arg->type == Type::Bool)
      fail(expr, "'-' needs a number, not a bool");
    return with(expr, arg->type, {arg});
  }

  ExprPtr check_binary(const Expr& expr, std::optional<Type> wanted) {
    const Op op = op_of(expr);
    const bool comparison = is_comparison(op);
    std::vector<ExprPtr> args = same_type(expr, expr.args, comparison ? std::nullopt : wanted);
    const Type type = args[0]->type;
    require(expr, argument_rule(op), type, fmt::format("'{}'", expr.text));
    return with(expr, comparison ? Type::Bool : type, std::move(args));
  }

  ExprPtr check_index(const Expr& expr) {
    for (const TablePtr& table : scope_.tables) {
      if (table->name != expr.text)
        continue;
      ExprPtr index =
          check(expr.args[0], is_flexible(*expr.args[0]) ? std::optional(Type::I32) : std::nullopt);
      if (index->type != Type::I32 && index->type != Type::U32)
        fail(*expr.args[0], fmt::format("the index of table '{}' is {}, it must be i32 or u32",
                                        expr.text, name(index->type)));
      auto node = std::make_shared<Expr>(expr);
      node->type = table->type;
      node->args = {index};
      node->table = table;
      return node;
    }
    fail(expr, fmt::format("unknown table '{}' (there are {})", expr.text,
                           names_of(scope_.tables, [](const TablePtr& t) { return t->name; })));
  }

  ExprPtr check_call(const Expr& expr, std::optional<Type> wanted) {
    for (const FunctionPtr& function : scope_.functions)
      if (function->name == expr.text)
        return check_apply(expr, function);
    const Builtin* builtin = find_builtin(expr.text);
    if (!builtin)
      fail(expr, unknown_function(expr.text));
    check_count(expr, builtin->arguments);
    switch (builtin->op) {
    case Op::Convert:
      return check_convert(expr, *builtin->target);
    case Op::Saturate:
      return check_saturate(expr, *builtin->target);
    case Op::Bitcast:
      return check_bitcast(expr, *builtin->target);
    case Op::Select:
      return check_select(expr, wanted);
    case Op::RoundShift:
      return check_round_shift(expr, wanted);
    case Op::CeilDiv:
      return check_ceil_div(expr, wanted);
    case Op::LaneIndex:
      return with(expr, Type::I32, {});
    default:
      return check_same(expr, builtin->op, wanted);
    }
  }

  /// Functions whose arguments and result all have one type.
  ExprPtr check_same(const Expr& expr, Op op, std::optional<Type> wanted) {
    std::vector<ExprPtr> args = same_type(expr, expr.args, wanted);
    const Type type = args[0]->type;
    require(expr, argument_rule(op), type, expr.text);
    return with(expr, type, std::move(args));
  }

  ExprPtr check_apply(const Expr& expr, const FunctionPtr& function) {
    check_count(expr, function->parameters.size());
    auto node = std::make_shared<Expr>(expr);
    node->kind = ExprKind::Apply;
    node->type = function->result->type;
    node->function = function;
    for (std::size_t i = 0; i < expr.args.size(); ++i) {
      const Symbol& parameter = function->parameters[i];
      const ExprPtr& arg = expr.args[i];
      const bool literal = is_flexible(*arg) && parameter.type != Type::Bool;
      node->args[i] = check(arg, literal ? std::optional(parameter.type) : std::nullopt);
      if (node->args[i]->type != parameter.type)
        fail(*arg, fmt::format("argument '{}' of {} is {}, it must be {}", parameter.name,
                               expr.text, name(node->args[i]->type), name(parameter.type)));
    }
    return node;
  }

  ExprPtr check_convert(const Expr& expr, Type target) {
    // A literal is converted as it stands: i8(-128), f32(0.1); anything else brings its own type.
    const bool literal = is_flexible(*expr.args[0]);
    ExprPtr arg = check(expr.args[0], literal ? std::optional(target) : std::nullopt);
    if (arg->type == Type::Bool && is_float(target))
      fail(expr,
           fmt::format("{} needs a number, not a bool; select(x, 1, 0) gives one", expr.text));
    return with(expr, target, {arg});
  }

  ExprPtr check_saturate(const Expr& expr, Type target) {
    ExprPtr arg = check(expr.args[0], std::nullopt);
    if (!is_integer(arg->type))
      fail(expr, fmt::format("{} needs an integer, not {}{}", expr.text, name(arg->type),
                             is_float(arg->type)
                                 ? fmt::format(" ({}(x) rounds and saturates it)", name(target))
                                 : ""));
    return with(expr, target, {arg});
  }

  /// The bits of a literal are a u32, or an i16 where there are 16 of them.
  ExprPtr check_bitcast(const Expr& expr, Type target) {
    const Type bits = bits_of(target) == 32 ? Type::U32 : Type::I16;
    const bool literal = is_flexible(*expr.args[0]);
    const bool real = literal && has_float_literal(*expr.args[0]);
    ExprPtr arg = check(expr.args[0], literal && !real ? std::optional(bits) : std::nullopt);
    if (arg->type == Type::Bool || bits_of(arg->type) != bits_of(target))
      fail(expr, fmt::format("{} needs a number of {} bits, not {}", expr.text, bits_of(target),
                             name(arg->type)));
    return with(expr, target, {arg});
  }

  ExprPtr check_select(const Expr& expr, std::optional<Type> wanted) {
    ExprPtr condition = check(expr.args[0], std::nullopt);
    if (condition->type != Type::Bool)
      fail(*expr.args[0],
           fmt::format("the condition of select is {}, it must be bool", name(condition->type)));
    std::vector<ExprPtr> args = same_type(expr, {expr.args[1], expr.args[2]}, wanted);
    const Type type = args[0]->type;
    return with(expr, type, {condition, args[0], args[1]});
  }

  ExprPtr check_round_shift(const Expr& expr, std::optional<Type> wanted) {
    ExprPtr value = check(expr.args[0], wanted);
    if (value->type != Type::I32 && value->type != Type::I64)
      fail(*expr.args[0], fmt::format("round_shift shifts i32 or i64, not {}", name(value->type)));
    ExprPtr shift = check(expr.args[1], Type::I32);
    if (shift->type != Type::I32)
      fail(*expr.args[1],
           fmt::format("the shift of round_shift is {}, it must be i32", name(shift->type)));
    if (shift->kind == ExprKind::Literal && (shift->literal < 0 || shift->literal > 63))
      fail(*expr.args[1],
           fmt::format("the shift of round_shift is {}, it must be in 0..63", shift->literal));
    return with(expr, value->type, {value, shift});
  }

  /// Hardware has no division: the divisor is a size of the machine, whose names have a dot.
  ExprPtr check_ceil_div(const Expr& expr, std::optional<Type> wanted) {
    ExprPtr value = check(expr.args[0], wanted);
    ExprPtr divisor = check(expr.args[1], value->type);
    if (value->type != Type::I64)
      fail(*expr.args[0], fmt::format("ceil_div divides i64, not {}", name(value->type)));
    if (divisor->kind != ExprKind::Name || divisor->text.find('.') == std::string::npos)
      fail(*expr.args[1], "ceil_div divides by a size of the machine, such as array.cols");
    return with(expr, Type::I64, {value, divisor});
  }

  // --- what the rules share ---
  static void require(const Expr& expr, ArgumentRule rule, Type type, const std::string& what) {
    if (!allows(rule, type))
      fail(expr, fmt::format("{} needs {}, not {}", what, describe(rule),
                             type == Type::Bool ? "bools" : name(type)));
  }

  static void check_count(const Expr& expr, std::size_t count) {
    if (expr.args.size() != count)
      fail(expr, fmt::format("{} takes {} argument{}, not {}", expr.text, count,
                             count == 1 ? "" : "s", expr.args.size()));
  }

  std::string unknown_function(const std::string& function) const {
    std::string known = names_of(builtins(), [](const Builtin& b) { return b.name; });
    if (!scope_.functions.empty())
      known += "; of this spec: " +
               names_of(scope_.functions, [](const FunctionPtr& f) { return f->name; });
    return fmt::format("unknown function '{}' (there are {})", function, known);
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
    if (!type)
      type = wanted;
    if (!type && std::any_of(args.begin(), args.end(),
                             [](const ExprPtr& arg) { return has_float_literal(*arg); }))
      type = Type::F32;
    for (std::size_t i = 0; i < args.size(); ++i)
      if (!typed[i])
        typed[i] = check(args[i], type);
    return typed;
  }

  const Scope& scope_;
};

} // namespace

ExprPtr type_check(const ExprPtr& expr, const Scope& scope, std::optional<Type> wanted) {
  return Checker(scope).check(expr, wanted);
}

ExprPtr type_check(const ExprPtr& expr, const std::vector<Symbol>& symbols,
                   std::optional<Type> wanted) {
  return type_check(expr, Scope{symbols, {}, {}, {}}, wanted);
}

} // namespace npuforge::isa
