#pragma once
// Assembly text <-> program.

#include <optional>
#include <string>
#include <string_view>

#include "npuforge/assembler/program.h"

namespace npuforge::assembler {

/// Assembles. Throws ProgramError with every problem as "file:line:column: error: ...".
Program assemble(const isa::Spec& spec, std::string_view text, const std::string& file_name);
/// Text that assembles to an equal program (words, segments, symbols, ports, layers).
std::string disassemble(const isa::Spec& spec, const Program& program);
/// One instruction, e.g. "mm [r4,g3], [r2+16,g1], fill=-3, accumulate=r5+1, next=1 wait(load)
/// post(vector)".
std::string print_instruction(const isa::Spec& spec, const isa::Decoded& decoded);
/// The machine that the text's .machine directive names, to find its spec before assembling;
/// nullopt if there is none.
std::optional<std::string> machine_of_text(std::string_view text);

} // namespace npuforge::assembler
