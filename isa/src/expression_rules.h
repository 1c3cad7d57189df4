#pragma once
// What the checker must know of operations and expressions apart from how to type them.

#include <string>
#include <vector>

#include "npuforge/isa/spec.h"

#include "operators.h"

namespace npuforge::isa {

/// The types that an operation takes.
enum class ArgumentRule : uint8_t { Any, Integers, Bits, SignedNumbers, Numbers, Floats };
ArgumentRule argument_rule(Op op);
bool allows(ArgumentRule rule, Type type);
const char* describe(ArgumentRule rule); ///< "integers"

/// Does the type of an untyped expression follow from its place, because it is made of literals
/// alone?
bool is_flexible(const Expr& expr);
bool has_float_literal(const Expr& expr);

/// The names that a typed expression uses, with their types, in the order of first use; of an Apply
/// its arguments'.
std::vector<Symbol> names_in(const Expr& expr);
/// The Let nodes that typed expressions use, directly or in other lets.
std::vector<const Expr*> lets_in(const std::vector<ExprPtr>& exprs);
/// Tables and functions that typed expressions use, directly or in functions; each once.
struct Dependencies {
  std::vector<TablePtr> tables;
  std::vector<FunctionPtr> functions;
};
Dependencies dependencies_of(const std::vector<ExprPtr>& exprs);
/// All expressions of an instruction's semantics that there are.
std::vector<ExprPtr> semantics_of(const Instruction& instruction);
/// The first node that works across lanes; null if there is none.
const Expr* find_lane_operation(const Expr& expr);
/// The first one that combines lanes; null if there is none.
const Expr* find_lane_reduction(const Expr& expr);
/// Operations of the expression when all functions are put in place, what is shared counted once;
/// `kTooLarge` for that and more.
inline constexpr int64_t kTooLarge = 4096;
int64_t inlined_size(const Expr& expr);

} // namespace npuforge::isa
