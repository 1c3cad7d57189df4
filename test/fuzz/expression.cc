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
    {"a", Type::I8},      {"b", Type::I8},          {"c", Type::I32},         {"x", Type::I32},
    {"state", Type::I32}, {"src.steps", Type::I64}, {"array.rows", Type::I64}};

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
  int64_t value = kCorners[(symbol + row) % kCorners.size()];
  switch (kSymbols[symbol].type) {
  case Type::I8:
    return static_cast<int8_t>(value ^ (value >> 56));
  case Type::I32:
    return static_cast<int32_t>(value ^ (value >> 32));
  default:
    return value;
  }
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
  isa::Kernel(expr, kSymbols).run(inputs, block.data(), kRows);
  for (size_t row = 0; row < kRows; ++row) {
    int64_t scalar = isa::evaluate(expr, [&](std::string_view name) {
      for (size_t s = 0; s < kSymbols.size(); ++s)
        if (kSymbols[s].name == name)
          return value_of(s, row);
      fuzz::require(false, "only known names are looked up");
      return int64_t{0};
    });
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
    isa::ExprPtr typed = isa::type_check(parsed, kSymbols);
    fuzz::require(isa::equal(*typed, *isa::type_check(parsed, kSymbols)), "typing is a function");
    check_values(*typed);
  } catch (const isa::ExprError& error) {
    fuzz::require(!error.message.empty() && error.column >= 0, "a refusal says what and where");
  }
  return 0;
}
