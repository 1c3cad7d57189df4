#include "npuforge/isa/pace.h"

#include <algorithm>

namespace npuforge::isa {

int beats(const Machine& machine, const Instruction& instruction, const Operand& stream) {
  if (instruction.action == Action::Multiply && stream.access == Access::Read)
    return multiply_beats(machine, stream.type);
  if (instruction.action == Action::Preload)
    return bytes_of(stream.type);
  bool vector = instruction.unit == Unit::Vector && stream.space == Space::Scratchpad;
  return vector ? bytes_of(stream.type) : 1;
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
