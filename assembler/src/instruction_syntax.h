#pragma once
// Whole instructions as text, both ways, from the spec's syntax templates. Nothing here knows a
// mnemonic.

#include <string>

#include "npuforge/isa/spec.h"
#include "npuforge/isa/word.h"

#include "operand_syntax.h"

namespace npuforge::assembler {

/// Reads an instruction up to the end of the line. Throws SyntaxError.
isa::Decoded parse_instruction(const isa::Spec& spec, Cursor& cursor, const Lookup& lookup);
std::string print_instruction(const isa::Spec& spec, const isa::Decoded& decoded,
                              const TargetName& target);

} // namespace npuforge::assembler
