#pragma once
// What a program uses of its instruction set. Counts are of instructions in the text, not of
// executions.

#include <cstdint>
#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "npuforge/assembler/program.h"

namespace npuforge::assembler {

/// What the program puts into one part of an operand.
struct PartUse {
  std::string name;        ///< the field's: "rd", "src.offset"
  int high, low;           ///< its bits
  int64_t first, last;     ///< smallest and largest value in the program
  int64_t lowest, highest; ///< those that it may have
  std::size_t distinct;    ///< different values
  int bits_needed;         ///< for first to last, with the sign if there is one
};

struct InstructionUse {
  const isa::Instruction* instruction;      ///< of the spec
  uint64_t count = 0, waits = 0, posts = 0; ///< all; with a wait mask; with a post mask
  std::vector<PartUse> parts;               ///< in the order of the operands
};

/// Bits of a format that no word of the program sets.
struct FormatUse {
  const isa::Format* format;
  uint64_t count = 0;
  std::vector<isa::Field>
      never; ///< runs of bits, each in one field; its name, or "" outside all fields
};

struct ProgramUse {
  uint64_t words = 0, illegal = 0; ///< illegal: words that are no instruction
  std::vector<InstructionUse>
      instructions;               ///< the most frequent first; all of the spec, also unused ones
  std::vector<FormatUse> formats; ///< of the spec
};

/// The result points into `spec`.
ProgramUse use_of(const isa::Spec& spec, const Program& program);
std::string print_use(const ProgramUse& use);
nlohmann::json use_json(const ProgramUse& use);

} // namespace npuforge::assembler
