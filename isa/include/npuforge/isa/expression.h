#pragma once
// The typed expressions of a spec: an instruction's meaning, and (over machine sizes and operands)
// its timing.
//
// isa/README.md is the language's reference. Operators work on equal types; integers wrap, shifts
// count modulo the bits of the type, floats are IEEE 754, rounded once to nearest even, and every
// NaN that an operation makes is the canonical one of its type. Stream elements have their stream's
// type, lane registers and values theirs, scalar registers and immediates are i32, flags bool.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "npuforge/isa/type.h"

namespace npuforge::isa {

enum class ExprKind : uint8_t { Literal, Name, Unary, Binary, Call, Let, Index, Apply };

struct Table;
struct Function;

/// One node; immutable after the checker has typed it. Typed expressions are DAGs: a let that is
/// used twice is one node. Who walks them and must not do work twice remembers nodes by address.
struct Expr {
  ExprKind kind;
  std::string text;    ///< operator, function, let, table or name ("a", "src.steps", "array.rows");
                       ///< literal: as it was written
  int64_t literal = 0; ///< the value; of a float its bits. An untyped float literal has 0 here and
                       ///< the type f32
  Type type = Type::I64;
  std::vector<std::shared_ptr<const Expr>> args; ///< Let: what it stands for; Index: the index
  int column = 0; ///< 0-based offset in the source text: of the operator, function or name
  std::shared_ptr<const Table> table = nullptr;       ///< Index
  std::shared_ptr<const Function> function = nullptr; ///< Apply
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

/// A table of constants. `NAME[index]` takes the low bits of the index that the size has.
struct Table {
  std::string name;
  Type type;
  std::vector<int64_t> values; ///< as Expr::literal; the size is a power of two
  std::string formula;         ///< over `i`; empty: the values were given
};
using TablePtr = std::shared_ptr<const Table>;

/// What a function says of itself: it is the mathematical function `implements` up to `ulp` units
/// in the last place of the exact value, for every argument in [low, high].
struct Approximation {
  std::string implements;
  double ulp, low, high;
};

/// A function of the spec. Its result names parameters and nothing else.
struct Function {
  std::string name;
  std::vector<Symbol> parameters;
  std::vector<ExprPtr> lets; ///< Let nodes, in the order of the spec
  ExprPtr result;
  std::optional<Approximation> approximation;
  std::string prose;
  int line = 0;
};
using FunctionPtr = std::shared_ptr<const Function>;

/// Everything that an expression may name.
struct Scope {
  std::vector<Symbol> symbols;
  std::vector<ExprPtr> lets; ///< Let nodes; of equal names the last one counts
  std::vector<TablePtr> tables;
  std::vector<FunctionPtr> functions;
};

/// Parses untyped. Throws ExprError.
ExprPtr parse_expression(std::string_view text);
/// Returns the typed tree; literals have taken their types. Throws ExprError for unknown names and
/// ill-typed nodes. An expression of literals alone gets the type `wanted`, or i64 (f32 with a
/// float literal in it); other expressions have the type that they have.
ExprPtr type_check(const ExprPtr& expr, const Scope& scope,
                   std::optional<Type> wanted = std::nullopt);
ExprPtr type_check(const ExprPtr& expr, const std::vector<Symbol>& symbols,
                   std::optional<Type> wanted = std::nullopt);
/// The same value without functions of the spec: each Apply is its function's result with the
/// arguments, as Let nodes named after the parameters, in the places of the parameters. What was
/// shared stays shared.
ExprPtr inlined(const ExprPtr& expr);
/// The expression as text with the fewest parentheses, a let as its name;
/// parse(print(e)) == e, types apart.
std::string print(const Expr& expr);
/// Structural equality (kind, text, literal, type, arguments).
bool equal(const Expr& a, const Expr& b);

int64_t round_shift_even(int64_t value,
                         int shift); ///< value / 2^shift, ties to even; shift in 0..63

} // namespace npuforge::isa
