#include "flow_scalar.h"

#include <fmt/format.h>

#include "instruction_syntax.h"

namespace npuforge::assembler {

namespace {

constexpr std::size_t kMostOperands = 24;

} // namespace

ScalarText::ScalarText(const Program& program, const isa::Spec& spec) : spec_(spec) {
  for (const isa::Word& word : program.text) {
    words_.push_back(isa::decode(spec, word).value_or(isa::Decoded{}));
  }
  for (const isa::Instruction& instruction : spec.instructions) {
    Compiled made;
    made.target = instruction.index_of("target");
    made.count = instruction.index_of("count");
    made.event = instruction.index_of("event");
    made.cores = instruction.index_of("cores");
    std::vector<isa::Symbol> inputs;
    for (std::size_t o = 0; o < instruction.operands.size(); ++o) {
      const isa::Operand& operand = instruction.operands[o];
      inputs.push_back({operand.name, operand.type});
      if (operand.kind == isa::OperandKind::Register && operand.access == isa::Access::Write) {
        made.destination = static_cast<int>(o);
      }
    }
    if (instruction.unit == isa::Unit::Sequencer && inputs.size() <= kMostOperands) {
      if (instruction.action == isa::Action::Compute) {
        made.result.emplace(*instruction.result, inputs);
      }
      if (instruction.action == isa::Action::Branch) {
        made.condition.emplace(*instruction.condition, inputs);
      }
    }
    instructions_.push_back(std::move(made));
  }
}

const ScalarText::Compiled& ScalarText::compiled(uint32_t pc) const {
  return instructions_[static_cast<std::size_t>(words_[pc].instruction -
                                                spec_.instructions.data())];
}

uint32_t ScalarText::target(uint32_t pc) const {
  return static_cast<uint32_t>(
      words_[pc].operands[static_cast<std::size_t>(compiled(pc).target)].value);
}

std::optional<int32_t> ScalarText::operand(uint32_t pc, std::size_t index,
                                           const Registers& registers) const {
  const isa::Decoded& word = words_[pc];
  const isa::OperandBits& bits = word.operands[index];
  auto value = [&](int64_t number) -> std::optional<int32_t> {
    return number == 0 ? 0 : registers[static_cast<std::size_t>(number)];
  };
  switch (word.instruction->operands[index].kind) {
  case isa::OperandKind::Register:
    return value(bits.value);
  case isa::OperandKind::Value:
    if (const auto base = value(bits.base)) {
      return static_cast<int32_t>(static_cast<uint32_t>(*base) + static_cast<uint32_t>(bits.value));
    }
    return {};
  default:
    return static_cast<int32_t>(bits.value);
  }
}

std::optional<int32_t> ScalarText::compute(uint32_t pc, const isa::Kernel& kernel,
                                           const Registers& registers) const {
  const std::size_t count = words_[pc].operands.size();
  std::array<int32_t, kMostOperands> values{};
  std::array<const void*, kMostOperands> columns{};
  for (std::size_t o = 0; o < count; ++o) {
    columns[o] = &values[o];
    if (static_cast<int>(o) == compiled(pc).destination) {
      continue;
    }
    const auto known = operand(pc, o, registers);
    if (!known) {
      return {};
    }
    values[o] = *known;
  }
  int32_t result = 0; // of a condition: the byte of a bool
  kernel.run(std::span(columns.data(), count), &result, 1);
  return result;
}

std::optional<bool> ScalarText::taken(uint32_t pc, const Registers& registers) const {
  const auto result = compute(pc, *compiled(pc).condition, registers);
  return result ? std::optional(*result != 0) : std::nullopt;
}

std::optional<int32_t> ScalarText::count(uint32_t pc, const Registers& registers) const {
  return operand(pc, static_cast<std::size_t>(compiled(pc).count), registers);
}

void ScalarText::execute(uint32_t pc, int core, Registers& registers) const {
  const Compiled& made = compiled(pc);
  if (made.destination < 0) {
    return;
  }
  const auto number = static_cast<std::size_t>(
      words_[pc].operands[static_cast<std::size_t>(made.destination)].value);
  if (action(pc) == isa::Action::CoreNumber) {
    registers[number] = core;
  } else {
    registers[number] = made.result ? compute(pc, *made.result, registers) : std::nullopt;
  }
}

FlowStep ScalarText::step(uint32_t pc, const Registers& registers) const {
  const isa::Decoded& word = words_[pc];
  FlowStep step{.pc = pc,
                .unit = word.instruction->unit,
                .action = action(pc),
                .wait = word.wait,
                .post = word.post};
  if (!step.of_event()) {
    return step;
  }
  const Compiled& made = compiled(pc);
  auto value = [&](int index) {
    const auto known = index < 0 ? 0 : operand(pc, static_cast<std::size_t>(index), registers);
    step.known = step.known && known.has_value();
    return known.value_or(0);
  };
  step.event = value(made.event);
  step.count = value(made.count);
  step.cores = static_cast<uint32_t>(value(made.cores));
  return step;
}

std::string ScalarText::print(uint32_t pc) const {
  return fmt::format(
      "instruction {} ({})", pc,
      print_instruction(spec_, words_[pc], [](int64_t index) { return std::to_string(index); }));
}

} // namespace npuforge::assembler
