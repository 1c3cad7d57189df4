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
                 RandomExpression& random, int lanes = 1) {
  Columns columns(symbols, count, random);
  const int bytes = bytes_of(expr->type);
  constexpr std::byte kGuard{0x5a};
  std::vector<std::byte> output(count * bytes + 1, kGuard);
  Kernel(*expr, symbols, lanes).run(columns.pointers, output.data(), count);
  for (int64_t i = 0; i < count; ++i) {
    const int lane = static_cast<int>(i % lanes);
    const LaneLookup lookup = [&](std::string_view name, int l) {
      return columns.at(name, i - lane + l);
    };
    const int64_t expected = evaluate(*expr, lookup, lane, lanes);
    ASSERT_EQ(std::memcmp(&output[i * bytes], &expected, bytes), 0)
        << print(*expr) << " row " << i << ", expected " << expected;
  }
  EXPECT_EQ(output.back(), kGuard) << "the kernel writes beyond its output";
}

TEST(Kernel, EqualsScalarEvaluationOnRandomExpressions) {
  RandomExpression random(5);
  const Scope scope = random_scope();
  for (int round = 0; round < 4000; ++round) {
    ExprPtr expr = type_check(parse_expression(random.make(random.any_type(), 5)), scope);
    expect_same(expr, random_symbols(), random.number(0, 20), random);
  }
}

TEST(Kernel, CombinesTheLanesOfEachRow) {
  RandomExpression random(7);
  const Scope scope = random_scope();
  for (int round = 0; round < 400; ++round) {
    const int lanes = static_cast<int>(random.number(1, 9));
    ExprPtr expr = type_check(parse_expression(random.make_for_rows(random.any_type(), 4)), scope);
    expect_same(expr, random_symbols(), random.number(0, 3) * lanes, random, lanes);
  }
  ExprPtr sum = type_check(parse_expression("lane_sum(xi32_a) + lane_index()"), scope);
  for (int lanes : {1, 3, 20, 128})
    expect_same(sum, random_symbols(), 1200 / lanes * lanes, random, lanes);
}

TEST(Kernel, ComputesALetOnce) {
  // A chain of 64 lets, each of which uses the one before twice, has 2^64 paths.
  Scope scope{random_symbols(), {}, {}, {}};
  ExprPtr value = type_check(parse_expression("xi32_a"), scope);
  for (int i = 0; i < 64; ++i) {
    auto let = std::make_shared<Expr>();
    let->kind = ExprKind::Let;
    let->text = "x";
    let->type = value->type;
    let->args = {value};
    scope.lets = {let};
    value = type_check(parse_expression("x + x - 1"), scope);
  }
  RandomExpression random(10);
  expect_same(value, random_symbols(), 100, random);
}

TEST(Kernel, TakesAnyCount) {
  RandomExpression random(6);
  ExprPtr expr = type_check(
      parse_expression("clamp(round_shift(xi64_a * xi64_b + 1, xi32_a), i64(xi8_a), xi64_b)"),
      random_symbols());
  for (int64_t count : {0, 1, 2, 255, 256, 257, 511, 512, 513, 1000, 5000})
    expect_same(expr, random_symbols(), count, random);
}

TEST(Kernel, CopiesANameAndALiteral) {
  RandomExpression random(8);
  expect_same(type_check(parse_expression("xi32_b"), random_symbols()), random_symbols(), 300,
              random);
  expect_same(type_check(parse_expression("-7"), random_symbols()), random_symbols(), 300, random);
  expect_same(type_check(parse_expression("i64(xi8_a)"), random_symbols()), random_symbols(), 300,
              random);
}

TEST(Kernel, RefusesANameThatIsNoInput) {
  ExprPtr expr = type_check(parse_expression("xi8_a + xi8_b"), random_symbols());
  EXPECT_THROW(Kernel(*expr, {{"xi8_a", Type::I8}}), std::invalid_argument);
  EXPECT_THROW(Kernel(*expr, {{"xi8_a", Type::I8}, {"xi8_b", Type::I32}}), std::invalid_argument);
}

class MachineKernel : public testing::TestWithParam<const char*> {};

TEST_P(MachineKernel, EqualsScalarEvaluation) {
  Spec spec = load_spec(find_machine(GetParam()));
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

INSTANTIATE_TEST_SUITE_P(Machines, MachineKernel, testing::Values("edge16", "npu16"));

} // namespace
} // namespace npuforge::isa
