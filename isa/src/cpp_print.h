#pragma once
// The parts of the generated C++ header.

#include <string>
#include <vector>

#include "npuforge/isa/spec.h"

namespace npuforge::isa::cpp {

/// Identifiers of a spec, parallel to its lists.
struct Names {
  std::string machine;
  std::vector<std::string> types;                 ///< of each instruction's struct
  std::vector<std::string> instructions;          ///< enumerators of Opcode
  std::vector<std::string> formats;               ///< enumerators of Format
  std::vector<std::vector<std::string>> operands; ///< members of each instruction's struct
};
Names names_of(const Spec& spec);

/// Enumerators, sizes and the types that instructions share.
std::string print_declarations(const Spec& spec, const Names& names);
/// The struct of an instruction, and how it is checked, encoded and read.
std::string print_instruction(const Spec& spec, const Names& names, std::size_t index);
/// Instruction, and encode and decode for any of them.
std::string print_any(const Spec& spec, const Names& names);

} // namespace npuforge::isa::cpp
