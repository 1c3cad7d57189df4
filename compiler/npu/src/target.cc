#include "target.h"

#include "scalar_functions.h"

namespace npuforge::npu {

using isa::Action;
using isa::OperandKind;
using Names = std::map<std::string, std::string, std::less<>>;

bool matches(const isa::Expr& pattern, const isa::Expr& candidate, Names& names) {
  if (pattern.kind != candidate.kind || pattern.args.size() != candidate.args.size())
    return false;
  if (pattern.kind == isa::ExprKind::Name) {
    for (const auto& [from, to] : names)
      if (from != pattern.text && to == candidate.text)
        return false;
    return names.emplace(pattern.text, candidate.text).first->second == candidate.text;
  }
  if (pattern.kind == isa::ExprKind::Literal)
    return pattern.literal == candidate.literal;
  if (pattern.text != candidate.text)
    return false;
  for (size_t i = 0; i < pattern.args.size(); ++i)
    if (!matches(*pattern.args[i], *candidate.args[i], names))
      return false;
  return true;
}

namespace {

bool matches(std::string_view pattern, const isa::ExprPtr& candidate, Names& names) {
  return candidate && npu::matches(*isa::parse_expression(pattern), *candidate, names);
}

/// The only written operand of a kind.
const isa::Operand* written(const isa::Instruction& instruction, OperandKind kind) {
  for (const isa::Operand& operand : instruction.operands)
    if (operand.kind == kind && operand.access == isa::Access::Write)
      return &operand;
  return nullptr;
}

bool isKind(const isa::Instruction& instruction, const Names& names, std::string_view role,
            OperandKind kind) {
  const isa::Operand* operand = instruction.find(names.find(role)->second);
  return operand && operand->kind == kind;
}

} // namespace

Target::Target(const isa::Spec& spec) : spec_(&spec) {}

const isa::Instruction* Target::action(Action action) const {
  for (const isa::Instruction& instruction : spec_->instructions)
    if (instruction.action == action)
      return &instruction;
  return nullptr;
}

const isa::Instruction* Target::action(Action action, std::string_view unit) const {
  for (const isa::Instruction& instruction : spec_->instructions)
    if (instruction.action == action && isa::name(instruction.unit) == unit)
      return &instruction;
  return nullptr;
}

const isa::Instruction* Target::array(Action action, std::string_view element) const {
  for (const isa::Instruction& instruction : spec_->instructions)
    if (instruction.action == action && element == isa::name(instruction.find("src")->type))
      return &instruction;
  return nullptr;
}

std::string Target::arrayElement() const {
  const isa::Instruction* multiply = action(Action::Multiply);
  return multiply ? isa::name(multiply->find("src")->type) : "";
}

const isa::Instruction* Target::setLevel(bool window) const {
  for (const isa::Instruction& instruction : spec_->instructions)
    if (instruction.action == Action::SetLevel && (instruction.find("low") != nullptr) == window)
      return &instruction;
  return nullptr;
}

Choice Target::scalar(std::string_view function, bool immediate) const {
  std::string_view pattern;
  for (const ScalarFunction& candidate : kScalarFunctions)
    if (candidate.name == function)
      pattern = candidate.result;
  for (const isa::Instruction& instruction : spec_->instructions) {
    Names names;
    if (instruction.action != Action::Compute || !matches(pattern, instruction.result, names))
      continue;
    if (!isKind(instruction, names, "a", OperandKind::Register))
      continue;
    if (!isKind(instruction, names, "b",
                immediate ? OperandKind::Immediate : OperandKind::Register))
      continue;
    names["result"] = written(instruction, OperandKind::Register)->name;
    return {&instruction, names};
  }
  return {};
}

Choice Target::branchIfLess() const {
  for (const isa::Instruction& instruction : spec_->instructions) {
    Names names;
    if (instruction.action != Action::Branch || !matches(kLess, instruction.condition, names))
      continue;
    if (isKind(instruction, names, "a", OperandKind::Register) &&
        isKind(instruction, names, "b", OperandKind::Register))
      return {&instruction, names};
  }
  return {};
}

/// Each core has an event of its number, which its store unit signals and load units await.
void Target::addCores(std::vector<std::string>& list) const {
  const isa::Machine& machine = spec_->machine;
  if (machine.cores == 1)
    return;
  if (machine.events.count < machine.cores)
    list.push_back(std::to_string(machine.cores) + " cores need as many events, there are " +
                   std::to_string(machine.events.count));
  if (!action(Action::CoreNumber))
    list.push_back("no instruction gives the number of the core");
  if (!action(Action::Signal, "store"))
    list.push_back("the store unit signals no event");
  if (!action(Action::Await, "load"))
    list.push_back("the load unit awaits no event");
}

std::vector<std::string> Target::missing() const {
  std::vector<std::string> list;
  addCores(list);
  for (Action needed :
       {Action::Loop, Action::Nothing, Action::Halt, Action::CopyIn, Action::CopyOut,
        Action::Preload, Action::Multiply, Action::LoadLanes, Action::SetLanes})
    if (!action(needed))
      list.push_back(std::string("no instruction has the action ") + name(needed));
  if (action(Action::Multiply) && !array(Action::Preload, arrayElement()))
    list.push_back("no instruction preloads " + arrayElement() + ", which one multiplies");
  for (bool window : {false, true})
    if (!setLevel(window))
      list.push_back(window ? "no set_level has a window" : "no set_level is without a window");
  for (const ScalarFunction& function : kScalarFunctions)
    if (!scalar(function.name, function.name == "shift" || function.name == "mul" ||
                                   function.name == "min" || function.name == "max"))
      list.push_back("no scalar instruction computes " + std::string(function.result));
  if (!scalar("add", true))
    list.push_back("no scalar instruction adds a constant");
  if (!branchIfLess())
    list.push_back("no branch has the condition " + std::string(kLess));
  return list;
}

} // namespace npuforge::npu
