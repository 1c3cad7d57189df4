// Typed expressions as SystemVerilog functions: every node becomes a variable of its own width and
// signedness, so that no operand is ever widened by its context.

#include <map>
#include <stdexcept>

#include <fmt/format.h>

#include "operators.h"
#include "sv_print.h"

namespace npuforge::isa::sv {
namespace {

std::string declaration(Type type) {
  return type == Type::Bool ? "logic" : fmt::format("logic signed [{}:0]", bits_of(type) - 1);
}

class Printer {
public:
  std::string variables, statements;
  std::vector<std::pair<std::string, Type>> names; ///< in the order of first use

  /// The variable that holds the node's value.
  std::string print(const Expr& expr) {
    if (expr.kind == ExprKind::Name)
      return use(expr);
    std::vector<std::string> args;
    for (const ExprPtr& arg : expr.args)
      args.push_back(print(*arg));
    std::string variable = fmt::format("t{}", count_++);
    variables += fmt::format("    {} {};\n", declaration(expr.type), variable);
    statements += fmt::format("    {} = {};\n", variable, value(expr, args));
    return variable;
  }

private:
  int count_ = 0;

  std::string use(const Expr& expr) {
    for (size_t i = 0; i < names.size(); ++i)
      if (names[i].first == expr.text)
        return fmt::format("x{}", i);
    names.emplace_back(expr.text, expr.type);
    return fmt::format("x{}", names.size() - 1);
  }

  static std::string literal(const Expr& expr) {
    int bits = bits_of(expr.type);
    uint64_t mask = bits == 64 ? ~uint64_t{0} : (uint64_t{1} << bits) - 1;
    return fmt::format("{}'{}h{:x}", bits, expr.type == Type::Bool ? "" : "s",
                       static_cast<uint64_t>(expr.literal) & mask);
  }

  static std::string convert(const Expr& expr, const std::string& arg) {
    int to = bits_of(expr.type), from = bits_of(expr.args[0]->type);
    if (from == 1)
      return fmt::format("{{{}'d0, {}}}", to - 1, arg);
    return to <= from ? fmt::format("{}[{}:0]", arg, to - 1) : fmt::format("{}'({})", to, arg);
  }

  static std::string value(const Expr& expr, const std::vector<std::string>& a) {
    int count_bits = bits_of(expr.type) == 8 ? 3 : bits_of(expr.type) == 32 ? 5 : 6;
    auto infix = [&](const char* op) { return fmt::format("{} {} {}", a[0], op, a[1]); };
    switch (op_of(expr)) {
    case Op::Literal:
      return literal(expr);
    case Op::Negate:
      return "-" + a[0];
    case Op::Convert:
      return convert(expr, a[0]);
    case Op::Add:
      return infix("+");
    case Op::Sub:
      return infix("-");
    case Op::Mul:
      return infix("*");
    case Op::ShiftRight:
      return fmt::format("{} >>> {}[{}:0]", a[0], a[1], count_bits - 1);
    case Op::ShiftLeft:
      return fmt::format("{} << {}[{}:0]", a[0], a[1], count_bits - 1);
    case Op::And:
      return infix("&");
    case Op::Or:
      return infix("|");
    case Op::Xor:
      return infix("^");
    case Op::Less:
      return infix("<");
    case Op::LessEqual:
      return infix("<=");
    case Op::Greater:
      return infix(">");
    case Op::GreaterEqual:
      return infix(">=");
    case Op::Equal:
      return infix("==");
    case Op::NotEqual:
      return infix("!=");
    case Op::Min:
      return fmt::format("({0} < {1}) ? {0} : {1}", a[0], a[1]);
    case Op::Max:
      return fmt::format("({0} > {1}) ? {0} : {1}", a[0], a[1]);
    case Op::Clamp:
      return fmt::format("({0} > {1} ? {0} : {1}) > {2} ? {2} : ({0} > {1} ? {0} : {1})", a[0],
                         a[1], a[2]);
    case Op::Select:
      return fmt::format("{} ? {} : {}", a[0], a[1], a[2]);
    case Op::RoundShift:
      return round_shift(expr, a);
    default:
      break;
    }
    throw std::logic_error("no SystemVerilog for '" + expr.text + "'");
  }

  static std::string round_shift(const Expr& expr, const std::vector<std::string>& a) {
    int bits = bits_of(expr.type), count = bits_of(expr.args[1]->type);
    std::string wide = bits == 64 ? a[0] : fmt::format("64'({})", a[0]);
    std::string narrow = count < 6 ? fmt::format("6'({})", a[1]) : fmt::format("{}[5:0]", a[1]);
    std::string call = fmt::format("round_shift({}, {})", wide, narrow);
    return bits == 64 ? call : fmt::format("{}'({})", bits, call);
  }
};

} // namespace

PrintedFunction
print_function(const std::string& name, const Expr& expr,
               const std::function<std::string(const std::string&, Type)>& argument) {
  Printer printer;
  std::string result = printer.print(expr);
  std::string inputs, call;
  for (size_t i = 0; i < printer.names.size(); ++i) {
    auto& [text, type] = printer.names[i];
    inputs += fmt::format("{}\n      input {} x{}", i ? "," : "", declaration(type), i);
    call += (i ? ", " : "") + argument(text, type);
  }
  if (printer.names.empty()) { // a function needs an argument
    inputs = "\n      input logic unused";
    call = "1'b0";
  }
  PrintedFunction function;
  function.definition = fmt::format(
      "  function automatic {} {}({});\n{}{}    {} = {};\n  endfunction\n\n",
      declaration(expr.type), name, inputs, printer.variables, printer.statements, name, result);
  function.call = fmt::format("{}({})", name, call);
  return function;
}

std::string round_shift_function() {
  return R"(  // value / 2^n, ties to even: with value = q * 2^n + rest, up when 2 * rest + (q odd) exceeds 2^n.
  function automatic logic signed [63:0] round_shift(input logic signed [63:0] value, input logic [5:0] n);
    logic [63:0] unit, rest;
    logic signed [63:0] quotient;
    logic up;
    unit = 64'd1 << n;
    rest = value & (unit - 64'd1);
    quotient = value >>> n;
    up = {rest[62:0], quotient[0]} > unit;
    round_shift = quotient + {63'd0, up};
  endfunction

)";
}

} // namespace npuforge::isa::sv
