#pragma once
// An instruction as an assembly programmer writes it, with numbers that are legal.

#include <string>

#include "npuforge/isa/word.h"

namespace npuforge::isa {

struct Example {
  std::string text; ///< one line, or two: a target is a label behind the instruction
  Word word;
};
Example example_of(const Spec& spec, const Instruction& instruction);

/// How each kind of operand is written: "r3", "[r1+64,g2]", ...
std::string written(const Operand& operand, const OperandBits& bits);

} // namespace npuforge::isa
