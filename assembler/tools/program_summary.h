#pragma once
// What npuas and npudis say about a program with --json.

#include <nlohmann/json.hpp>

#include "npuforge/assembler/program.h"

namespace npuforge::assembler {

/// Machine, hash, sizes, sections, symbols, ports, layers. `spec` is the program's.
nlohmann::json summarise(const Program& program, const isa::Spec& spec);

} // namespace npuforge::assembler
