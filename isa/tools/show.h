#pragma once
// A spec as text for people: sizes, encodings as bit tables, instructions.

#include <string>

#include "npuforge/isa/spec.h"

namespace npuforge::isa {

std::string show_spec(const Spec& spec);
std::string show_instruction(const Spec& spec, const Instruction& instruction);

} // namespace npuforge::isa
