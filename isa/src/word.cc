#include "npuforge/isa/word.h"

#include <stdexcept>

#include <fmt/format.h>

namespace npuforge::isa {
namespace {

constexpr int kMasks = 1 << kUnitCount; // wait and post masks are below this

uint64_t ones(int bits) {
  return bits >= 64 ? ~uint64_t{0} : (uint64_t{1} << bits) - 1;
}

int64_t sign_extend(uint64_t value, int bits) {
  int unused = 64 - bits;
  return static_cast<int64_t>(value << unused) >> unused;
}

/// The field with an operand's main number: the offset of values and streams, the only field of the
/// others.
const Field& main_field(const Format& format, const Operand& operand) {
  return format.fields[operand.offset >= 0 ? operand.offset : operand.field];
}

bool holds_signed(const Operand& operand) {
  switch (operand.kind) {
  case OperandKind::Value:
  case OperandKind::Immediate:
  case OperandKind::Stream:
    return operand.is_signed;
  default:
    return false;
  }
}

/// How many registers, generators, ... the operand's number chooses from; 0: as many as the field
/// can name.
int64_t choices(const Machine& machine, OperandKind kind) {
  switch (kind) {
  case OperandKind::Register:
    return machine.sequencer.registers;
  case OperandKind::Generator:
    return machine.sequencer.generators;
  case OperandKind::Level:
    return machine.sequencer.levels;
  case OperandKind::Lane:
    return machine.vector.lane_registers;
  default:
    return 0;
  }
}

bool in_range(std::pair<int64_t, int64_t> range, int64_t value) {
  return value >= range.first && value <= range.second;
}

/// What is wrong with the operand's numbers; empty if nothing is.
std::string problem_of(const Spec& spec, const Instruction& instruction, const Operand& operand,
                       const OperandBits& bits) {
  auto range = value_range(spec, instruction, operand);
  auto outside = [&](std::string_view part, int64_t value, int64_t low, int64_t high) {
    return fmt::format("{}: {} {} = {} is outside {}..{}", instruction.mnemonic, part, operand.name,
                       value, low, high);
  };
  if (!in_range(range, bits.value))
    return outside("operand", bits.value, range.first, range.second);
  int registers = operand.base >= 0 ? spec.machine.sequencer.registers : 1;
  if (bits.base < 0 || bits.base >= registers)
    return outside("base register of", bits.base, 0, registers - 1);
  int generators = operand.generator >= 0 ? spec.machine.sequencer.generators : 1;
  if (bits.generator < 0 || bits.generator >= generators)
    return outside("generator of", bits.generator, 0, generators - 1);
  return {};
}

OperandBits read_operand(const Format& format, const Operand& operand, const Word& word) {
  OperandBits bits;
  const Field& field = main_field(format, operand);
  uint64_t raw = word.get(field);
  bits.value = holds_signed(operand) ? sign_extend(raw, field.bits()) : static_cast<int64_t>(raw);
  if (operand.base >= 0)
    bits.base = static_cast<int>(word.get(format.fields[operand.base]));
  if (operand.generator >= 0)
    bits.generator = static_cast<int>(word.get(format.fields[operand.generator]));
  return bits;
}

void write_operand(const Format& format, const Operand& operand, const OperandBits& bits,
                   Word& word) {
  const Field& field = main_field(format, operand);
  word.set(field, static_cast<uint64_t>(bits.value) & ones(field.bits()));
  if (operand.base >= 0)
    word.set(format.fields[operand.base], bits.base);
  if (operand.generator >= 0)
    word.set(format.fields[operand.generator], bits.generator);
}

} // namespace

uint64_t Word::get(const Field& field) const {
  int index = field.low / 64, shift = field.low % 64;
  uint64_t value = bits[index] >> shift;
  if (shift && field.high / 64 > index)
    value |= bits[index + 1] << (64 - shift);
  return value & ones(field.bits());
}

void Word::set(const Field& field, uint64_t value) {
  int index = field.low / 64, shift = field.low % 64;
  uint64_t mask = ones(field.bits());
  bits[index] = (bits[index] & ~(mask << shift)) | (value << shift);
  if (shift && field.high / 64 > index)
    bits[index + 1] = (bits[index + 1] & ~(mask >> (64 - shift))) | (value >> (64 - shift));
}

std::pair<int64_t, int64_t> value_range(const Spec& spec, const Instruction& instruction,
                                        const Operand& operand) {
  if (int64_t count = choices(spec.machine, operand.kind))
    return {0, count - 1};
  int bits = main_field(spec.formats[instruction.format], operand).bits();
  if (holds_signed(operand))
    return {-(int64_t{1} << (bits - 1)), (int64_t{1} << (bits - 1)) - 1};
  return {0, (int64_t{1} << bits) - 1};
}

std::optional<Decoded> decode(const Spec& spec, const Word& word) {
  auto opcode = static_cast<uint32_t>(word.get(*spec.formats.front().find("opcode")));
  Decoded decoded;
  decoded.instruction = spec.find_opcode(opcode);
  if (!decoded.instruction)
    return std::nullopt;
  const Format& format = spec.formats[decoded.instruction->format];
  uint64_t wait = word.get(*format.find("wait")), post = word.get(*format.find("post"));
  if (wait >= kMasks || post >= kMasks)
    return std::nullopt;
  decoded.wait = static_cast<uint32_t>(wait);
  decoded.post = static_cast<uint32_t>(post);
  for (const Operand& operand : decoded.instruction->operands) {
    decoded.operands.push_back(read_operand(format, operand, word));
    if (!problem_of(spec, *decoded.instruction, operand, decoded.operands.back()).empty())
      return std::nullopt;
  }
  if (encode(spec, decoded) != word) // bits that no operand of this instruction owns
    return std::nullopt;
  return decoded;
}

Word encode(const Spec& spec, const Decoded& decoded) {
  const Instruction& instruction = *decoded.instruction;
  const Format& format = spec.formats[instruction.format];
  if (decoded.operands.size() != instruction.operands.size())
    throw std::out_of_range(fmt::format("{} has {} operands, {} are given", instruction.mnemonic,
                                        instruction.operands.size(), decoded.operands.size()));
  if (decoded.wait >= kMasks || decoded.post >= kMasks)
    throw std::out_of_range(fmt::format("{}: a wait or post mask names more than {} units",
                                        instruction.mnemonic, kUnitCount));
  Word word;
  word.set(*format.find("opcode"), instruction.opcode);
  word.set(*format.find("wait"), decoded.wait);
  word.set(*format.find("post"), decoded.post);
  for (std::size_t i = 0; i < instruction.operands.size(); ++i) {
    const Operand& operand = instruction.operands[i];
    std::string problem = problem_of(spec, instruction, operand, decoded.operands[i]);
    if (!problem.empty())
      throw std::out_of_range(problem);
    write_operand(format, operand, decoded.operands[i], word);
  }
  return word;
}

void store_word(const Spec& spec, const Word& word, std::span<std::byte> bytes) {
  for (int i = 0; i < spec.word_bytes(); ++i)
    bytes[i] = static_cast<std::byte>(word.bits[i / 8] >> (8 * (i % 8)));
}

Word load_word(const Spec& spec, std::span<const std::byte> bytes) {
  Word word;
  for (int i = 0; i < spec.word_bytes(); ++i)
    word.bits[i / 8] |= static_cast<uint64_t>(bytes[i]) << (8 * (i % 8));
  return word;
}

} // namespace npuforge::isa
