// Does an instruction have the operands that its action needs, and no others?
#include <fmt/format.h>

#include "actions.h"
#include "readers.h"
#include "section.h"

namespace npuforge::isa {
namespace {

std::string describe(const OperandRule& rule) {
  std::string text = name(rule.kind);
  if (rule.space)
    text += fmt::format(" of the {}", name(*rule.space));
  if (rule.type)
    text += fmt::format(" of {}", name(*rule.type));
  if (rule.access)
    text += *rule.access == Access::Read ? " that is read" : " that is written";
  return text;
}

bool matches(const OperandRule& rule, const Operand& operand) {
  return rule.kind == operand.kind && (!rule.access || *rule.access == operand.access) &&
         (!rule.space || *rule.space == operand.space) &&
         (!rule.type || *rule.type == operand.type);
}

class ActionCheck {
public:
  ActionCheck(const Node& semantics, InstructionReading& reading)
      : semantics_(semantics), reading_(reading), rule_(rule_of(reading.instruction.action)) {}

  void run() {
    for (const OperandRule& rule : rule_.operands)
      check_named(rule);
    for (std::size_t i = 0; i < reading_.instruction.operands.size(); ++i)
      check_free(reading_.instruction.operands[i], *reading_.operand_nodes[i]);
    for (const FreeRule& rule : rule_.free)
      if (rule.written)
        check_one_written(rule.kind);
    if (rule_.action == Action::SetLevel)
      check_window();
    if (rule_.action == Action::Reduce)
      check_reads_a_stream();
    if (rule_.action == Action::Preload || rule_.action == Action::Multiply)
      check_array_types();
    if (rule_.action == Action::LoadScalar || rule_.action == Action::StoreScalar)
      check_words();
    if (rule_.action == Action::Signal || rule_.action == Action::Await)
      check_events();
    if (rule_.action == Action::CopyAcross)
      check_across();
  }

private:
  void add(const Node& where, std::string message) {
    reading_.all.problems.add(where, std::move(message));
  }
  const Node& action_node() const { return *semantics_.find("action"); }
  const char* action() const { return name(rule_.action); }

  void check_named(const OperandRule& rule) {
    const Instruction& instruction = reading_.instruction;
    int index = instruction.index_of(rule.name);
    if (index < 0 && rule.required)
      add(action_node(), fmt::format("action '{}' needs the operand '{}', a {}", action(),
                                     rule.name, describe(rule)));
    if (index >= 0 && !matches(rule, instruction.operands[index]))
      add(*reading_.operand_nodes[index], fmt::format("operand '{}' of action '{}' must be a {}",
                                                      rule.name, action(), describe(rule)));
  }

  void check_free(const Operand& operand, const Node& node) {
    for (const OperandRule& rule : rule_.operands)
      if (operand.name == rule.name)
        return;
    for (const FreeRule& rule : rule_.free) {
      if (operand.kind != rule.kind)
        continue;
      if (operand.access == Access::Write && !rule.written)
        add(node, fmt::format("action '{}' cannot write operand '{}'", action(), operand.name));
      if (operand.kind == OperandKind::Stream && operand.space == Space::Dram)
        add(node, fmt::format("action '{}' cannot reach the dram (operand '{}')", action(),
                              operand.name));
      return;
    }
    add(node, fmt::format("action '{}' has no use for operand '{}', a {}", action(), operand.name,
                          name(operand.kind)));
  }

  void check_one_written(OperandKind kind) {
    int written = 0;
    for (const Operand& operand : reading_.instruction.operands)
      written += operand.kind == kind && operand.access == Access::Write;
    if (written != 1)
      add(action_node(), fmt::format("action '{}' writes exactly one {}; {} has {}", action(),
                                     name(kind), reading_.what, written));
  }

  void check_window() {
    const Instruction& instruction = reading_.instruction;
    if (!instruction.find("low") != !instruction.find("high"))
      add(action_node(), "a window needs both operands, 'low' and 'high'");
  }

  /// The array has elements for some types; sums of integers are i32, those of floats f32, and what
  /// fills up a row of floats is one.
  void check_array_types() {
    const Instruction& instruction = reading_.instruction;
    const Operand* source = instruction.find("src");
    if (!source)
      return; // reported
    const ArrayParams& array = reading_.all.spec.machine.array;
    std::vector<std::string> names;
    for (Type type : array.types)
      names.emplace_back(name(type));
    if (!array.multiplies(source->type))
      add(operand_node(*source), fmt::format("the array multiplies no {}; array.types are {}",
                                             name(source->type), list(names)));
    const bool real = is_float(source->type);
    require_type("dst", real ? Type::F32 : Type::I32, *source);
    require_type("fill", real ? Type::F32 : Type::I32, *source);
  }

  /// A word lies in one row, and so in one bank.
  void check_words() {
    if (const int bytes = reading_.all.spec.machine.row_bytes(); bytes % 4 != 0)
      add(action_node(), fmt::format("action '{}' needs rows of the scratchpad of whole words; "
                                     "array.cols is {}, no multiple of 4",
                                     action(), bytes));
  }

  void check_events() {
    if (reading_.all.spec.machine.events.count == 0)
      add(action_node(), fmt::format("action '{}' needs event counters: 'machine' has no 'events', "
                                     "e.g. {{count: 16, max: 15, latency: 2}}",
                                     action()));
  }

  /// A beat is a part of a row or some whole ones, and there is somebody to send it to.
  void check_across() {
    const Machine& m = reading_.all.spec.machine;
    const int beat = m.dram.beat_bytes, row = m.row_bytes();
    if (m.cores < 2)
      add(action_node(),
          fmt::format("action '{}' needs other cores: machine.cores is {}", action(), m.cores));
    if (beat > 0 && row > 0 && beat % row != 0 && row % beat != 0)
      add(action_node(), fmt::format("action '{}' needs beats of whole rows or rows of whole "
                                     "beats: array.cols is {}, dram.beat_bytes {}",
                                     action(), row, beat));
    else if (beat > 0 && m.scratchpad.bytes % beat != 0)
      add(action_node(),
          fmt::format("action '{}' needs a scratchpad of whole beats: scratchpad.bytes is {}, "
                      "dram.beat_bytes {}",
                      action(), m.scratchpad.bytes, beat));
  }

  void require_type(const char* operand, Type type, const Operand& source) {
    const Operand* found = reading_.instruction.find(operand);
    if (found && found->type != type)
      add(operand_node(*found),
          fmt::format("operand '{}' of action '{}' on {} has the type {}, not {}", operand,
                      action(), name(source.type), name(type), name(found->type)));
  }

  const Node& operand_node(const Operand& operand) const {
    return *reading_.operand_nodes[&operand - reading_.instruction.operands.data()];
  }

  void check_reads_a_stream() {
    for (const Operand& operand : reading_.instruction.operands)
      if (operand.kind == OperandKind::Stream && operand.access == Access::Read)
        return;
    add(action_node(), "action 'reduce' needs a stream that is read");
  }

  const Node& semantics_;
  InstructionReading& reading_;
  const ActionRule& rule_;
};

} // namespace

void check_action_operands(const Node& semantics, InstructionReading& reading) {
  ActionCheck(semantics, reading).run();
}

} // namespace npuforge::isa
