#include <random>

#include <gtest/gtest.h>

#include "npuforge/isa/expression.h"

#include "random_expression.h"

namespace npuforge::isa {
namespace {

std::string reprint(const std::string& text) {
  return print(*parse_expression(text));
}

TEST(ExpressionPrint, HasTheFewestParentheses) {
  EXPECT_EQ(reprint("((a))+(b*c)"), "a + b * c");
  EXPECT_EQ(reprint("(a+b)*c"), "(a + b) * c");
  EXPECT_EQ(reprint("a-(b-c)"), "a - (b - c)");
  EXPECT_EQ(reprint("(a-b)-c"), "a - b - c");
  EXPECT_EQ(reprint("a<<(b>>c)"), "a << (b >> c)");
  EXPECT_EQ(reprint("(a&b)|(c^d)"), "a & b | c ^ d");
  EXPECT_EQ(reprint("a&(b|c)"), "a & (b | c)");
  EXPECT_EQ(reprint("(a==b)&(c<d)"), "a == b & c < d");
  EXPECT_EQ(reprint("-(a+b)"), "-(a + b)");
  EXPECT_EQ(reprint("- a * b"), "-a * b");
  EXPECT_EQ(reprint("a - -3"), "a - -3");
  EXPECT_EQ(reprint("0x1F"), "31");
  EXPECT_EQ(reprint("clamp( a ,-128, min(b,c) )"), "clamp(a, -128, min(b, c))");
  EXPECT_EQ(reprint("array.rows+src.steps"), "array.rows + src.steps");
  EXPECT_EQ(reprint("(TABLE[(a)+1])*2"), "TABLE[a + 1] * 2");
  EXPECT_EQ(reprint("lane_index( )"), "lane_index()");
  EXPECT_EQ(reprint("-(1.50)*x - -inf"), "-1.50 * x - -inf");
  EXPECT_EQ(reprint("0x1.8p-2+1e+3"), "0x1.8p-2 + 1e+3");
}

TEST(ExpressionParse, PrecedencesAreThoseOfC) {
  // Each pair: the operator on the left binds tighter.
  const char* order[] = {"*", "+", ">>", "<", "==", "&", "^", "|"};
  for (int tight = 0; tight < 8; ++tight)
    for (int loose = tight + 1; loose < 8; ++loose) {
      std::string left = std::string("a ") + order[tight] + " b " + order[loose] + " c";
      std::string right = std::string("a ") + order[loose] + " b " + order[tight] + " c";
      EXPECT_EQ(parse_expression(left)->text, order[loose]) << left;
      EXPECT_EQ(parse_expression(right)->text, order[loose]) << right;
    }
}

TEST(ExpressionParse, RandomTreesRoundTrip) {
  RandomExpression random(11);
  for (int round = 0; round < 20'000; ++round) {
    std::string text = random.make(random.any_type(), 6);
    ExprPtr expr = parse_expression(text);
    ExprPtr again = parse_expression(print(*expr));
    ASSERT_TRUE(equal(*expr, *again)) << text << "\n" << print(*expr);
    ASSERT_EQ(print(*again), print(*expr));
  }
}

TEST(ExpressionInline, PutsFunctionsInPlaceAndKeepsWhatIsShared) {
  const std::vector<Symbol> symbols{{"x", Type::F32}};
  Scope scope{symbols, {}, {}, {}};
  Function square;
  square.name = "square";
  square.parameters = {{"y", Type::F32}};
  square.result = type_check(parse_expression("y * y"), square.parameters);
  scope.functions.push_back(std::make_shared<Function>(square));
  const ExprPtr call = type_check(parse_expression("square(x + 1) - x"), scope);
  EXPECT_EQ(call->args[0]->kind, ExprKind::Apply);
  const ExprPtr flat = inlined(call);
  ASSERT_EQ(flat->args[0]->kind, ExprKind::Binary);
  EXPECT_EQ(flat->args[0]->args[0], flat->args[0]->args[1]) << "x + 1 is one node";
  EXPECT_EQ(flat->args[0]->args[0]->kind, ExprKind::Let);
  EXPECT_EQ(print(*flat->args[0]->args[0]->args[0]), "x + 1");
  EXPECT_EQ(inlined(flat), flat) << "there is nothing left to do";
}

struct Mistake {
  const char* text;
  int column;
  const char* message;
};

void expect_mistake(const Mistake& mistake) {
  const std::vector<Symbol> symbols{
      {"byte", Type::I8}, {"word", Type::I32}, {"wide", Type::I64}, {"flag", Type::Bool}};
  try {
    type_check(parse_expression(mistake.text), symbols);
    ADD_FAILURE() << mistake.text << " is taken";
  } catch (const ExprError& error) {
    EXPECT_EQ(error.column, mistake.column) << mistake.text << ": " << error.message;
    EXPECT_NE(error.message.find(mistake.message), std::string::npos)
        << mistake.text << ": " << error.message;
  }
}

TEST(ExpressionParse, MistakesHaveTheirColumn) {
  for (const Mistake& mistake : {
           Mistake{"", 0, "ends too early"},
           {"word +", 6, "ends too early"},
           {"word + )", 7, "')' is not expected"},
           {"(word", 5, "')' is missing"},
           {"min(word word)", 9, "')' is missing"},
           {"word word", 5, "'w' is not expected"},
           {"12ab", 0, "not a number"},
           {"word + 1.", 7, "'1.' is not a number"},
           {"word + 1e", 7, "'1e' is not a number"},
           {"word + 0x1.8", 7, "'0x1.8' is not a number"},
           {"T[word", 6, "']' is missing"},
           {"T[]", 2, "']' is not expected"},
           {"0x", 0, "not a number"},
           {"9223372036854775808", 0, "not a number"},
           {"word $ word", 5, "'$' is not expected"},
           {"array..rows", 0, "not a name"},
           {"word = 3", 5, "'=' is not expected"},
       })
    expect_mistake(mistake);
}

TEST(ExpressionParse, NestingIsBounded) {
  EXPECT_THROW(parse_expression(std::string(2000, '(') + "a"), ExprError);
  EXPECT_THROW(parse_expression(std::string(2000, '-') + "a"), ExprError);
  EXPECT_THROW(parse_expression(std::string(100'000, 'a')), ExprError);
}

TEST(ExpressionTypes, MistakesHaveTheirColumn) {
  for (const Mistake& mistake : {
           Mistake{"word + nothing", 7,
                   "unknown name 'nothing' (known here: byte, word, wide, flag)"},
           {"byte + word", 5, "gets i8 and i32"},
           {"word * wide", 5, "gets i32 and i64"},
           {"word << byte", 5, "gets i32 and i8"},
           {"flag + flag", 5, "needs numbers"},
           {"flag < flag", 5, "needs numbers"},
           {"-flag", 0, "needs a number"},
           {"byte + 128", 7, "not a value of type i8"},
           {"i8(200)", 3, "not a value of type i8"},
           {"word == -2147483649", 8, "not a value of type i32"},
           {"flag == 1", 8, "not a value of type bool"},
           {"min(byte, word)", 0, "gets i8 and i32"},
           {"min(flag, flag)", 0, "needs numbers"},
           {"min(word)", 0, "takes 2 arguments"},
           {"i32(word, word)", 0, "takes 1 argument,"},
           {"clamp(word, byte, word)", 0, "gets i32 and i8"},
           {"select(word, word, word)", 7, "must be bool"},
           {"select(flag, byte, word)", 0, "gets i8 and i32"},
           {"round_shift(byte, word)", 12, "shifts i32 or i64"},
           {"round_shift(wide, wide)", 18, "must be i32"},
           {"round_shift(wide, 64)", 18, "0..63"},
           {"word << 1.5", 8, "not a value of type i32"},
           {"f16(65520.0)", 4, "65520.0 is not a value of type f16"},
           {"f32(16777217)", 4, "16777217 is not a value of type f32"},
           {"f32(1e-46)", 4, "1e-46 is not a value of type f32"},
           {"f32(flag)", 0, "needs a number, not a bool"},
           {"as_f32(wide)", 0, "needs a number of 32 bits, not i64"},
           {"sat_i8(f32(word))", 0, "needs an integer, not f32"},
           {"fma(word, word, word)", 0, "needs floats, not i32"},
           {"abs(u8(word))", 0, "needs signed numbers, not u8"},
           {"f32(word) & f32(word)", 10, "needs integers or bools, not f32"},
           {"ceil_div(wide, wide)", 15, "divides by a size"},
           {"lane_sum(flag)", 0, "needs numbers, not bools"},
           {"lane_index(word)", 0, "takes 0 arguments"},
           {"T[word]", 0, "unknown table 'T' (there are none)"},
           {"i128(word)", 0, "unknown function 'i128'"},
       })
    expect_mistake(mistake);
}

TEST(ExpressionTypes, LiteralsTakeTheTypeOfTheOtherSide) {
  const std::vector<Symbol> symbols{{"byte", Type::I8}, {"word", Type::I32}, {"wide", Type::I64}};
  auto literal_type = [&](const char* text, std::optional<Type> wanted = std::nullopt) {
    ExprPtr expr = type_check(parse_expression(text), symbols, wanted);
    while (expr->kind != ExprKind::Literal)
      expr = expr->args.back();
    return expr->type;
  };
  EXPECT_EQ(literal_type("byte + 1"), Type::I8);
  EXPECT_EQ(literal_type("min(wide, 1)"), Type::I64);
  EXPECT_EQ(literal_type("word < 1 + 2"), Type::I32);
  EXPECT_EQ(literal_type("select(word < 0, byte, 1)"), Type::I8);
  EXPECT_EQ(literal_type("select(word < 0, 1, 2)", Type::I32), Type::I32);
}

TEST(ExpressionTypes, TypesOfResults) {
  const std::vector<Symbol> symbols{
      {"byte", Type::I8}, {"word", Type::I32}, {"wide", Type::I64}, {"flag", Type::Bool}};
  auto type_of = [&](const char* text, std::optional<Type> wanted = std::nullopt) {
    return type_check(parse_expression(text), symbols, wanted)->type;
  };
  EXPECT_EQ(type_of("byte + byte"), Type::I8);
  EXPECT_EQ(type_of("1"), Type::I64);
  EXPECT_EQ(type_of("1", Type::I32), Type::I32);
  EXPECT_EQ(type_of("select(flag, 1, 2)", Type::I8), Type::I8);
  EXPECT_EQ(type_of("word < 3"), Type::Bool);
  EXPECT_EQ(type_of("flag & (word < 3)"), Type::Bool);
  EXPECT_EQ(type_of("i32(flag)"), Type::I32);
  EXPECT_EQ(type_of("round_shift(wide, word)"), Type::I64);
  EXPECT_EQ(type_of("round_shift(word, 3)"), Type::I32);
  EXPECT_EQ(type_of("i8(-128)"), Type::I8);
}

} // namespace
} // namespace npuforge::isa
