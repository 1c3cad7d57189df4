#pragma once
// The problems of a program with the part that has each, so that a text's line can be named.

#include <cstddef>
#include <string>
#include <vector>

#include "npuforge/assembler/program.h"

namespace npuforge::assembler {

enum class Part { Text, Segment, Symbol, Input, Output, Layer };

struct Problem {
  Part part;
  std::size_t index; ///< into the program's list of that part
  std::string message;
};

std::vector<Problem> find_problems(const Program& program, const isa::Spec& spec);

} // namespace npuforge::assembler
