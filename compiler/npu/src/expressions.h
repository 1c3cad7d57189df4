#pragma once
// What the compiler needs instructions to compute. A spec's instruction is chosen when its
// semantics are the same expression, whatever its mnemonic and whatever its operands are called.

#include <string_view>

namespace npuforge::npu {

/// A map or reduction of the tile dialect; the names are the roles of its streams and lane
/// registers.
struct VectorFunction {
  std::string_view name;
  std::string_view init, step; ///< reductions only; over `state`
  std::string_view result;
};

inline constexpr VectorFunction kVectorFunctions[] = {
    {"fill", "", "", "i8(value)"},
    {"requant", "", "",
     "i8(clamp(round_shift(i64(src + bias) * i64(mult), shift) + i64(zero), i64(low), i64(high)))"},
    {"rescale", "", "",
     "i8(clamp(round_shift(i64(i32(src) + bias) * i64(mult), shift) + i64(zero), i64(low), "
     "i64(high)))"},
    {"add", "", "",
     "i8(clamp(round_shift(i64(i32(a) - zero_a) * i64(mult_a) + i64(i32(b) - zero_b) * "
     "i64(mult_b), shift)"
     " + i64(zero), i64(low), i64(high)))"},
    {"max", "i32(-128)", "max(state, i32(src))", "i8(clamp(state, low, high))"},
    {"average", "bias", "state + i32(src)",
     "i8(clamp(round_shift(i64(state) * i64(mult), shift) + i64(zero), i64(low), i64(high)))"},
    {"depthwise", "bias", "state + i32(src) * i32(weight)",
     "i8(clamp(round_shift(i64(state) * i64(mult), shift) + i64(zero), i64(low), i64(high)))"},
};

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
