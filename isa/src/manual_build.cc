#include "manual_build.h"

#include <algorithm>

#include <fmt/format.h>

#include "npuforge/isa/generate.h"
#include "npuforge/isa/output.h"
#include "npuforge/isa/sizes.h"
#include "npuforge/isa/word.h"

namespace npuforge::isa::manual {
namespace {

void add_formats(const Spec& spec, Blocks& out) {
  out.push_back(Heading{2, "formats", plain("Formats")});
  out.push_back(Paragraph{plain(fmt::format(
      "An instruction is a word of {} bits, little-endian in memory. Bits that an instruction does "
      "not use are zero; a word in which one of them is set is no instruction.",
      8 * spec.word_bytes()))});
  for (const Format& format : spec.formats) {
    Text users = plain("Used by ");
    for (const Instruction& instruction : spec.instructions)
      if (&spec.formats[instruction.format] == &format)
        users = users + (users.size() > 1 ? plain(", ") : Text{}) +
                link(instruction.mnemonic, instruction_id(instruction));
    out.push_back(Heading{3, format_id(format), plain("Format " + format.name)});
    out.push_back(diagram_of(spec, format, nullptr));
    out.push_back(Paragraph{users + plain(".")});
  }
}

void add_opcodes(const Spec& spec, Blocks& out) {
  Table table{{plain("Opcode"), plain("Instruction"), plain("Unit"), plain("Format")}, {}};
  std::vector<const Instruction*> sorted;
  for (const Instruction& instruction : spec.instructions)
    sorted.push_back(&instruction);
  std::sort(sorted.begin(), sorted.end(), [](auto* a, auto* b) { return a->opcode < b->opcode; });
  for (const Instruction* instruction : sorted) {
    const Format& format = spec.formats[instruction->format];
    table.rows.push_back({code(fmt::format("{:#04x}", instruction->opcode)),
                          link(instruction->mnemonic, instruction_id(*instruction)),
                          plain(name(instruction->unit)), link(format.name, format_id(format))});
  }
  out.push_back(Heading{2, "opcodes", plain("Opcodes")});
  out.push_back(std::move(table));
}

/// What an instruction puts into a field; empty if nothing.
std::string contents_of(const Spec& spec, const Instruction& instruction, int index) {
  const Field& field = spec.formats[instruction.format].fields[index];
  if (field.name == "opcode")
    return fmt::format("{:#04x}", instruction.opcode);
  if (field.name == "wait" || field.name == "post")
    return "mask of units";
  for (const Operand& operand : instruction.operands) {
    if (index == operand.field)
      return operand.name;
    if (index == operand.offset)
      return operand.name + ": offset";
    if (index == operand.base)
      return operand.name + ": scalar register";
    if (index == operand.generator)
      return operand.name + ": generator";
  }
  return "";
}

} // namespace

std::string format_id(const Format& format) {
  return "format-" + format.name;
}
std::string instruction_id(const Instruction& instruction) {
  return "instruction-" + instruction.mnemonic;
}

BitDiagram diagram_of(const Spec& spec, const Format& format, const Instruction* user) {
  BitDiagram diagram{
      user ? "Encoding of " + user->mnemonic : "Format " + format.name, format.bits, {}};
  std::vector<int> order;
  for (std::size_t i = 0; i < format.fields.size(); ++i)
    order.push_back(static_cast<int>(i));
  std::sort(order.begin(), order.end(),
            [&](int a, int b) { return format.fields[a].low > format.fields[b].low; });
  int above = format.bits; // the lowest bit that has been shown
  auto zero = [&](int low) {
    if (low < above)
      diagram.fields.push_back({above - 1, low, "", "zero"});
    above = low;
  };
  for (int index : order) {
    const Field& field = format.fields[index];
    const std::string contents = user ? contents_of(spec, *user, index) : "";
    if (user && contents.empty())
      continue; // becomes part of the zeros
    zero(field.high + 1);
    diagram.fields.push_back({field.high, field.low, field.name, contents});
    above = field.low;
  }
  zero(0);
  return diagram;
}

Document build(const Spec& spec) {
  Document document{spec.machine.name + ": instruction set", {}};
  Blocks& out = document.blocks;
  out.push_back(Heading{1, "top", plain(document.title)});
  out.push_back(Paragraph{prose(spec.machine.prose)});
  out.push_back(Paragraph{plain("Generated from the machine's spec, hash ") + code(spec.hash) +
                          plain(". Programs built for another hash do not run.")});
  add_machine(spec, out);
  add_language(spec, out);
  add_formats(spec, out);
  add_opcodes(spec, out);
  add_instructions(spec, out);
  add_library(spec, out);
  add_registers(spec, out);
  return document;
}

} // namespace npuforge::isa::manual

namespace npuforge::isa {

void generate_manual(const Spec& spec, const std::filesystem::path& dir) {
  const manual::Document document = manual::build(spec);
  make_directory(dir);
  write_output(dir / (spec.machine.name + ".md"), manual::print_markdown(document));
  write_output(dir / (spec.machine.name + ".html"), manual::print_html(document));
}

} // namespace npuforge::isa
