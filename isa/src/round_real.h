#pragma once
// Real numbers to the float types of the language, rounded once.

#include <cstdint>
#include <optional>
#include <string>

#include "npuforge/isa/type.h"

namespace npuforge::isa {

/// Bits of the value nearest to `value`, ties to even; infinity beyond the largest one. A NaN gives
/// the canonical NaN.
int64_t round_real(Type type, long double value);
/// The number that a float literal ("1.5", "1e-3", "0x1.8p-2", "inf", with or without '-') writes,
/// rounded once from all its digits. Nullopt: a finite number beyond the type's largest, or one
/// that is not zero and rounds to it.
std::optional<int64_t> round_literal(Type type, const std::string& text);
/// The value of a float's bits.
double real_value(Type type, int64_t bits);
/// The integer's value as a float, if the type has exactly it.
std::optional<int64_t> exact_float(Type type, int64_t value);

} // namespace npuforge::isa
