// The spec's expressions: parse, type, print, and compute in both ways.
#include "npuforge/isa/expression.h"

#include <array>
#include <cstring>

#include "npuforge/isa/evaluate.h"

#include "fuzz.h"

namespace npuforge {
namespace {

using isa::Type;

const std::vector<isa::Symbol> kSymbols = {
    {"a", Type::I8},      {"b", Type::U8},          {"c", Type::I32},         {"x", Type::F32},
    {"h", Type::F16},     {"g", Type::BF16},        {"w", Type::I64},         {"f", Type::Bool},
    {"state", Type::I32}, {"src.steps", Type::I64}, {"array.rows", Type::I64}};

/// With a table `T` and a function `twice`.
const isa::Scope& scope() {
  static const isa::Scope whole = [] {
    isa::Scope scope{kSymbols, {}, {}, {}};
    scope.tables.push_back(std::make_shared<isa::Table>(isa::Table{"T", Type::I8, {1, -2}, ""}));
    isa::Function function;
    function.name = "twice";
    function.parameters = {{"y", Type::F32}};
    function.result = isa::type_check(isa::parse_expression("y * y + y"), function.parameters);
    scope.functions.push_back(std::make_shared<isa::Function>(function));
    return scope;
  }();
  return whole;
}

/// Whether two trees have the same shape; typing may have changed the types.
bool same_shape(const isa::Expr& a, const isa::Expr& b) {
  if (a.kind != b.kind || a.text != b.text || a.literal != b.literal ||
      a.args.size() != b.args.size())
    return false;
  for (size_t i = 0; i < a.args.size(); ++i)
    if (!same_shape(*a.args[i], *b.args[i]))
      return false;
  return true;
}

int64_t value_of(size_t symbol, size_t row) {
  static constexpr std::array<int64_t, 6> kCorners = {0, 1, -1, INT64_MIN, INT64_MAX, 77};
  const int64_t value = kCorners[(symbol + row) % kCorners.size()];
  const Type type = kSymbols[symbol].type;
  const int bits = isa::bits_of(type);
  if (bits == 64)
    return value;
  const int64_t low = (value ^ value >> (64 - bits)) & ((int64_t{1} << bits) - 1);
  const bool negative = isa::is_signed(type) && low >> (bits - 1);
  return negative ? low - (int64_t{1} << bits) : low;
}

/// The block evaluator agrees with the one for scalars.
void check_values(const isa::Expr& expr) {
  constexpr size_t kRows = 6;
  std::vector<std::vector<std::byte>> columns;
  std::vector<const void*> inputs;
  for (size_t s = 0; s < kSymbols.size(); ++s) {
    const size_t bytes = isa::bytes_of(kSymbols[s].type);
    std::vector<std::byte>& column = columns.emplace_back(kRows * bytes);
    for (size_t row = 0; row < kRows; ++row) {
      const int64_t value = value_of(s, row);
      std::memcpy(&column[row * bytes], &value, bytes);
    }
    inputs.push_back(column.data());
  }
  const size_t bytes = isa::bytes_of(expr.type);
  std::vector<std::byte> block(kRows * bytes);
  constexpr int kLanes = 3;
  isa::Kernel(expr, kSymbols, kLanes).run(inputs, block.data(), kRows);
  for (size_t row = 0; row < kRows; ++row) {
    const int lane = static_cast<int>(row % kLanes);
    const isa::LaneLookup lookup = [&](std::string_view name, int l) {
      for (size_t s = 0; s < kSymbols.size(); ++s)
        if (kSymbols[s].name == name)
          return value_of(s, row - lane + l);
      fuzz::require(false, "only known names are looked up");
      return int64_t{0};
    };
    const int64_t scalar = isa::evaluate(expr, lookup, lane, kLanes);
    fuzz::require(std::memcmp(&scalar, &block[row * bytes], bytes) == 0,
                  "blocks and scalars have the same value");
  }
}

} // namespace
} // namespace npuforge

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace npuforge;
  try {
    isa::ExprPtr parsed = isa::parse_expression(fuzz::text_of(data, size));
    std::string text = isa::print(*parsed);
    if (text.size() <= 4096) // what is longer is refused, as any other text
      fuzz::require(same_shape(*isa::parse_expression(text), *parsed), "parse(print(e)) == e");
    isa::ExprPtr typed = isa::type_check(parsed, scope());
    fuzz::require(isa::equal(*typed, *isa::type_check(parsed, scope())), "typing is a function");
    check_values(*typed);
  } catch (const isa::ExprError& error) {
    fuzz::require(!error.message.empty() && error.column >= 0, "a refusal says what and where");
  }
  return 0;
}
