#pragma once
// The formulas of tables: real arithmetic over one variable, `i`.
//
//   numbers    as in expressions, and pi
//   operators  + - * / and unary -
//   functions  exp exp2 log log2 sqrt sin cos tanh erf (one argument), pow (two)

#include <string_view>

namespace npuforge::isa {

/// The formula's value at `i`, in long double. Throws ExprError (expression.h) if the text is no
/// formula.
long double evaluate_formula(std::string_view text, long double i);

} // namespace npuforge::isa
