#pragma once
// Assembly text <-> program.

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "npuforge/assembler/program.h"
#include "npuforge/isa/file.h"

namespace npuforge::assembler {

/// Contents of a file that .include names. Throws isa::FileError.
using ReadText = std::function<std::string(const std::filesystem::path& file)>;

/// Assembles. Throws ProgramError with every problem as "file:line:column: error: ...".
/// Relative names in .include start from the directory of the file that has it.
Program assemble(const isa::Spec& spec, std::string_view text, const std::string& file_name,
                 const ReadText& read = isa::read_text_file);
/// Text that assembles to an equal program (words, segments, symbols, ports, layers).
std::string disassemble(const isa::Spec& spec, const Program& program);
/// One instruction, e.g. "mm [r4,g3], [r2+16,g1], fill=-3, accumulate=r5+1, next=1 wait(load)
/// post(vector)".
std::string print_instruction(const isa::Spec& spec, const isa::Decoded& decoded);
/// The machine that the text's .machine directive names, to find its spec before assembling;
/// nullopt if there is none.
std::optional<std::string> machine_of_text(std::string_view text);

} // namespace npuforge::assembler
