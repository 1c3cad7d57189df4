#include "npuforge/isa/spec.h"

#include <algorithm>

#include <fmt/format.h>

#include "document.h"
#include "readers.h"

namespace npuforge::isa {
namespace {

template <class Items, class Member>
auto* find_in(Items& items, Member member, std::string_view text) {
  auto found = std::find_if(items.begin(), items.end(),
                            [&](const auto& item) { return item.*member == text; });
  return found == items.end() ? nullptr : &*found;
}

void read_spec(const Node& root, Reading& reading) {
  Section section(root, "the spec", reading.problems);
  section.integer("npuforge", 1, 1); // version of the language
  read_machine(section, reading.spec.machine, reading.problems);
  const Node* formats = section.required("formats");
  for (const char* resolved : {"base", "import"}) // by read_document
    section.optional(resolved);
  const Node* tables = section.optional("tables");
  const Node* functions = section.optional("functions");
  const Node* instructions = section.required("instructions");
  if (tables)
    read_tables(*tables, reading);
  if (functions)
    read_functions(*functions, reading);
  if (formats)
    read_formats(*formats, reading);
  if (instructions && !reading.spec.formats.empty())
    read_instructions(*instructions, reading);
}

[[noreturn]] void throw_no_machine(const std::string& name) {
  std::vector<std::string> machines;
  std::error_code ignored; // an unreadable directory has no machines
  for (const auto& entry : std::filesystem::directory_iterator(NPUFORGE_MACHINE_DIR, ignored))
    if (entry.path().extension() == ".yaml")
      machines.push_back(entry.path().stem().string());
  std::sort(machines.begin(), machines.end());
  throw SpecError(
      {{name, 0, 0, fmt::format("no such machine or file (machines: {})", list(machines))}});
}

} // namespace

const Field* Format::find(std::string_view field) const {
  return find_in(fields, &Field::name, field);
}
const Operand* Instruction::find(std::string_view operand) const {
  return find_in(operands, &Operand::name, operand);
}

int Instruction::index_of(std::string_view operand) const {
  const Operand* found = find(operand);
  return found ? static_cast<int>(found - operands.data()) : -1;
}

int Spec::word_bytes() const {
  return formats.front().bits / 8;
}

const Instruction* Spec::find(std::string_view mnemonic) const {
  return find_in(instructions, &Instruction::mnemonic, mnemonic);
}

const Instruction* Spec::find_opcode(uint32_t opcode) const {
  for (const Instruction& instruction : instructions)
    if (instruction.opcode == opcode)
      return &instruction;
  return nullptr;
}

bool Spec::has(Action action) const {
  return std::ranges::any_of(instructions,
                             [action](const Instruction& each) { return each.action == action; });
}

Spec parse_spec(const std::string& text, const std::string& file_name) {
  Problems problems;
  Node root = read_document(text, file_name, problems);
  if (!root.is_map())
    problems.throw_if_any();
  Spec spec{};
  spec.source = file_name;
  Reading reading{spec, problems, {}};
  read_spec(root, reading);
  problems.throw_if_any();
  spec.hash = hash_of(spec);
  return spec;
}

Spec load_spec(const std::filesystem::path& file) {
  Problems problems;
  std::optional<std::string> text = read_file(file, problems);
  problems.throw_if_any();
  return parse_spec(*text, file.string());
}

std::filesystem::path find_machine(const std::string& name_or_path) {
  std::filesystem::path path = name_or_path;
  if (path.has_parent_path() || path.has_extension())
    return path;
  std::filesystem::path machine =
      std::filesystem::path(NPUFORGE_MACHINE_DIR) / (name_or_path + ".yaml");
  std::error_code ignored; // a name may be too long even to ask
  if (std::filesystem::exists(machine, ignored))
    return machine;
  if (!std::filesystem::is_regular_file(path, ignored))
    throw_no_machine(name_or_path);
  return path;
}

} // namespace npuforge::isa
