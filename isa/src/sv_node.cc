#include "sv_node.h"

#include <bit>

#include <fmt/format.h>

#include "npuforge/isa/generate.h"

#include "sv_helpers.h"

namespace npuforge::isa::sv {
namespace {

using Args = std::vector<std::string>;

std::string package(Type type) {
  return fmt::format("fp_{}", name(type));
}

/// The low bits of a variable or literal.
std::string low_bits(const Graph& graph, int id, const std::string& text, int bits) {
  const Node& node = graph[id];
  if (node.op == Op::Literal)
    return fmt::format("{}'d{}", bits,
                       static_cast<uint64_t>(node.literal) & ((uint64_t{1} << bits) - 1));
  if (bits_of(node.type) == bits)
    return text;
  if (bits_of(node.type) < bits)
    return node.type == Type::Bool ? fmt::format("{{{}'d0, {}}}", bits - 1, text)
                                   : fmt::format("{}'({})", bits, text);
  return fmt::format("{}[{}:0]", text, bits - 1);
}

std::string resized(const Graph& graph, int id, const std::string& text, Type to) {
  if (graph[id].op == Op::Literal)
    return literal_text(graph[id].literal, to);
  return low_bits(graph, id, text, bits_of(to));
}

std::string saturate(const Graph& graph, int id, const std::string& arg, Type to) {
  const Type from = graph[id].type;
  const int64_t span = int64_t{1} << bits_of(to);
  const int64_t low = is_signed(to) ? -span / 2 : 0, high = low + span - 1;
  std::string text = resized(graph, id, arg, to);
  if (!fits(high, from) && !fits(low, from)) // every value of the argument
    return text;
  if (fits(high, from))
    text = fmt::format("{} > {} ? {} : {}", arg, literal_text(high, from), literal_text(high, to),
                       text);
  if (is_signed(from) && fits(low, from))
    text =
        fmt::format("{} < {} ? {} : {}", arg, literal_text(low, from), literal_text(low, to), text);
  return text;
}

std::string comparison(Op op, bool floats, const std::string& functions, const Args& a) {
  auto infix = [&](const char* text) { return fmt::format("{} {} {}", a[0], text, a[1]); };
  auto call = [&](const char* function, int x, int y) {
    return fmt::format("{}::{}({}, {})", functions, function, a[x], a[y]);
  };
  switch (op) {
  case Op::Less:
    return floats ? call("less", 0, 1) : infix("<");
  case Op::LessEqual:
    return floats ? call("less", 0, 1) + " || " + call("equal", 0, 1) : infix("<=");
  case Op::Greater:
    return floats ? call("less", 1, 0) : infix(">");
  case Op::GreaterEqual:
    return floats ? call("less", 1, 0) + " || " + call("equal", 0, 1) : infix(">=");
  case Op::Equal:
    return floats ? call("equal", 0, 1) : infix("==");
  default:
    return floats ? "!" + call("equal", 0, 1) : infix("!=");
  }
}

std::string minimum(Type type, const std::string& a, const std::string& b) {
  return is_float(type) ? fmt::format("{}::minimum({}, {})", package(type), a, b)
                        : fmt::format("({0} < {1} ? {0} : {1})", a, b);
}
std::string maximum(Type type, const std::string& a, const std::string& b) {
  return is_float(type) ? fmt::format("{}::maximum({}, {})", package(type), a, b)
                        : fmt::format("({0} > {1} ? {0} : {1})", a, b);
}

std::string round_shift(const Graph& graph, const Node& node, const Args& a) {
  const int bits = bits_of(node.type);
  const std::string call =
      fmt::format("round_shift({}, {})", resized(graph, node.args[0], a[0], Type::I64),
                  low_bits(graph, node.args[1], a[1], 6));
  return bits == 64 ? call : fmt::format("{}'({})", bits, call);
}

std::string shift(const Graph& graph, const Node& node, const char* text, const Args& a) {
  const int count_bits = std::bit_width(static_cast<unsigned>(bits_of(node.type))) - 1;
  return fmt::format("{} {} {}", a[0], text, low_bits(graph, node.args[1], a[1], count_bits));
}

/// A float with its sign inverted, a NaN too.
std::string inverted_sign(const Node& node, const std::string& arg) {
  const int top = bits_of(node.type) - 1;
  return fmt::format("{{~{0}[{1}], {0}[{2}:0]}}", arg, top, top - 1);
}

std::string long_word_function(Op op, Type type) {
  return fmt::format("{}_{}",
                     op == Op::SatAdd   ? "sat_add"
                     : op == Op::SatSub ? "sat_sub"
                                        : "sat_mul",
                     name(type));
}

} // namespace

std::string declaration(Type type) {
  return type == Type::Bool
             ? "logic"
             : fmt::format("logic {}[{}:0]", is_signed(type) ? "signed " : "", bits_of(type) - 1);
}

std::string literal_text(int64_t value, Type type) {
  const int bits = bits_of(type);
  const uint64_t mask = bits == 64 ? ~uint64_t{0} : (uint64_t{1} << bits) - 1;
  return fmt::format("{}'{}h{:x}", bits, is_signed(type) ? "s" : "",
                     static_cast<uint64_t>(value) & mask);
}

FloatFunction float_function(const Graph& graph, int id) {
  const Node& node = graph[id];
  const Type from = node.args.empty() ? node.type : graph[node.args[0]].type;
  auto own = [&](const char* function) {
    return fmt::format("{}::{}", package(node.type), function);
  };
  if (node.op == Op::Convert && node.type == from)
    return {};
  if (node.op == Op::Convert && is_float(node.type) && is_float(from))
    return {fmt::format("fp_{}_to_{}::convert", name(from), name(node.type)), {}};
  if (node.op == Op::Convert && is_float(node.type))
    return {fmt::format("{}::from_{}", package(node.type), name(from)), {}};
  if (node.op == Op::Convert && is_float(from))
    return {fmt::format("{}::to_{}", package(from), name(node.type)), {}};
  if (!is_float(node.type))
    return {};
  switch (node.op) {
  case Op::Add:
    return {own("add"), {}};
  case Op::Mul:
    return {own("mul"), {}};
  case Op::Fma:
    return {own("fma"), {}};
  case Op::Round:
    return {own("to_integral"), "2'd0"};
  case Op::Floor:
    return {own("to_integral"), "2'd1"};
  case Op::Ceil:
    return {own("to_integral"), "2'd2"};
  case Op::Trunc:
    return {own("to_integral"), "2'd3"};
  default:
    return {};
  }
}

std::string node_text(const Graph& graph, int id, const Args& a) {
  const Node& node = graph[id];
  const bool floats = is_float(node.args.empty() ? node.type : graph[node.args[0]].type);
  auto infix = [&](const char* op) { return fmt::format("{} {} {}", a[0], op, a[1]); };
  auto call = [&](const char* function) {
    return fmt::format("{}::{}({})", package(node.type), function, a[0]);
  };
  if (const FloatFunction function = float_function(graph, id); !function.name.empty())
    return fmt::format("{}({}{}{})", function.name, fmt::join(a, ", "),
                       function.mode.empty() ? "" : ", ", function.mode);
  switch (node.op) {
  case Op::Literal:
    return literal_text(node.literal, node.type);
  case Op::Negate:
    if (floats)
      return node.literal == kBitsOnly ? inverted_sign(node, a[0]) : call("negate");
    return "-" + a[0];
  case Op::Abs:
    if (floats)
      return call("absolute");
    return is_signed(node.type) ? fmt::format("{0}[{1}] ? -{0} : {0}", a[0], bits_of(node.type) - 1)
                                : a[0];
  case Op::Convert:
    if (floats) // to the same type
      return call("canonical");
    return resized(graph, node.args[0], a[0], node.type);
  case Op::Bitcast:
    return a[0];
  case Op::Saturate:
    return saturate(graph, node.args[0], a[0], node.type);
  case Op::SatAdd:
  case Op::SatSub:
  case Op::SatMul:
    return fmt::format("{}({}, {})", long_word_function(node.op, node.type), a[0], a[1]);
  case Op::Add:
    return infix("+");
  case Op::Sub:
    return infix("-");
  case Op::Mul:
    return infix("*");
  case Op::ShiftRight:
    return shift(graph, node, is_signed(node.type) ? ">>>" : ">>", a);
  case Op::ShiftLeft:
    return shift(graph, node, "<<", a);
  case Op::And:
    return infix("&");
  case Op::Or:
    return infix("|");
  case Op::Xor:
    return infix("^");
  case Op::Less:
  case Op::LessEqual:
  case Op::Greater:
  case Op::GreaterEqual:
  case Op::Equal:
  case Op::NotEqual:
    return comparison(node.op, floats, package(graph[node.args[0]].type), a);
  case Op::Min:
    return minimum(node.type, a[0], a[1]);
  case Op::Max:
    return maximum(node.type, a[0], a[1]);
  case Op::Clamp:
    return minimum(node.type, maximum(node.type, a[0], a[1]), a[2]);
  case Op::Select:
    return fmt::format("{} ? {} : {}", a[0], a[1], a[2]);
  case Op::RoundShift:
    return round_shift(graph, node, a);
  case Op::Index: {
    const int bits = std::max(1, static_cast<int>(std::bit_width(node.table->values.size())) - 1);
    return fmt::format("{}({})", table_function_name(*node.table),
                       low_bits(graph, node.args[0], a[0], bits));
  }
  default:
    throw GenerateError("the RTL has no operation for '" +
                        (node.text.empty() ? node.label : node.text) + "' here");
  }
}

} // namespace npuforge::isa::sv
