#include <map>
#include <random>

#include <gtest/gtest.h>

#include "npuforge/isa/evaluate.h"

namespace npuforge::isa {
namespace {

/// All names are of the type.
int64_t value_of(const char* text, Type type = Type::I32,
                 std::map<std::string, int64_t> names = {}) {
  std::vector<Symbol> symbols;
  for (const auto& [name, value] : names)
    symbols.push_back({name, type});
  ExprPtr expr = type_check(parse_expression(text), symbols, type);
  return evaluate(*expr, [&](std::string_view name) { return names.at(std::string(name)); });
}

TEST(Evaluate, ArithmeticWrapsInTheTypesOfItsOperands) {
  EXPECT_EQ(value_of("a + 1", Type::I8, {{"a", 127}}), -128);
  EXPECT_EQ(value_of("a - 1", Type::I8, {{"a", -128}}), 127);
  EXPECT_EQ(value_of("a * a", Type::I8, {{"a", 16}}), 0);
  EXPECT_EQ(value_of("-a", Type::I8, {{"a", -128}}), -128);
  EXPECT_EQ(value_of("a + 1", Type::I32, {{"a", INT32_MAX}}), INT32_MIN);
  EXPECT_EQ(value_of("a * a", Type::I32, {{"a", 65537}}), 131073);
  EXPECT_EQ(value_of("a + 1", Type::I64, {{"a", INT64_MAX}}), INT64_MIN);
  EXPECT_EQ(value_of("-a", Type::I64, {{"a", INT64_MIN}}), INT64_MIN);
  EXPECT_EQ(value_of("a << 7", Type::I8, {{"a", 3}}), -128);
}

TEST(Evaluate, ShiftsAreArithmeticAndCountModuloTheBits) {
  EXPECT_EQ(value_of("a >> 1", Type::I32, {{"a", -3}}), -2);
  EXPECT_EQ(value_of("a >> 33", Type::I32, {{"a", -4}}), -2);
  EXPECT_EQ(value_of("a >> 8", Type::I8, {{"a", 5}}), 5);
  EXPECT_EQ(value_of("a << 32", Type::I32, {{"a", 5}}), 5);
  EXPECT_EQ(value_of("a >> -1", Type::I32, {{"a", -1}}), -1);
  EXPECT_EQ(value_of("a >> 63", Type::I64, {{"a", INT64_MIN}}), -1);
}

TEST(Evaluate, ConversionsKeepTheLowBits) {
  EXPECT_EQ(value_of("i8(a)", Type::I32, {{"a", 200}}), -56);
  EXPECT_EQ(value_of("i32(i8(a))", Type::I32, {{"a", 0x1ff}}), -1);
  EXPECT_EQ(value_of("i64(a) * i64(a)", Type::I32, {{"a", INT32_MIN}}), int64_t{1} << 62);
  EXPECT_EQ(value_of("i32(a < 3)", Type::I32, {{"a", 2}}), 1);
}

TEST(Evaluate, ComparisonsAndChoices) {
  EXPECT_EQ(value_of("a < 0", Type::I32, {{"a", -1}}), 1);
  EXPECT_EQ(value_of("(a == 2) ^ (a >= 2)", Type::I32, {{"a", 2}}), 0);
  EXPECT_EQ(value_of("select(a > 0, a, -a)", Type::I32, {{"a", -7}}), 7);
  EXPECT_EQ(value_of("min(a, -5)", Type::I32, {{"a", -7}}), -7);
  EXPECT_EQ(value_of("max(a, -5)", Type::I32, {{"a", -7}}), -5);
  EXPECT_EQ(value_of("clamp(a, -5, 5)", Type::I32, {{"a", -7}}), -5);
  EXPECT_EQ(value_of("clamp(a, -5, 5)", Type::I32, {{"a", 9}}), 5);
  EXPECT_EQ(value_of("clamp(a, 5, -5)", Type::I32, {{"a", 0}}), -5); // the upper bound wins
  EXPECT_EQ(value_of("a & 12 | 1", Type::I32, {{"a", 6}}), 5);
}

/// Exact division in 128 bits, another way than the library's.
int64_t rounded(int64_t value, int shift) {
  __int128 unit = __int128{1} << shift;
  __int128 floor = value / unit;
  if (floor * unit > value)
    --floor;
  __int128 twice = 2 * (value - floor * unit);
  bool up = twice > unit || (twice == unit && floor % 2 != 0);
  return static_cast<int64_t>(floor + up);
}

TEST(RoundShift, RoundsHalfToEven) {
  EXPECT_EQ(round_shift_even(1, 1), 0);
  EXPECT_EQ(round_shift_even(3, 1), 2);
  EXPECT_EQ(round_shift_even(5, 1), 2);
  EXPECT_EQ(round_shift_even(-1, 1), 0);
  EXPECT_EQ(round_shift_even(-3, 1), -2);
  EXPECT_EQ(round_shift_even(-5, 1), -2);
  EXPECT_EQ(round_shift_even(6, 2), 2);
  EXPECT_EQ(round_shift_even(7, 2), 2);
  EXPECT_EQ(round_shift_even(123, 0), 123);
  EXPECT_EQ(round_shift_even(-123, 0), -123);
  EXPECT_EQ(round_shift_even(INT64_MAX, 63), 1);
  EXPECT_EQ(round_shift_even(INT64_MIN, 63), -1);
  EXPECT_EQ(round_shift_even(int64_t{1} << 62, 63), 0);
  EXPECT_EQ(round_shift_even((int64_t{1} << 62) + 1, 63), 1);
}

TEST(RoundShift, IsExactForAllShifts) {
  std::mt19937_64 random(3);
  for (int shift = 0; shift < 64; ++shift) {
    for (int64_t value :
         {INT64_MIN, INT64_MIN + 1, INT64_MAX, INT64_MAX - 1, int64_t{0}, int64_t{-1}, int64_t{1}})
      ASSERT_EQ(round_shift_even(value, shift), rounded(value, shift)) << value << " >> " << shift;
    for (int round = 0; round < 2000; ++round) {
      int64_t value = static_cast<int64_t>(random()) >> (random() % 64);
      if (shift > 0 && round % 2) // a tie, or next to one
        value = static_cast<int64_t>((static_cast<uint64_t>(value) << shift) +
                                     (uint64_t{1} << (shift - 1)) + random() % 3 - 1);
      ASSERT_EQ(round_shift_even(value, shift), rounded(value, shift)) << value << " >> " << shift;
    }
  }
}

} // namespace
} // namespace npuforge::isa
