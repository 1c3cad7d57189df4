#pragma once
// Assembly text <-> program.

#include <string>
#include <string_view>

#include "npuforge/assembler/program.h"

namespace npuforge::assembler {

/// Assembles. Throws ProgramError with every problem as "file:line:column: error: ...".
Program assemble(const isa::Spec& spec, std::string_view text, const std::string& file_name);
/// Text that assembles to an equal program (words, segments, symbols, ports, layers).
std::string disassemble(const isa::Spec& spec, const Program& program);
/// One instruction, e.g. "mm [r4+0,g3], [r2+16,g1], fill=-3, accumulate=r5+1, next=1 wait(load) post(vector)".
std::string print_instruction(const isa::Spec& spec, const isa::Decoded& decoded);

}  // namespace npuforge::assembler
