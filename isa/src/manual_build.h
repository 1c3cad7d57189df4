#pragma once
// From the spec to the manual's document.

#include "npuforge/isa/spec.h"

#include "manual_model.h"

namespace npuforge::isa::manual {

using Blocks = std::vector<Block>;

Document build(const Spec& spec);
/// What stands before the instructions: the machine, how instructions are written, the encodings.
void add_machine(const Spec& spec, Blocks& out);
/// The control and status registers.
void add_registers(const Spec& spec, Blocks& out);
void add_language(const Spec& spec, Blocks& out);
/// The instructions of each unit.
void add_instructions(const Spec& spec, Blocks& out);
/// Functions and tables that the instructions' semantics name.
void add_library(const Spec& spec, Blocks& out);
/// Bits from high to low; `user` is the instruction that gives the fields their contents, or null.
BitDiagram diagram_of(const Spec& spec, const Format& format, const Instruction* user);

std::string format_id(const Format& format);
std::string instruction_id(const Instruction& instruction);

} // namespace npuforge::isa::manual
