#pragma once
// Arithmetic that constants make superfluous.

#include "npuforge/isa/expression.h"

namespace npuforge::isa {

/// A smaller expression with the same bits, NaNs included, for f32 operands: fma(x, 1, y) is x + y,
/// fma(x, y, -0) is x * y, bounds at infinity bound nothing. Looks at one node, whose arguments are
/// simple already; sees through lets.
ExprPtr simplified(const ExprPtr& expr);

} // namespace npuforge::isa
