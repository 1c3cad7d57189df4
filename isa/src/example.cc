#include "example.h"

#include <algorithm>
#include <bit>

#include <fmt/format.h>

namespace npuforge::isa {
namespace {

constexpr int64_t kRows = 4;    // the first row of a stream
constexpr float kNumber = 1.5f; // of an f32 value

/// Bytes or rows: whole rows, or 0 if they do not fit the field.
int64_t stream_offset(const Machine& machine, const Operand& operand, int64_t high) {
  int64_t offset = kRows;
  if (operand.space == Space::Scratchpad)
    offset *= machine.row_bytes();
  if (operand.space == Space::Dram)
    offset *= machine.dram.beat_bytes;
  return offset <= high ? offset : 0;
}

/// The index-th operand: each gets registers and generators of its own as far as there are some.
OperandBits bits_of(const Spec& spec, const Instruction& instruction, int index) {
  const Operand& operand = instruction.operands[index];
  const SequencerParams& sizes = spec.machine.sequencer;
  const int64_t high = value_range(spec, instruction, operand).second;
  OperandBits bits;
  if (operand.base >= 0)
    bits.base = std::min(index + 1, sizes.registers - 1);
  if (operand.generator >= 0)
    bits.generator = std::min(index + 1, sizes.generators - 1);
  switch (operand.kind) {
  case OperandKind::Stream:
    bits.value = stream_offset(spec.machine, operand, high);
    break;
  case OperandKind::Value:
    if (operand.type == Type::F32)
      return {.value = std::bit_cast<int32_t>(kNumber)};
    [[fallthrough]];
  case OperandKind::Immediate:
    bits.value = std::min<int64_t>(2, high);
    break;
  case OperandKind::Flag:
  case OperandKind::Level:
  case OperandKind::Target: // the label behind the only instruction
    bits.value = std::min<int64_t>(1, high);
    break;
  default:
    bits.value = std::min<int64_t>(index + 1, high);
  }
  return bits;
}

std::string number_and_base(const OperandBits& bits) {
  if (bits.base == 0)
    return fmt::format("{}", bits.value);
  return bits.value ? fmt::format("r{}{:+}", bits.base, bits.value) : fmt::format("r{}", bits.base);
}

} // namespace

std::string written(const Operand& operand, const OperandBits& bits) {
  switch (operand.kind) {
  case OperandKind::Register:
    return fmt::format("r{}", bits.value);
  case OperandKind::Generator:
    return fmt::format("g{}", bits.value);
  case OperandKind::Lane:
    return fmt::format("l{}", bits.value);
  case OperandKind::Target:
    return "done";
  case OperandKind::Value:
    if (operand.type == Type::F32)
      return fmt::format("{}", kNumber);
    return number_and_base(bits);
  case OperandKind::Stream:
    return fmt::format("[{},g{}]", number_and_base(bits), bits.generator);
  default:
    return fmt::format("{}", bits.value);
  }
}

Example example_of(const Spec& spec, const Instruction& instruction) {
  Decoded decoded{&instruction, 0, 0, {}};
  std::string text = instruction.mnemonic + (instruction.syntax.empty() ? "" : " ");
  bool has_target = false;
  for (std::size_t i = 0; i < instruction.operands.size(); ++i) {
    decoded.operands.push_back(bits_of(spec, instruction, static_cast<int>(i)));
    has_target |= instruction.operands[i].kind == OperandKind::Target;
  }
  const std::string& syntax = instruction.syntax;
  for (std::size_t at = 0; at < syntax.size();) {
    const std::size_t close = syntax[at] == '{' ? syntax.find('}', at) : syntax.npos;
    if (close == syntax.npos) {
      text += syntax[at++];
      continue;
    }
    const int index = instruction.index_of(syntax.substr(at + 1, close - at - 1));
    text += written(instruction.operands[index], decoded.operands[index]);
    at = close + 1;
  }
  if (has_target)
    text += "\ndone:";
  return {text, encode(spec, decoded)};
}

} // namespace npuforge::isa
