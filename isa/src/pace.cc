#include "npuforge/isa/pace.h"

#include <algorithm>

#include "operators.h"

namespace npuforge::isa {

int element_bytes(Type type) {
  return std::max(1, bits_of(type) / 8);
}

int beats(const Machine& machine, const Instruction& instruction, const Operand& stream) {
  if (instruction.action == Action::Multiply && stream.access == Access::Read)
    return multiply_beats(machine);
  bool vector = instruction.unit == Unit::Vector && stream.space == Space::Scratchpad;
  return vector ? element_bytes(stream.type) : 1;
}

int pace(const Machine& machine, const Instruction& instruction) {
  bool computes = instruction.action == Action::Map || instruction.action == Action::Reduce;
  int cycles = computes ? passes(machine) : 1;
  for (const Operand& operand : instruction.operands)
    if (operand.kind == OperandKind::Stream)
      cycles = std::max(cycles, beats(machine, instruction, operand));
  return cycles;
}

} // namespace npuforge::isa
