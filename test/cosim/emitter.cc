#include "emitter.h"

#include <algorithm>
#include <map>
#include <stdexcept>

#include "npuforge/isa/evaluate.h"

namespace npuforge::random_programs {

using isa::Action;
using isa::Decoded;
using isa::Instruction;
using isa::Operand;
using isa::OperandKind;

int64_t steps(const Levels& levels) {
  int64_t product = 1;
  for (const Level& level : levels)
    product *= level.count;
  return product;
}

Emitter::Emitter(const isa::Spec& spec, Random& random)
    : spec_(spec), random_(random), known_(spec.machine.sequencer.registers),
      generators_(spec.machine.sequencer.generators) {
  for (auto& value : known_)
    value = 0; // all registers are zero at reset
}

size_t Emitter::emit(Decoded decoded) {
  masks_.push_back({decoded.wait, decoded.post});
  text_.push_back(std::move(decoded));
  return text_.size() - 1;
}

const Instruction* Emitter::choose(Action action) {
  std::vector<const Instruction*> candidates;
  for (const Instruction& instruction : spec_.instructions)
    if (instruction.action == action)
      candidates.push_back(&instruction);
  return candidates.empty() ? nullptr : random_.pick(candidates);
}

Decoded Emitter::blank(const Instruction& instruction) const {
  return {&instruction, 0, 0, std::vector<isa::OperandBits>(instruction.operands.size())};
}

int Emitter::free_register() {
  for (;;) {
    const int reg = random_register();
    if (!(reserved_ >> reg & 1))
      return reg;
  }
}

// The instruction that loads constants is the one whose result is its immediate when its registers
// are zero.
static const Instruction& constant_loader(const isa::Spec& spec) {
  for (const Instruction& instruction : spec.instructions) {
    if (instruction.action != Action::Compute)
      continue;
    for (const Operand& operand : instruction.operands) {
      if (operand.kind != OperandKind::Immediate)
        continue;
      const auto [low, high] = isa::value_range(spec, instruction, operand);
      if (low > INT32_MIN || high < INT32_MAX)
        continue;
      const auto result = [&](int64_t value) {
        return isa::evaluate(*instruction.result, [&](std::string_view name) {
          return name == operand.name ? value : 0;
        });
      };
      if (result(1234567) == 1234567 && result(-7) == -7)
        return instruction;
    }
  }
  throw std::runtime_error("the spec has no instruction that loads a constant");
}

void Emitter::add_constant(int target, int source, int32_t value) {
  const Instruction& instruction = constant_loader(spec_);
  Decoded decoded = blank(instruction);
  for (size_t i = 0; i < instruction.operands.size(); ++i) {
    const Operand& operand = instruction.operands[i];
    if (operand.kind == OperandKind::Immediate)
      decoded.operands[i].value = value;
    if (operand.kind == OperandKind::Register)
      decoded.operands[i].value = operand.access == isa::Access::Write ? target : source;
  }
  emit(std::move(decoded));
}

void Emitter::load_constant(int reg, int32_t value) {
  add_constant(reg, 0, value);
  known_[reg] = value;
}

void Emitter::decrement(int reg) {
  add_constant(reg, reg, -1);
}

void Emitter::set_value(Decoded& decoded, int index, int64_t value) {
  const auto [low, high] =
      isa::value_range(spec_, *decoded.instruction, decoded.instruction->operands[index]);
  if (value >= low && value <= high && random_.chance(40)) {
    decoded.operands[index].value = value;
    decoded.operands[index].base = 0;
    return;
  }
  const int64_t offset =
      random_.between(std::max<int64_t>(low, -300), std::min<int64_t>(high, 300));
  for (int tries = 0; tries < 8; ++tries) { // maybe a register is near already
    const int reg = random_register();
    if (!known_[reg])
      continue;
    const int64_t rest = value - *known_[reg];
    if (rest < low || rest > high)
      continue;
    decoded.operands[index] = {rest, reg, decoded.operands[index].generator};
    return;
  }
  // Registers of this instruction that were already given must keep their values.
  uint64_t busy = reserved_;
  for (const isa::OperandBits& bits : decoded.operands)
    busy |= uint64_t{1} << bits.base;
  int reg = free_register();
  while (busy >> reg & 1)
    reg = free_register();
  load_constant(reg, static_cast<int32_t>(value - offset));
  decoded.operands[index] = {offset, reg, decoded.operands[index].generator};
}

void Emitter::set_level(int generator, int level, const Level& value, bool keep) {
  const bool windowed = value.low != 0 || value.high != value.count;
  const Instruction* instruction = nullptr;
  for (int tries = 0; tries < 100; ++tries) {
    instruction = choose(Action::SetLevel);
    if (!windowed || instruction->find("low"))
      break;
  }
  Decoded decoded = blank(*instruction);
  decoded.operands[instruction->index_of("generator")].value = generator;
  decoded.operands[instruction->index_of("level")].value = level;
  decoded.operands[instruction->index_of("keep")].value = keep;
  const auto set = [&](const char* name, int64_t v) {
    if (const int index = instruction->index_of(name); index >= 0)
      set_value(decoded, index, v);
  };
  set("count", value.count);
  set("stride", value.stride);
  set("low", value.low);
  set("high", value.high);
  emit(std::move(decoded));
}

int Emitter::generator(const Levels& levels, uint64_t in_use) {
  for (size_t g = 0; g < generators_.size(); ++g)
    if (generators_[g] == levels && random_.chance(60))
      return static_cast<int>(g);
  int number = 0;
  do
    number = static_cast<int>(random_.between(0, std::ssize(generators_) - 1));
  while (in_use >> number & 1);
  size_t used = 1; // levels up to the last that is not the reset value
  for (size_t l = 0; l < levels.size(); ++l)
    if (levels[l] != Level{})
      used = l + 1;
  if (random_.chance(30)) { // downwards: the first resets what is above, the others keep it
    for (size_t l = used; l-- > 0;)
      set_level(number, static_cast<int>(l), levels[l], l + 1 != used);
  } else {
    for (size_t l = 0; l < used; ++l)
      set_level(number, static_cast<int>(l), levels[l], false);
  }
  generators_[number] = levels;
  return number;
}

void Emitter::random_computation() {
  const Instruction& instruction = *choose(Action::Compute);
  Decoded decoded = blank(instruction);
  std::map<std::string, std::optional<int32_t>, std::less<>> values;
  int target = -1;
  for (size_t i = 0; i < instruction.operands.size(); ++i) {
    const Operand& operand = instruction.operands[i];
    auto& bits = decoded.operands[i];
    if (operand.kind == OperandKind::Immediate) {
      const auto [low, high] = isa::value_range(spec_, instruction, operand);
      bits.value = random_.chance(30) ? random_.between(-4, 40) : random_.between(low, high);
      bits.value = std::clamp(bits.value, low, high);
      values[operand.name] = static_cast<int32_t>(bits.value);
    } else if (operand.kind == OperandKind::Register && operand.access == isa::Access::Write) {
      bits.value = target = random_.chance(5) ? 0 : free_register();
    } else if (operand.kind == OperandKind::Register) {
      bits.value = random_.between(0, spec_.machine.sequencer.registers - 1);
      values[operand.name] = known_[bits.value];
    }
  }
  std::optional<int32_t> result;
  bool all_known = true;
  for (const auto& [name, value] : values)
    all_known = all_known && value.has_value();
  if (all_known)
    result = static_cast<int32_t>(
        isa::evaluate(*instruction.result, [&](std::string_view name) -> int64_t {
          return *values.find(name)->second;
        }));
  emit(std::move(decoded));
  if (target > 0)
    known_[target] = result;
}

void Emitter::forget() {
  for (size_t i = 1; i < known_.size(); ++i)
    if (!(reserved_ >> i & 1))
      known_[i].reset();
  for (auto& generator : generators_)
    generator.reset();
}

void Emitter::load_core_number(int reg, int core) {
  const Instruction& instruction = *choose(Action::CoreNumber);
  Decoded decoded = blank(instruction);
  decoded.operands[instruction.index_of("rd")].value = reg;
  emit(std::move(decoded));
  known_[reg] = core;
}

std::vector<isa::Word> Emitter::encode(size_t origin) const {
  std::vector<isa::Word> words;
  for (size_t i = 0; i < text_.size(); ++i) {
    Decoded decoded = text_[i];
    for (size_t o = 0; o < decoded.operands.size(); ++o)
      if (decoded.instruction->operands[o].kind == OperandKind::Target)
        decoded.operands[o].value += static_cast<int64_t>(origin);
    decoded.wait = masks_[i][0];
    decoded.post = masks_[i][1];
    words.push_back(isa::encode(spec_, decoded));
  }
  return words;
}

} // namespace npuforge::random_programs
