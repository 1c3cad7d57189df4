// Operands of an instruction: kind, attributes, and the fields that hold them.
#include <algorithm>

#include <fmt/format.h>

#include "names.h"
#include "readers.h"

namespace npuforge::isa {
namespace {

class OperandReader {
public:
  OperandReader(const Node& key, const Node& node, InstructionReading& reading)
      : node_(node), reading_(reading),
        format_(reading.all.spec.formats[reading.instruction.format]),
        notes_(reading.all.formats[reading.instruction.format]), problems_(reading.all.problems),
        what_(fmt::format("operand '{}'", key.text)) {
    operand_.name = key.text;
  }

  void read() {
    Section section(node_, what_, problems_);
    std::optional<int> kind = section.choice("kind", words(kKindNames));
    const Node* field = section.optional("field");
    if (!kind) {
      for (const char* key : {"access", "signed", "space", "type", "align", "fill"})
        section.optional(key); // which of them are right depends on the kind
      return;
    }
    operand_.kind = static_cast<OperandKind>(*kind);
    read_attributes(section);
    std::string group = field ? field->text : operand_.name;
    if (operand_.kind == OperandKind::Value || operand_.kind == OperandKind::Stream)
      bind_group(field ? *field : node_, group);
    else
      bind_field(field ? *field : node_, group);
    reading_.instruction.operands.push_back(operand_);
    reading_.operand_nodes.push_back(&node_);
  }

private:
  void read_attributes(Section& section) {
    switch (operand_.kind) {
    case OperandKind::Register:
      read_access(section);
      break;
    case OperandKind::Lane:
      read_access(section);
      read_type(section, {Type::I32, Type::U32, Type::F32});
      break;
    case OperandKind::Value:
      operand_.is_signed = section.flag("signed", true);
      read_type(section, {Type::I32, Type::F32});
      break;
    case OperandKind::Flag:
      operand_.is_signed = false;
      operand_.type = Type::Bool;
      break;
    case OperandKind::Immediate:
      operand_.is_signed = section.flag("signed", false);
      break;
    case OperandKind::Stream:
      read_stream(section);
      break;
    default:
      operand_.is_signed = false;
    }
  }

  void read_access(Section& section) {
    operand_.is_signed = false;
    if (auto access = section.choice("access", words(kAccessNames)))
      operand_.access = static_cast<Access>(*access);
  }

  void read_stream(Section& section) {
    read_access(section);
    operand_.is_signed = true;
    if (auto space = section.choice("space", words(kSpaceNames)))
      operand_.space = static_cast<Space>(*space);
    const bool sums = operand_.space == Space::Accumulator;
    if (section.required("type"))
      read_type(section, stream_types());
    if (const Node* align = section.optional("align")) {
      operand_.byte_aligned = true;
      if (align->text != "1")
        problems_.add(*align, "'align' is 1 (any byte address) or left out (whole rows)");
      else if (sums)
        problems_.add(*align, "the accumulator is addressed by rows; 'align' has no meaning there");
    }
    if (const Node* fill = section.optional("fill"))
      operand_.fill = fill->text;
  }

  /// What a row may consist of. The accumulator's elements have 32 bits; DMA copies bytes.
  std::vector<Type> stream_types() const {
    switch (operand_.space) {
    case Space::Dram:
      return {Type::I8};
    case Space::Accumulator:
      return {Type::I32, Type::U32, Type::F32};
    case Space::Scratchpad:
      break;
    }
    return {Type::I8, Type::U8, Type::I16, Type::F16, Type::BF16, Type::I32, Type::U32, Type::F32};
  }

  /// `type: NAME`; without it the type stays as it is.
  void read_type(Section& section, const std::vector<Type>& types) {
    const Node* node = section.optional("type");
    if (!node)
      return;
    const std::optional<Type> type = find_type(node->text);
    if (node->is_scalar() && type && std::find(types.begin(), types.end(), *type) != types.end()) {
      operand_.type = *type;
      return;
    }
    std::vector<std::string> names;
    for (Type known : types)
      names.emplace_back(name(known));
    const bool stream = operand_.kind == OperandKind::Stream;
    problems_.add(*node, fmt::format("the type of {}, a {}{}, is '{}'; there are {}", what_,
                                     name(operand_.kind),
                                     stream ? fmt::format(" of the {}", name(operand_.space)) : "",
                                     node->text, list(names)));
  }

  /// Kinds of one field.
  void bind_field(const Node& where, const std::string& field) {
    operand_.field = bind(where, field);
    if (operand_.field < 0)
      return;
    const Machine& machine = reading_.all.spec.machine;
    switch (operand_.kind) {
    case OperandKind::Register:
      check_bits(operand_.field, machine.sequencer.registers, "registers");
      break;
    case OperandKind::Generator:
      check_bits(operand_.field, machine.sequencer.generators, "generators");
      break;
    case OperandKind::Level:
      check_bits(operand_.field, machine.sequencer.levels, "generator levels");
      break;
    case OperandKind::Lane:
      check_bits(operand_.field, machine.vector.lane_registers, "lane registers");
      break;
    case OperandKind::Flag:
      if (int bits = format_.fields[operand_.field].bits(); bits != 1)
        problems_.add(where, fmt::format("{} is a flag, but its field has {} bits", what_, bits));
      break;
    default:
      break;
    }
  }

