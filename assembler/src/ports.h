#pragma once
// The line of a network input or output: `NAME, type=f32, shape=1x3x32x32, ...`. One table of keys,
// both ways.

#include <string>

#include "npuforge/assembler/program.h"

#include "cursor.h"
#include "expression.h"

namespace npuforge::assembler {

/// Reads the line behind .input or .output. Throws SyntaxError.
Port parse_port(Cursor& cursor, const isa::Spec& spec, const Lookup& lookup);
std::string print_port(const Port& port, const isa::Spec& spec);

} // namespace npuforge::assembler
