// The section `instructions`, and what only the whole of them shows: opcodes that clash, parts that
// none of them uses.
#include <map>

#include <fmt/format.h>

#include "names.h"
#include "readers.h"

namespace npuforge::isa {
namespace {

bool is_mnemonic(const std::string& text) {
  std::string letters = text;
  std::erase(letters, '.');
  return is_identifier(letters) && text.back() != '.';
}

int find_format(const Spec& spec, const std::string& name) {
  for (std::size_t i = 0; i < spec.formats.size(); ++i)
    if (spec.formats[i].name == name)
      return static_cast<int>(i);
  return -1;
}

std::vector<std::string> format_names(const Spec& spec) {
  std::vector<std::string> names;
  for (const Format& format : spec.formats)
    names.push_back(format.name);
  return names;
}

void read_opcode(Section& section, InstructionReading& reading) {
  std::optional<int64_t> opcode = section.integer("opcode", 0, UINT32_MAX);
  if (!opcode)
    return;
  const Node& where = *section.node().find("opcode");
  const Field* field = reading.all.spec.formats[reading.instruction.format].find("opcode");
  if (field && field->bits() < 32 && *opcode >> field->bits())
    reading.all.problems.add(
        where, fmt::format("opcode {:#x} does not fit into {} bits", *opcode, field->bits()));
  for (const Instruction& other : reading.all.spec.instructions)
    if (other.opcode == *opcode)
      reading.all.problems.add(where, fmt::format("opcode {:#x} is that of '{}' on line {}",
                                                  *opcode, other.mnemonic, other.line));
  reading.instruction.opcode = static_cast<uint32_t>(*opcode);
}

/// The parts that need a unit and a format.
void read_parts(Section& section, InstructionReading& reading) {
  read_opcode(section, reading);
  const Node* operands = section.required("operands");
  const Node* syntax = section.optional("syntax");
  const Node* semantics = section.required("semantics");
  const Node* timing = section.required("timing");
  std::size_t before = reading.all.problems.count();
  if (operands)
    read_operands(*operands, reading);
  // Without all operands, what follows would complain about the missing ones.
  if (!operands || reading.all.problems.count() != before)
    return;
  read_syntax(syntax, reading);
  if (semantics)
    read_semantics(*semantics, reading);
  if (timing)
    read_timing(*timing, reading);
}

void read_instruction(const Node& key, const Node& node, Reading& all) {
  Instruction instruction{};
  instruction.mnemonic = key.text;
  instruction.line = key.line;
  InstructionReading reading{all, node, instruction, {}, fmt::format("instruction '{}'", key.text)};
  if (!is_mnemonic(key.text))
    all.problems.add(
        key,
        fmt::format("'{}' is not a mnemonic: lower-case letters, digits, '_' and '.'", key.text));
  Section section(node, reading.what, all.problems);
  std::optional<int> unit = section.choice("unit", words(kUnitNames));
  std::optional<int> format = section.choice("format", format_names(all.spec));
  instruction.prose = section.text("prose");
  if (!unit || !format) {
    for (const char* other : {"opcode", "operands", "syntax", "semantics", "timing"})
      section.optional(other);
    return;
  }
  instruction.unit = static_cast<Unit>(*unit);
  instruction.format = find_format(all.spec, node.find("format")->text);
  all.formats[instruction.format].has_instruction = true;
  read_parts(section, reading);
  all.spec.instructions.push_back(std::move(instruction));
}

/// Only sensible when all instructions could be read.
void check_everything_is_used(const Node& instructions, Reading& all) {
  for (std::size_t i = 0; i < all.formats.size(); ++i) {
    const FormatNotes& notes = all.formats[i];
    const Format& format = all.spec.formats[i];
    if (!notes.has_instruction)
      all.problems.add(*notes.node,
                       fmt::format("format '{}' is used by no instruction", format.name));
    for (std::size_t f = 0; notes.has_instruction && f < format.fields.size(); ++f) {
      const std::string& name = format.fields[f].name;
      if (!notes.used[f] && name != "opcode" && name != "wait" && name != "post")
        all.problems.add(
            *notes.fields[f],
            fmt::format("field '{}' of format '{}' is used by no instruction", name, format.name));
    }
  }
  bool halts = false;
  for (const Instruction& instruction : all.spec.instructions)
    halts = halts || instruction.action == Action::Halt;
  if (!halts)
    all.problems.add(instructions, "no instruction has the action 'halt', so no program could end");
  for (int unit = 0; unit < kUnitCount; ++unit) {
    bool found = false;
    for (const Instruction& instruction : all.spec.instructions)
      found = found || instruction.unit == static_cast<Unit>(unit);
    if (!found)
      all.problems.add(instructions, fmt::format("unit '{}' has no instruction", kUnitNames[unit]));
  }
}

} // namespace

void read_instructions(const Node& node, Reading& reading) {
  if (!node.is_map()) {
    reading.problems.add(node, "'instructions' must be a map of instructions");
    return;
  }
  std::size_t before = reading.problems.count();
  for (const auto& [key, value] : node.entries)
    read_instruction(key, value, reading);
  if (reading.problems.count() != before)
    return;
  check_everything_is_used(node, reading);
  if (reading.problems.count() == 0) // sizes that are wrong have no cycles
    check_completion_order(node, reading);
}

} // namespace npuforge::isa
