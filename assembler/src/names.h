#pragma once
// Names in assembly text: which may stand plainly, how the others are quoted, and which one was
// meant.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace npuforge::assembler {

bool starts_identifier(char c);
bool continues_identifier(char c);

/// The number in a name such as r5, g3 or l12 with the given first letter; nullopt for other names.
/// Numbers beyond what any machine has give a large number, never an overflow.
std::optional<int> numbered(std::string_view name, char letter);

/// A string in double quotes, with escapes.
std::string quote(std::string_view text);
/// The name as it stands in text: quoted if it is no identifier, looks like r5, g3 or l12, or is
/// local (".L").
std::string spell(std::string_view name);
/// Labels of the assembler's own: they do not become symbols of the program.
bool is_local(std::string_view plain_name);

/// "; did you mean 'x'?" for the nearest of `known`, or "" if none is near.
std::string suggestion(std::string_view name, const std::vector<std::string_view>& known);

} // namespace npuforge::assembler
