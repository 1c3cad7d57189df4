#include "sv_node.h"

#include <bit>

#include <fmt/format.h>

#include "npuforge/isa/generate.h"

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

constexpr const char* kHelpers[][2] = {
    {"round_shift",
     R"(  // value / 2^n, ties to even: with value = q * 2^n + rest, up when 2 * rest + (q odd) exceeds 2^n.
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

)"},
    {"sat_add_i64",
     R"(  function automatic logic signed [63:0] sat_add_i64(input logic signed [63:0] x, input logic signed [63:0] y);
    logic signed [63:0] sum;
    sum = x + y;
    sat_add_i64 = x[63] == y[63] && sum[63] != x[63] ? {x[63], {63{~x[63]}}} : sum;
  endfunction

)"},
    {"sat_sub_i64",
     R"(  function automatic logic signed [63:0] sat_sub_i64(input logic signed [63:0] x, input logic signed [63:0] y);
    logic signed [63:0] difference;
    difference = x - y;
    sat_sub_i64 = x[63] != y[63] && difference[63] != x[63] ? {x[63], {63{~x[63]}}} : difference;
  endfunction

)"},
    {"sat_mul_i64",
     R"(  function automatic logic signed [63:0] sat_mul_i64(input logic signed [63:0] x, input logic signed [63:0] y);
    logic signed [127:0] product;
    product = 128'(x) * 128'(y);
    sat_mul_i64 = product[127:63] != {65{product[127]}} ? {product[127], {63{~product[127]}}} : product[63:0];
  endfunction

)"},
    {"sat_mul_u32",
     R"(  function automatic logic [31:0] sat_mul_u32(input logic [31:0] x, input logic [31:0] y);
    logic [63:0] product;
    product = 64'(x) * 64'(y);
    sat_mul_u32 = product[63:32] != '0 ? 32'hffffffff : product[31:0];
  endfunction

)"},
};

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

std::string table_function_name(const Table& table) {
  return "table_" + table.name;
}

std::string table_function(const Table& table) {
  const int bits = std::bit_width(table.values.size()) - 1;
  const std::string name = table_function_name(table);
  std::string text =
      fmt::format("  function automatic {} {}(input logic [{}:0] index);\n    case (index)\n",
                  declaration(table.type), name, std::max(bits, 1) - 1);
  for (std::size_t i = 0; i < table.values.size(); ++i) {
    const bool last = i + 1 == table.values.size();
    const std::string label = last ? "default" : fmt::format("{}'d{}", std::max(bits, 1), i);
    text +=
        fmt::format("      {}: {} = {};\n", label, name, literal_text(table.values[i], table.type));
  }
  return text + "    endcase\n  endfunction\n\n";
}

std::string helper_functions(const std::string& text) {
  std::string functions;
  for (const auto& [name, definition] : kHelpers)
    if (text.find(std::string(name) + "(") != std::string::npos)
      functions += definition;
  return functions;
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
