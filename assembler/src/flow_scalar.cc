#include "flow_scalar.h"

#include <algorithm>
#include <span>

#include <fmt/format.h>

#include "npuforge/isa/pace.h"

#include "instruction_syntax.h"

namespace npuforge::assembler {

Scalars Scalars::at_reset(const isa::SequencerParams& sequencer) {
  Generator reset;
  reset.fill(isa::Level{});
  return {Registers(static_cast<std::size_t>(sequencer.registers), 0),
          std::vector<Generator>(static_cast<std::size_t>(sequencer.generators), reset)};
}

bool Scalars::widen(const Scalars& others) {
  bool changed = false;
  auto forget = [&changed](auto& own, const auto& other) {
    if (own && own != other) {
      own.reset();
      changed = true;
    }
  };
  for (std::size_t i = 0; i < registers.size(); ++i)
    forget(registers[i], others.registers[i]);
  for (std::size_t g = 0; g < generators.size(); ++g)
    for (std::size_t l = 0; l < generators[g].size(); ++l)
      forget(generators[g][l], others.generators[g][l]);
  return changed;
}

ScalarText::ScalarText(const Program& program, const isa::Spec& spec) : spec_(spec) {
  for (const isa::Word& word : program.text)
    words_.push_back(isa::decode(spec, word).value_or(isa::Decoded{}));
  for (const isa::Instruction& instruction : spec.instructions)
    instructions_.push_back(compile(spec.machine, instruction));
}

ScalarText::Compiled ScalarText::compile(const isa::Machine& machine,
                                         const isa::Instruction& instruction) {
  Compiled made;
  made.target = instruction.index_of("target");
  made.count = instruction.index_of("count");
  made.event = instruction.index_of("event");
  made.cores = instruction.index_of("cores");
  made.next = instruction.index_of("next");
  made.address = instruction.index_of("address");
  made.generator = instruction.index_of("generator");
  made.level = instruction.index_of("level");
  made.stride = instruction.index_of("stride");
  made.low = instruction.index_of("low");
  made.high = instruction.index_of("high");
  made.keep = instruction.index_of("keep");
  made.levels = instruction.levels;
  if (isa::is_copy(instruction.action))
    made.bytes = instruction.index_of("bytes");
  made.streams = isa::stream_plans(machine, instruction);
  if (instruction.unit == isa::Unit::Vector) {
    std::vector<std::string> names;
    for (const isa::StreamPlan& stream : made.streams)
      names.push_back(instruction.operands[static_cast<std::size_t>(stream.operand)].name);
    made.occupancy.emplace(instruction.timing.occupancy, machine, names);
    made.latency.emplace(instruction.timing.latency, machine, names);
    made.pace = isa::pace(machine, instruction);
  }
  std::vector<isa::Symbol> inputs;
  for (std::size_t o = 0; o < instruction.operands.size(); ++o) {
    const isa::Operand& operand = instruction.operands[o];
    inputs.push_back({operand.name, operand.type});
    if (operand.kind == isa::OperandKind::Register && operand.access == isa::Access::Write)
      made.destination = static_cast<int>(o);
  }
  if (instruction.unit == isa::Unit::Sequencer && inputs.size() <= kMostOperands) {
    if (instruction.action == isa::Action::Compute)
      made.result.emplace(*instruction.result, inputs);
    if (instruction.action == isa::Action::Branch)
      made.condition.emplace(*instruction.condition, inputs);
  }
  return made;
}

const ScalarText::Compiled& ScalarText::compiled(uint32_t pc) const {
  return instructions_[static_cast<std::size_t>(words_[pc].instruction -
                                                spec_.instructions.data())];
}

uint32_t ScalarText::target(uint32_t pc) const {
  return static_cast<uint32_t>(
      words_[pc].operands[static_cast<std::size_t>(compiled(pc).target)].value);
}

std::optional<int32_t> ScalarText::operand(uint32_t pc, int index, const Scalars& scalars) const {
  const isa::Decoded& word = words_[pc];
  const isa::OperandBits& bits = word.operands[static_cast<std::size_t>(index)];
  auto value = [&](int64_t number) -> std::optional<int32_t> {
    return number == 0 ? 0 : scalars.registers[static_cast<std::size_t>(number)];
  };
  switch (word.instruction->operands[static_cast<std::size_t>(index)].kind) {
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

std::optional<int32_t> ScalarText::operand_or(uint32_t pc, int index,
                                              std::optional<int32_t> otherwise,
                                              const Scalars& scalars) const {
  return index < 0 ? otherwise : operand(pc, index, scalars);
}

std::optional<int32_t> ScalarText::compute(uint32_t pc, const isa::Kernel& kernel,
                                           const Scalars& scalars) const {
  const std::size_t count = words_[pc].operands.size();
  std::array<int32_t, kMostOperands> values{};
  std::array<const void*, kMostOperands> columns{};
  for (std::size_t o = 0; o < count; ++o) {
    columns[o] = &values[o];
    if (static_cast<int>(o) == compiled(pc).destination)
      continue;
    const auto known = operand(pc, static_cast<int>(o), scalars);
    if (!known)
      return {};
    values[o] = *known;
  }
  int32_t result = 0; // of a condition: the byte of a bool
  kernel.run(std::span(columns.data(), count), &result, 1);
  return result;
}

std::optional<bool> ScalarText::taken(uint32_t pc, const Scalars& scalars) const {
  const auto result = compute(pc, *compiled(pc).condition, scalars);
  return result ? std::optional(*result != 0) : std::nullopt;
}

std::optional<int32_t> ScalarText::count(uint32_t pc, const Scalars& scalars) const {
  return operand(pc, compiled(pc).count, scalars);
}

void ScalarText::execute(uint32_t pc, int core, Scalars& scalars) const {
  const Compiled& made = compiled(pc);
  if (action(pc) == isa::Action::SetLevel)
    set_level(pc, scalars);
  if (made.destination < 0)
    return;
  const auto number = static_cast<std::size_t>(
      words_[pc].operands[static_cast<std::size_t>(made.destination)].value);
  if (action(pc) == isa::Action::CoreNumber)
    scalars.registers[number] = core;
  else
    scalars.registers[number] = made.result ? compute(pc, *made.result, scalars) : std::nullopt;
}

void ScalarText::set_level(uint32_t pc, Scalars& scalars) const {
  const Compiled& made = compiled(pc);
  auto number = [&](int index) {
    return static_cast<std::size_t>(words_[pc].operands[static_cast<std::size_t>(index)].value);
  };
  Scalars::Generator& generator = scalars.generators[number(made.generator)];
  const std::size_t at = number(made.level);
  const auto count = operand(pc, made.count, scalars), stride = operand(pc, made.stride, scalars);
  const auto low = operand_or(pc, made.low, 0, scalars);
  const auto high = operand_or(pc, made.high, count, scalars);
  generator[at].reset();
  if (count && stride && low && high)
    generator[at] = isa::Level{*count, *stride, *low, *high};
  if (made.keep < 0 || number(made.keep) == 0)
    std::fill(generator.begin() + static_cast<std::ptrdiff_t>(at) + 1, generator.end(),
              isa::Level{});
}

FlowStep ScalarText::step(uint32_t pc, const Scalars& scalars) const {
  const isa::Decoded& word = words_[pc];
  const Compiled& made = compiled(pc);
  FlowStep step{.pc = pc,
                .unit = word.instruction->unit,
                .action = action(pc),
                .wait = word.wait,
                .post = word.post};
  if (step.action == isa::Action::Multiply)
    step.next = word.operands[static_cast<std::size_t>(made.next)].value != 0;
  if (!step.of_event() && step.action != isa::Action::CopyAcross)
    return step;
  auto value = [&](int index) {
    const auto known = operand_or(pc, index, 0, scalars);
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
