#pragma once
// Integer expressions: | & << >> + - * / with C's precedence, unary - + ~, parentheses, numbers,
// characters, symbols.

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "cursor.h"

namespace npuforge::assembler {

/// Value of a symbol, or nullopt if it is not known yet; throws SyntaxError at `at` if there is no
/// such symbol.
using Lookup = std::function<std::optional<int64_t>(const std::string& name, const Cursor& at)>;

/// Reads an expression. nullopt if it depends on a symbol whose value is not known yet. Throws
/// SyntaxError.
std::optional<int64_t> parse_expression(Cursor& cursor, const Lookup& lookup);

/// Whether a register (r5) stands here.
bool at_register(Cursor cursor);

} // namespace npuforge::assembler
