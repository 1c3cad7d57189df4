// Kernels against scalar evaluation, on random expressions and on those of the reference machine.
#include <gtest/gtest.h>

#include "npuforge/isa/evaluate.h"
#include "npuforge/isa/spec.h"

#include "random_expression.h"

namespace npuforge::isa {
namespace {

/// Columns of random values for the symbols.
struct Columns {
  Columns(const std::vector<Symbol>& symbols, int64_t count, RandomExpression& random) {
    for (const Symbol& symbol : symbols) {
      names.push_back(symbol.name);
      auto& column = values.emplace_back();
      for (int64_t i = 0; i < count; ++i)
        column.push_back(random.value(symbol.type));
    }
    for (const auto& column : values)
      pointers.push_back(column.data());
  }
  int64_t at(std::string_view name, int64_t row) const {
    return values[std::find(names.begin(), names.end(), name) - names.begin()][row];
  }
  std::vector<std::string> names;
  std::vector<std::vector<int64_t>> values;
  std::vector<const int64_t*> pointers;
};

void expect_same(const ExprPtr& expr, const std::vector<Symbol>& symbols, int64_t count,
                 RandomExpression& random) {
  Columns columns(symbols, count, random);
  Kernel kernel(*expr, columns.names);
  constexpr int64_t kGuard = 0x5a5a5a5a;
  std::vector<int64_t> output(count + 1, kGuard);
  kernel.run(columns.pointers, output.data(), count);
  for (int64_t i = 0; i < count; ++i)
    ASSERT_EQ(output[i],
              evaluate(*expr, [&](std::string_view name) { return columns.at(name, i); }))
        << print(*expr) << " row " << i;
  EXPECT_EQ(output[count], kGuard) << "the kernel writes beyond its output";
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
  EXPECT_THROW(Kernel(*expr, {"byte_a"}), std::invalid_argument);
}

TEST(Kernel, EqualsScalarEvaluationOnTheReferenceMachine) {
  Spec spec = load_spec(find_machine("edge16"));
  RandomExpression random(9);
  int expressions = 0;
  for (const Instruction& instruction : spec.instructions) {
    std::vector<Symbol> symbols{{"state", Type::I32}};
    for (const Operand& operand : instruction.operands)
      symbols.push_back(
          {operand.name, operand.kind == OperandKind::Stream ? operand.type : Type::I32});
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
