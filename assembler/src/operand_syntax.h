#pragma once
// How an operand of each kind is written; one table serves reading and printing.

#include <functional>
#include <string>

#include "npuforge/isa/spec.h"
#include "npuforge/isa/word.h"

#include "cursor.h"
#include "expression.h"

namespace npuforge::assembler {

/// How a target is printed: a label or the index itself.
using TargetName = std::function<std::string(int64_t index)>;

struct OperandContext {
  const isa::Spec& spec;
  const isa::Instruction& instruction;
  const isa::Operand& operand;
};

/// Reads an operand and checks its range. Parts that depend on unknown symbols are 0. Throws
/// SyntaxError.
isa::OperandBits parse_operand(Cursor& cursor, const OperandContext& context, const Lookup& lookup);
std::string print_operand(const isa::OperandBits& bits, const OperandContext& context,
                          const TargetName& target);

} // namespace npuforge::assembler
