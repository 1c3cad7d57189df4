// Kernels against scalar evaluation, on random expressions and on those of the reference machine.
#include <cstring>

#include <gtest/gtest.h>

#include "npuforge/isa/evaluate.h"
#include "npuforge/isa/spec.h"

#include "random_expression.h"

namespace npuforge::isa {
namespace {

/// Columns of random values for the symbols, stored as their types.
struct Columns {
  Columns(const std::vector<Symbol>& symbols, int64_t count, RandomExpression& random)
      : symbols(symbols) {
    for (const Symbol& symbol : symbols) {
      auto& column = values.emplace_back();
      auto& bytes = stored.emplace_back(count * bytes_of(symbol.type) + 1);
      for (int64_t i = 0; i < count; ++i) {
        column.push_back(random.value(symbol.type));
        std::memcpy(&bytes[i * bytes_of(symbol.type)], &column.back(), bytes_of(symbol.type));
      }
    }
    for (const auto& column : stored)
      pointers.push_back(column.data());
  }
  int64_t at(std::string_view name, int64_t row) const {
    for (std::size_t s = 0; s < symbols.size(); ++s)
      if (symbols[s].name == name)
        return values[s][row];
    throw std::logic_error("unknown name");
  }
  std::vector<Symbol> symbols;
  std::vector<std::vector<int64_t>> values;
  std::vector<std::vector<std::byte>> stored;
  std::vector<const void*> pointers;
};

void expect_same(const ExprPtr& expr, const std::vector<Symbol>& symbols, int64_t count,
                 RandomExpression& random) {
  Columns columns(symbols, count, random);
  const int bytes = bytes_of(expr->type);
  constexpr std::byte kGuard{0x5a};
  std::vector<std::byte> output(count * bytes + 1, kGuard);
  Kernel(*expr, symbols).run(columns.pointers, output.data(), count);
  for (int64_t i = 0; i < count; ++i) {
    int64_t expected = evaluate(*expr, [&](std::string_view name) { return columns.at(name, i); });
    ASSERT_EQ(std::memcmp(&output[i * bytes], &expected, bytes), 0)
        << print(*expr) << " row " << i << ", expected " << expected;
  }
  EXPECT_EQ(output.back(), kGuard) << "the kernel writes beyond its output";
}

TEST(Kernel, EqualsScalarEvaluationOnRandomExpressions) {
  RandomExpression random(5);
  for (int round = 0; round < 4000; ++round) {
    ExprPtr expr =
        type_check(parse_expression(random.make(random.any_type(), 5)), random_symbols());
    expect_same(expr, random_symbols(), random.number(0, 20), random);
  }
}

TEST(Kernel, TakesAnyCount) {
  RandomExpression random(6);
  ExprPtr expr = type_check(
      parse_expression("clamp(round_shift(wide_a * wide_b + 1, word_a), i64(byte_a), wide_b)"),
      random_symbols());
  for (int64_t count : {0, 1, 2, 255, 256, 257, 511, 512, 513, 1000, 5000})
    expect_same(expr, random_symbols(), count, random);
}

TEST(Kernel, CopiesANameAndALiteral) {
  RandomExpression random(8);
  expect_same(type_check(parse_expression("word_b"), random_symbols()), random_symbols(), 300,
              random);
  expect_same(type_check(parse_expression("-7"), random_symbols()), random_symbols(), 300, random);
  expect_same(type_check(parse_expression("i64(byte_a)"), random_symbols()), random_symbols(), 300,
              random);
}

TEST(Kernel, RefusesANameThatIsNoInput) {
  ExprPtr expr = type_check(parse_expression("byte_a + byte_b"), random_symbols());
  EXPECT_THROW(Kernel(*expr, {{"byte_a", Type::I8}}), std::invalid_argument);
  EXPECT_THROW(Kernel(*expr, {{"byte_a", Type::I8}, {"byte_b", Type::I32}}), std::invalid_argument);
}

TEST(Kernel, EqualsScalarEvaluationOnTheReferenceMachine) {
  Spec spec = load_spec(find_machine("edge16"));
  RandomExpression random(9);
  int expressions = 0;
  for (const Instruction& instruction : spec.instructions) {
    std::vector<Symbol> symbols{{"state", instruction.state}};
    for (const Operand& operand : instruction.operands)
      symbols.push_back({operand.name, operand.type});
    for (const ExprPtr& expr :
         {instruction.condition, instruction.init, instruction.step, instruction.result}) {
      if (!expr)
        continue;
      expect_same(expr, symbols, 600, random);
      ++expressions;
    }
  }
  EXPECT_GT(expressions, 20);
}

} // namespace
} // namespace npuforge::isa