  /// Kinds whose parts are fields of a group.
  void bind_group(const Node& where, const std::string& group) {
    bool stream = operand_.kind == OperandKind::Stream;
    const char* parts = stream ? "offset, base and generator" : "offset and base";
    if (!format_.find(group + ".offset"))
      return fail_binding(where, format_.find(group)
                                     ? fmt::format("{} needs the parts {}; '{}' is a single field",
                                                   what_, parts, group)
                                     : fmt::format("{} has no field group '{}' in format '{}'",
                                                   what_, group, format_.name));
    bool has_generator = format_.find(group + ".generator") != nullptr;
    if (stream != has_generator)
      fail_binding(where, fmt::format("{} needs the parts {}; the group '{}' has {} generator",
                                      what_, parts, group, has_generator ? "a" : "no"));
    operand_.offset = bind(where, group + ".offset");
    operand_.base = bind(where, group + ".base");
    check_bits(operand_.base, reading_.all.spec.machine.sequencer.registers, "registers");
    if (!stream || !has_generator)
      return;
    operand_.generator = bind(where, group + ".generator");
    check_bits(operand_.generator, reading_.all.spec.machine.sequencer.generators, "generators");
  }

  /// Index of the field, which no other operand may have; -1 and a problem if there is none.
  int bind(const Node& where, const std::string& name) {
    const Field* field = format_.find(name);
    if (!field) {
      bool group = format_.find(name + ".offset") != nullptr;
      fail_binding(
          where,
          group ? fmt::format("{} needs a single field; '{}' is a group of parts", what_, name)
                : fmt::format("{} has no field '{}' in format '{}'", what_, name, format_.name));
      return -1;
    }
    int index = static_cast<int>(field - format_.fields.data());
    if (name == "opcode" || name == "wait" || name == "post")
      problems_.add(where, fmt::format("{} cannot have the field '{}'", what_, name));
    for (const Operand& other : reading_.instruction.operands)
      if (other.field == index || other.offset == index)
        problems_.add(where,
                      fmt::format("{} has the same field as operand '{}'", what_, other.name));
    notes_.used[index] = true;
    return index;
  }

  /// A field that could not be read is no mistake of the operand.
  void fail_binding(const Node& where, std::string message) {
    if (notes_.complete)
      problems_.add(where, std::move(message));
  }

  void check_bits(int field, int count, const char* things) {
    if (field < 0 || count <= 0)
      return;
    const Field& f = format_.fields[field];
    if (f.bits() < bits_for(count))
      problems_.add(*notes_.fields[field],
                    fmt::format("field '{}' has {} bit{}, too few for {} {}", f.name, f.bits(),
                                f.bits() == 1 ? "" : "s", count, things));
  }

  const Node& node_;
  InstructionReading& reading_;
  const Format& format_;
  FormatNotes& notes_;
  Problems& problems_;
  std::string what_;
  Operand operand_{};
};

/// What gives rows outside the window their value: a value for the matrix unit, a lane register for
/// the vector unit.
void check_fill(const Operand& operand, const Node& node, InstructionReading& reading) {
  if (operand.fill.empty())
    return;
  Unit unit = reading.instruction.unit;
  const Node& where = *node.find("fill");
  OperandKind wanted = unit == Unit::Matrix ? OperandKind::Value : OperandKind::Lane;
  const Operand* fill = reading.instruction.find(operand.fill);
  if (unit != Unit::Matrix && unit != Unit::Vector)
    reading.all.problems.add(where,
                             fmt::format("unit '{}' has no windows, so no 'fill'", name(unit)));
  else if (operand.access == Access::Write)
    reading.all.problems.add(where, "'fill' is for streams that are read");
  else if (!fill)
    reading.all.problems.add(where, fmt::format("'fill' names no operand: '{}'", operand.fill));
  else if (fill->kind != wanted || (wanted == OperandKind::Lane && fill->access == Access::Write))
    reading.all.problems.add(
        where, fmt::format("'fill' of unit '{}' must name a {}{}", name(unit), name(wanted),
                           wanted == OperandKind::Lane ? " that is read" : ""));
}

} // namespace

void read_operands(const Node& node, InstructionReading& reading) {
  if (!node.is_map()) {
    reading.all.problems.add(node, fmt::format("'operands' of {} must be a map", reading.what));
    return;
  }
  for (const auto& [key, value] : node.entries) {
    if (!is_identifier(key.text) || key.text == "state")
      reading.all.problems.add(
          key, fmt::format("'{}' is not a name of an operand: lower-case letters, digits and '_', "
                           "not 'state'",
                           key.text));
    OperandReader(key, value, reading).read();
  }
  for (std::size_t i = 0; i < reading.instruction.operands.size(); ++i)
    check_fill(reading.instruction.operands[i], *reading.operand_nodes[i], reading);
}

} // namespace npuforge::isa
