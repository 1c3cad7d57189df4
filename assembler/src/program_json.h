#pragma once
// The JSON of the sections .npu.machine, .npu.io and .npu.layers. README.md describes it.

#include <string>
#include <string_view>

#include "npuforge/assembler/program.h"

namespace npuforge::assembler {

std::string machine_json(const Program& program);
std::string io_json(const Program& program);
std::string layers_json(const Program& program);

/// Each fills its part of the program. Throws ProgramError saying what is wrong, without the file's
/// name.
void read_machine_json(std::string_view text, Program& program);
void read_io_json(std::string_view text, Program& program);
void read_layers_json(std::string_view text, Program& program);

} // namespace npuforge::assembler
