#pragma once
// Numbers of the type f32, as they are written and printed: 1.5, -3, 2e-7, inf, nan.

#include <cstdint>
#include <optional>
#include <string>

#include "cursor.h"

namespace npuforge::assembler {

/// The 32 bits of the number that stands here, rounded to nearest even; nullopt, and nothing taken,
/// if none does (0x1f is none: bits, not a number). Throws SyntaxError for one that f32 does not
/// have.
std::optional<uint32_t> parse_f32(Cursor& cursor);

/// The shortest number that parse_f32 reads as these bits; 0x7f800001 for a NaN that is not the
/// canonical one.
std::string print_f32(uint32_t bits);

} // namespace npuforge::assembler
