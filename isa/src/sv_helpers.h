#pragma once
// The functions that a generated module has besides its instructions'.

#include <string>

#include "npuforge/isa/expression.h"

namespace npuforge::isa::sv {

/// The functions that texts of nodes call, of those that `text` does call: rounding shift,
/// saturating arithmetic of long words.
std::string helper_functions(const std::string& text);
/// The name of the function that looks a table up, and its text.
std::string table_function_name(const Table& table);
std::string table_function(const Table& table);

} // namespace npuforge::isa::sv
