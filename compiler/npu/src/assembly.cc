#include "assembly.h"

namespace npuforge::npu {

using namespace mlir;

Instruction& Instruction::number(StringRef operand, int64_t value) {
  operands_.push_back(builder_.getNamedAttr(operand, builder_.getI64IntegerAttr(value)));
  return *this;
}

Instruction& Instruction::address(StringRef operand, Address value) {
  SmallVector<int64_t> parts{value.offset, value.base};
  if (value.generator >= 0)
    parts.push_back(value.generator);
  operands_.push_back(builder_.getNamedAttr(operand, builder_.getDenseI64ArrayAttr(parts)));
  return *this;
}

Instruction& Instruction::label(StringRef operand, StringRef name) {
  operands_.push_back(builder_.getNamedAttr(operand, builder_.getStringAttr(name)));
  return *this;
}

InstOp Instruction::emit(Location location) {
  return InstOp::create(builder_, location, what_.mnemonic, builder_.getDictionaryAttr(operands_),
                        ArrayAttr(), ArrayAttr());
}

Idle Idle::of(const isa::Machine& machine) {
  const int generators = machine.sequencer.generators, registers = machine.sequencer.registers;
  return {generators - 1, generators - 2, registers - 1, registers - 2,
          machine.vector.lane_registers - 1};
}

} // namespace npuforge::npu
