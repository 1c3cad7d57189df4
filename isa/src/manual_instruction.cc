// The manual's entry of an instruction.
#include <algorithm>

#include <fmt/format.h>

#include "npuforge/isa/word.h"

#include "example.h"
#include "expression_rules.h"
#include "manual_build.h"

namespace npuforge::isa::manual {
namespace {

/// Most are i32, which goes without saying.
std::string type_text(const Operand& operand) {
  return operand.type == Type::I32 ? "" : fmt::format(" of {}", name(operand.type));
}

std::string kind_text(const Operand& operand) {
  std::string text = name(operand.kind);
  switch (operand.kind) {
  case OperandKind::Register:
  case OperandKind::Lane:
    return text + type_text(operand) + (operand.access == Access::Read ? ", read" : ", written");
  case OperandKind::Value:
  case OperandKind::Immediate:
    return text + type_text(operand) + (operand.is_signed ? ", signed" : ", unsigned");
  case OperandKind::Stream:
    text += fmt::format(", {} {}: {}", operand.access == Access::Read ? "reads" : "writes",
                        name(operand.space), name(operand.type));
    text += operand.space != Space::Accumulator && operand.byte_aligned ? ", at any byte"
                                                                        : ", whole rows";
    return text +
           (operand.fill.empty() ? "" : fmt::format("; outside the window `{}`", operand.fill));
  default:
    return text;
  }
}

std::string range_text(const Spec& spec, const Instruction& instruction, const Operand& operand) {
  auto [low, high] = value_range(spec, instruction, operand);
  const char* what =
      operand.kind == OperandKind::Stream || operand.kind == OperandKind::Value ? "offset " : "";
  return fmt::format("{}{} to {}", what, low, high);
}

void add_operands(const Spec& spec, const Instruction& instruction, Blocks& out) {
  if (instruction.operands.empty())
    return;
  Table table{{plain("Operand"), plain("Kind"), plain("Range")}, {}};
  for (const Operand& operand : instruction.operands)
    table.rows.push_back({code(operand.name), prose(kind_text(operand)),
                          plain(range_text(spec, instruction, operand))});
  out.push_back(std::move(table));
}

std::string written_operand(const Instruction& instruction) {
  for (const Operand& operand : instruction.operands)
    if (operand.access == Access::Write)
      return operand.name;
  return "result";
}

/// Lines that say what the lets stand for that `expr` uses, in their order.
std::string lets_text(const std::vector<ExprPtr>& lets, const ExprPtr& expr,
                      const std::string& indent) {
  const std::vector<const Expr*> used = lets_in({expr});
  std::string text;
  for (const ExprPtr& let : lets)
    if (std::find(used.begin(), used.end(), let.get()) != used.end())
      text += fmt::format("{}{} = {}\n", indent, let->text, print(*let->args[0]));
  return text;
}

/// The meaning as a few lines of code; empty if it is the unit's own, which the prose tells.
std::string meaning_of(const Instruction& instruction) {
  const std::string to = written_operand(instruction);
  auto assign = [&](const std::string& indent, const std::string& target, const ExprPtr& expr) {
    return fmt::format("{}{}{} = {}", lets_text(instruction.lets, expr, indent), indent, target,
                       print(*expr));
  };
  switch (instruction.action) {
  case Action::Compute:
    return assign("", to, instruction.result);
  case Action::Branch:
    return fmt::format("{}if ({}) go to the target",
                       lets_text(instruction.lets, instruction.condition, ""),
                       print(*instruction.condition));
  case Action::Map:
    return "for each row, for each lane:\n" + assign("  ", to, instruction.result);
  case Action::Reduce:
    return "for each group of rows, for each lane:\n" + assign("  ", "state", instruction.init) +
           "\n  for each row of the group:\n" + assign("    ", "state", instruction.step) + "\n" +
           assign("  ", to, instruction.result);
  case Action::CoreNumber:
    return fmt::format("{} = number of the core", instruction.operands.front().name);
  case Action::Signal:
    return "for each core of the mask: counter[event] += 1";
  case Action::CopyAcross:
    return "for each core of the mask: its scratchpad[dst ..] = scratchpad[src ..], bytes of each "
           "run";
  case Action::Await:
    return "wait until counter[event] >= count, then counter[event] -= count";
  default:
    return "";
  }
}

void add_semantics(const Instruction& instruction, Blocks& out) {
  const std::string meaning = meaning_of(instruction);
  if (meaning.empty())
    return;
  out.push_back(Heading{4, instruction_id(instruction) + "-semantics", plain("Semantics")});
  out.push_back(Listing{"text", meaning});
  if (instruction.levels >= 0)
    out.push_back(Paragraph{plain("A group is the rows of the lowest ") +
                            code(instruction.operands[instruction.levels].name) +
                            plain(" levels of the generator.")});
  if (instruction.state != Type::I32)
    out.push_back(Paragraph{code("state") + plain(" is of type ") + code(name(instruction.state)) +
                            plain(".")});
}

void add_timing(const Instruction& instruction, Blocks& out) {
  out.push_back(Heading{4, instruction_id(instruction) + "-timing", plain("Timing")});
  const Timing& timing = instruction.timing;
  if (timing.dynamic) {
    const bool event = instruction.action == Action::Signal || instruction.action == Action::Await;
    out.push_back(Paragraph{plain(
        event ? "One cycle, when those before it in its unit have completed."
              : "Depends on the memory and on the ports that are free: beat by beat, in order.")});
    return;
  }
  Table table{{plain("What"), plain("Cycles")}, {}};
  table.rows.push_back({plain("occupancy"), code(print(*timing.occupancy))});
  table.rows.push_back({plain("latency"), code(print(*timing.latency))});
  for (const PortUse& use : timing.uses) {
    Text what = plain(fmt::format("{} port of the banks of ", name(use.port))) +
                code(instruction.operands[use.stream].name);
    if (use.when >= 0)
      what = what + plain(", if ") + code(instruction.operands[use.when].name) + plain(" is not 0");
    table.rows.push_back({what, code(print(*use.cycles)) + plain(" from cycle ") +
                                    code(print(*use.start)) + plain(" on")});
  }
  out.push_back(std::move(table));
}

std::string word_text(const Spec& spec, const Word& word) {
  std::string text = "0x";
  for (int byte = spec.word_bytes() - 1; byte >= 0; --byte)
    text += fmt::format("{:02x}", word.bits[byte / 8] >> (8 * (byte % 8)) & 0xff);
  return text;
}

void add_example(const Spec& spec, const Instruction& instruction, Blocks& out) {
  const Example example = example_of(spec, instruction);
  out.push_back(Heading{4, instruction_id(instruction) + "-example", plain("Example")});
  out.push_back(Listing{"npuasm", example.text});
  out.push_back(Paragraph{plain("Encoded: ") + code(word_text(spec, example.word))});
}

void add_instruction(const Spec& spec, const Instruction& instruction, Blocks& out) {
  const Format& format = spec.formats[instruction.format];
  out.push_back(Heading{3, instruction_id(instruction), code(instruction.mnemonic)});
  out.push_back(Paragraph{prose(instruction.prose)});
  out.push_back(Listing{"text", instruction.mnemonic + (instruction.syntax.empty() ? "" : " ") +
                                    instruction.syntax});
  add_operands(spec, instruction, out);
  out.push_back(Heading{4, instruction_id(instruction) + "-encoding", plain("Encoding")});
  out.push_back(Paragraph{plain("Opcode ") + code(fmt::format("{:#04x}", instruction.opcode)) +
                          plain(", format ") + link(format.name, format_id(format)) + plain(".")});
  out.push_back(diagram_of(spec, format, &instruction));
  add_semantics(instruction, out);
  add_timing(instruction, out);
  add_example(spec, instruction, out);
}

} // namespace

void add_instructions(const Spec& spec, Blocks& out) {
  for (int unit = 0; unit < kUnitCount; ++unit) {
    const std::string unit_name = name(static_cast<Unit>(unit));
    out.push_back(Heading{2, "unit-" + unit_name, plain("Instructions of unit " + unit_name)});
    for (const Instruction& instruction : spec.instructions)
      if (instruction.unit == static_cast<Unit>(unit))
        add_instruction(spec, instruction, out);
  }
}

} // namespace npuforge::isa::manual
