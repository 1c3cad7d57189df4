#pragma once
// What the compiler needs scalar instructions to compute. A spec's instruction is chosen when its
// semantics are the same expression, whatever its mnemonic and whatever its operands are called.

#include <string_view>

namespace npuforge::npu {

/// Scalar arithmetic on registers `a` and `b`, or on register `a` and immediate `b`.
struct ScalarFunction {
  std::string_view name, result;
};

inline constexpr ScalarFunction kScalarFunctions[] = {
    {"add", "a + b"},     {"sub", "a - b"},     {"mul", "a * b"},
    {"min", "min(a, b)"}, {"max", "max(a, b)"}, {"shift", "a >> (b & 31)"},
};

inline constexpr std::string_view kLess = "a < b"; ///< condition of the branch that closes a loop

} // namespace npuforge::npu
