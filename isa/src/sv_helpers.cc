#include "sv_helpers.h"

#include <algorithm>
#include <bit>

#include <fmt/format.h>

#include "sv_node.h"

namespace npuforge::isa::sv {
namespace {

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

std::string table_function_name(const Table& table) {
  return "table_" + table.name;
}

std::string table_function(const Table& table) {
  const int bits = std::bit_width(table.values.size()) - 1;
  const std::string name = table_function_name(table);
  // Entries are data: which of them a program reads says nothing about the hardware.
  std::string text =
      fmt::format("  /* verilator coverage_off */\n"
                  "  function automatic {} {}(input logic [{}:0] index);\n    case (index)\n",
                  declaration(table.type), name, std::max(bits, 1) - 1);
  for (std::size_t i = 0; i < table.values.size(); ++i) {
    const bool last = i + 1 == table.values.size();
    const std::string label = last ? "default" : fmt::format("{}'d{}", std::max(bits, 1), i);
    text +=
        fmt::format("      {}: {} = {};\n", label, name, literal_text(table.values[i], table.type));
  }
  return text + "    endcase\n  endfunction\n  /* verilator coverage_on */\n\n";
}

std::string helper_functions(const std::string& text) {
  std::string functions;
  for (const auto& [name, definition] : kHelpers)
    if (text.find(std::string(name) + "(") != std::string::npos)
      functions += definition;
  return functions;
}

} // namespace npuforge::isa::sv
