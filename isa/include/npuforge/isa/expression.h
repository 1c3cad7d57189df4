#pragma once
// The typed expressions of a spec: an instruction's meaning, and (over machine sizes and operands)
// its timing.
//
//   literals   12, -3, 0x1f (take the type of the other side)
//   operators  + - * >> << & | ^  < <= > >= == !=     (equal types on both sides; wrapping; >> is
//   arithmetic;
//              a shift count counts modulo the bits of the type); unary -; precedences as in C
//   functions  i8(x) i32(x) i64(x)    conversion: sign-extends or keeps the low bits
//              min(a,b) max(a,b) clamp(x,low,high) select(condition,a,b)
//              round_shift(x,n)       x / 2^n rounded half to even; x i64 or i32, n i32 of which
//              the low 6 bits count
// Shift counts use the low bits that the left side's type can use (3, 5 or 6); the count's type may
// differ from it. Stream elements have their stream's type, lane registers, scalar registers,
// values and immediates are i32.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace npuforge::isa {

enum class Type : uint8_t { Bool, I8, I32, I64 };
const char* name(Type type);

enum class ExprKind : uint8_t { Literal, Name, Unary, Binary, Call };

/// One node; immutable after the checker has typed it.
struct Expr {
  ExprKind kind;
  std::string text; ///< operator, function or name ("a", "src.steps", "array.rows"); literal: its
                    ///< decimal form
  int64_t literal = 0;
  Type type = Type::I64;
  std::vector<std::shared_ptr<const Expr>> args;
  int column = 0; ///< 0-based offset in the source text: of the operator, function or name
};
using ExprPtr = std::shared_ptr<const Expr>;

/// Thrown by parse and type_check; `column` is the 0-based offset in the expression's text.
struct ExprError {
  std::string message;
  int column;
};

/// What a name means while types are checked.
struct Symbol {
  std::string name;
  Type type;
};

/// Parses untyped. Throws ExprError.
ExprPtr parse_expression(std::string_view text);
/// Returns the typed tree; literals have taken their types. Throws ExprError for unknown names and
/// ill-typed nodes. An expression of literals alone gets the type `wanted`, or i64; other
/// expressions have the type that they have.
ExprPtr type_check(const ExprPtr& expr, const std::vector<Symbol>& symbols,
                   std::optional<Type> wanted = std::nullopt);
/// The expression as text with the fewest parentheses; parse(print(e)) == e, types apart.
std::string print(const Expr& expr);
/// Structural equality (kind, text, literal, type, arguments).
bool equal(const Expr& a, const Expr& b);

int64_t round_shift_even(int64_t value,
                         int shift); ///< value / 2^shift, ties to even; shift in 0..63

} // namespace npuforge::isa
