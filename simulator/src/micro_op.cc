#include "micro_op.h"

#include <stdexcept>

#include "npuforge/isa/pace.h"

namespace npuforge::simulator {
namespace {

using isa::OperandKind;

void require(bool good, const isa::Instruction& instruction, const char* what) {
  if (!good)
    throw std::invalid_argument("the model cannot run '" + instruction.mnemonic + "': " + what);
}

Roles make_roles(const isa::Instruction& i) {
  Roles roles;
  roles.target = i.index_of("target");
  roles.count = i.index_of("count");
  roles.generator = i.index_of("generator");
  roles.level = i.index_of("level");
  roles.stride = i.index_of("stride");
  roles.low = i.index_of("low");
  roles.high = i.index_of("high");
  roles.keep = i.index_of("keep");
  roles.bytes = i.index_of("bytes");
  roles.fill = i.index_of("fill");
  roles.accumulate = i.index_of("accumulate");
  roles.next = i.index_of("next");
  roles.lane = i.index_of("lane");
  roles.value = i.index_of("value");
  roles.levels = i.levels;
  roles.address = i.index_of("address");
  roles.rs = i.index_of("rs");
  roles.cores = i.index_of("cores");
  roles.event = i.index_of("event");
  for (size_t o = 0; o < i.operands.size(); ++o)
    if (i.operands[o].kind == OperandKind::Register && i.operands[o].access == isa::Access::Write)
      roles.rd = static_cast<int>(o);
  return roles;
}

void add_streams(const isa::Instruction& instruction, const isa::Machine& machine, Plan& plan) {
  plan.pace = isa::pace(machine, instruction);
  plan.streams = isa::stream_plans(machine, instruction);
  for (size_t s = 0; s < plan.streams.size(); ++s)
    if (plan.streams[s].access == isa::Access::Write)
      plan.destination = static_cast<int>(s);
  require(plan.streams.size() <= kMaxStreams, instruction, "too many streams");
}

int stream_of(const Plan& plan, int operand) {
  for (size_t s = 0; s < plan.streams.size(); ++s)
    if (plan.streams[s].operand == operand)
      return static_cast<int>(s);
  throw std::logic_error("a port use names no stream");
}

void add_timing(const isa::Instruction& instruction, const isa::Machine& machine, Plan& plan) {
  if (instruction.timing.dynamic)
    return;
  std::vector<std::string> names;
  for (const StreamPlan& stream : plan.streams)
    names.push_back(instruction.operands[stream.operand].name);
  plan.occupancy = TimingExpression(instruction.timing.occupancy, machine, names);
  plan.latency = TimingExpression(instruction.timing.latency, machine, names);
  for (const isa::PortUse& use : instruction.timing.uses)
    plan.uses.push_back({stream_of(plan, use.stream), use.port,
                         TimingExpression(use.start, machine, names),
                         TimingExpression(use.cycles, machine, names), use.when});
  require(plan.uses.size() <= kMaxUses, instruction, "too many port uses");
}

void add_kernels(const isa::Instruction& instruction, const isa::Machine& machine, Plan& plan) {
  const int lanes = instruction.unit == isa::Unit::Vector ? machine.array.cols : 1;
  std::vector<isa::Symbol> inputs;
  for (const isa::Operand& operand : instruction.operands)
    inputs.push_back({operand.name, operand.type});
  require(inputs.size() < kMaxOperands, instruction, "too many operands");
  inputs.push_back({"state", instruction.state});
  auto compile = [&](const isa::ExprPtr& expr, std::optional<isa::Kernel>& kernel) {
    if (expr)
      kernel.emplace(*expr, inputs, lanes);
  };
  compile(instruction.init, plan.init);
  compile(instruction.step, plan.step);
  compile(instruction.result, plan.result);
  compile(instruction.condition, plan.condition);
}

int32_t layer_of(const std::vector<assembler::LayerRange>& layers, uint32_t pc) {
  for (size_t l = 0; l < layers.size(); ++l)
    if (pc >= layers[l].first && pc < layers[l].last)
      return static_cast<int32_t>(l);
  return -1;
}

} // namespace

std::vector<std::unique_ptr<Plan>> make_plans(const isa::Spec& spec) {
  std::vector<std::unique_ptr<Plan>> plans;
  for (const isa::Instruction& instruction : spec.instructions) {
    auto plan = std::make_unique<Plan>();
    plan->instruction = &instruction;
    plan->unit = instruction.unit;
    plan->action = instruction.action;
    plan->roles = make_roles(instruction);
    add_streams(instruction, spec.machine, *plan);
    add_timing(instruction, spec.machine, *plan);
    add_kernels(instruction, spec.machine, *plan);
    plans.push_back(std::move(plan));
  }
  return plans;
}

MicroOp decode_word(const isa::Spec& spec, const std::vector<std::unique_ptr<Plan>>& plans,
                    const isa::Word& word) {
  MicroOp op;
  std::optional<isa::Decoded> decoded = isa::decode(spec, word);
  if (!decoded)
    return op;
  op.plan = plans[decoded->instruction - spec.instructions.data()].get();
  op.wait = decoded->wait;
  op.post = decoded->post;
  op.operands = std::move(decoded->operands);
  return op;
}

std::vector<MicroOp> decode_text(const isa::Spec& spec,
                                 const std::vector<std::unique_ptr<Plan>>& plans,
                                 const assembler::Program& program) {
  std::vector<MicroOp> ops(program.text.size());
  for (uint32_t pc = 0; pc < ops.size(); ++pc) {
    ops[pc] = decode_word(spec, plans, program.text[pc]);
    ops[pc].layer = layer_of(program.layers, pc);
  }
  return ops;
}

} // namespace npuforge::simulator
