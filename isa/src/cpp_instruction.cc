// The generated header's second half: one struct an instruction, with valid, encode and decode.
#include <fmt/format.h>

#include "npuforge/isa/word.h"

#include "cpp_print.h"
#include "names.h"

namespace npuforge::isa::cpp {
namespace {

const char* type_of(const Operand& operand) {
  return operand.generator >= 0 ? "Stream" : operand.base >= 0 ? "Value" : "std::int64_t";
}

/// Prose on one line of comment.
std::string one_line(std::string text) {
  for (char& c : text)
    if (c == '\n' || c == '\\') // a backslash at the end would join lines
      c = ' ';
  text.erase(text.find_last_not_of(' ') + 1);
  return text;
}

/// The fields of an operand and what is in them.
struct Part {
  std::string member;
  const Field& field;
  int64_t low, high;
};

std::vector<Part> parts_of(const Spec& spec, const Instruction& instruction, const Operand& operand,
                           const std::string& name) {
  const Format& format = spec.formats[instruction.format];
  auto [low, high] = value_range(spec, instruction, operand);
  const SequencerParams& sizes = spec.machine.sequencer;
  if (operand.offset < 0)
    return {{name, format.fields[operand.field], low, high}};
  std::vector<Part> parts{{name + ".offset", format.fields[operand.offset], low, high}};
  if (operand.base >= 0)
    parts.push_back({name + ".base", format.fields[operand.base], 0, sizes.registers - 1});
  if (operand.generator >= 0)
    parts.push_back(
        {name + ".generator", format.fields[operand.generator], 0, sizes.generators - 1});
  return parts;
}

std::string describe(const Part& part, const Operand& operand) {
  std::string text = fmt::format("{}, {}..{}", name(operand.kind), part.low, part.high);
  if (operand.kind == OperandKind::Register || operand.kind == OperandKind::Lane ||
      operand.kind == OperandKind::Stream)
    text += operand.access == Access::Read ? ", read" : ", written";
  return text;
}

struct Printer {
  const Spec& spec;
  const Instruction& instruction;
  const std::string& type;
  const std::string& opcode;
  const std::string& format_name;
  const std::vector<std::string>& members;
  std::vector<std::vector<Part>> parts; ///< of each operand

  std::string structure() const {
    std::string out = fmt::format(
        "/// {}\n/// Assembly: {}{}{}\nstruct {} {{\n"
        "  static constexpr Opcode opcode = Opcode::{};\n"
        "  static constexpr Format format = Format::{};\n"
        "  static constexpr Unit unit = Unit::{};\n"
        "  std::uint32_t wait = 0, post = 0; ///< masks of units\n",
        one_line(instruction.prose), instruction.mnemonic, instruction.syntax.empty() ? "" : " ",
        one_line(instruction.syntax), type, opcode, format_name, name(instruction.unit));
    std::string equal, visits;
    for (std::size_t i = 0; i < members.size(); ++i) {
      const Operand& operand = instruction.operands[i];
      const bool plain = operand.base < 0;
      out += fmt::format("  {} {}{}; ///< {}\n", type_of(operand), members[i],
                         plain ? " = 0" : "{}", describe(parts[i].front(), operand));
      equal += fmt::format(" && a.{0} == b.{0}", members[i]);
      visits += fmt::format("    f(\"{}\", self.{});\n", operand.name, members[i]);
    }
    out += "  /// f(name, operand) for each operand, in the order of the spec.\n"
           "  template <typename Self, typename F>\n"
           "  static constexpr void operands([[maybe_unused]] Self& self, [[maybe_unused]] F&& f) "
           "{\n" +
           visits + "  }\n";
    return out + fmt::format("  friend constexpr bool operator==(const {0}& a, const {0}& b) {{\n"
                             "    return a.wait == b.wait && a.post == b.post{1};\n  }}\n}};\n",
                             type, equal);
  }

  std::string valid() const {
    const int masks = (1 << kUnitCount) - 1;
    std::string out = fmt::format(
        "constexpr bool valid(const {}& x) {{\n  return detail::within(x.wait, 0, {}) && "
        "detail::within(x.post, 0, {})",
        type, masks, masks);
    for (const auto& operand : parts)
      for (const Part& part : operand)
        out += fmt::format(" &&\n         detail::within(x.{}, {}, {})", part.member, part.low,
                           part.high);
    return out + ";\n}\n";
  }

  std::string encode() const {
    const Format& format = spec.formats[instruction.format];
    std::string out = fmt::format("constexpr std::optional<Word> encode(const {}& x) {{\n"
                                  "  if (!valid(x))\n    return std::nullopt;\n  Word word{{}};\n",
                                  type);
    auto put = [&out](const Field& field, const std::string& value) {
      out += fmt::format("  detail::put(word, {}, {}, {});\n", field.low, field.bits(), value);
    };
    put(*format.find("opcode"), fmt::format("{:#04x}", instruction.opcode));
    put(*format.find("wait"), "x.wait");
    put(*format.find("post"), "x.post");
    for (const auto& operand : parts)
      for (const Part& part : operand)
        put(part.field, "x." + part.member);
    return out + "  return word;\n}\n";
  }

  /// Takes whatever stands in the fields; decode() asks whether it encodes to the same word.
  std::string read() const {
    const Format& format = spec.formats[instruction.format];
    std::string out = fmt::format("namespace detail {{\nconstexpr {0} read(const Word& word, "
                                  "const {0}&) {{\n  {0} x{{}};\n",
                                  type);
    auto get = [&out](const Field& field, const std::string& to, const char* cast, bool sign) {
      std::string call =
          fmt::format("get{}(word, {}, {})", sign ? "_signed" : "", field.low, field.bits());
      out += fmt::format("  x.{} = {};\n", to,
                         *cast ? fmt::format("static_cast<{}>({})", cast, call) : call);
    };
    get(*format.find("wait"), "wait", "std::uint32_t", false);
    get(*format.find("post"), "post", "std::uint32_t", false);
    for (const auto& operand : parts)
      for (const Part& part : operand)
        get(part.field, part.member, &part == &operand.front() ? "" : "int", part.low < 0);
    return out + "  return x;\n}\n} // namespace detail\n\n";
  }
};

} // namespace

std::string print_instruction(const Spec& spec, const Names& names, std::size_t index) {
  const Instruction& instruction = spec.instructions[index];
  Printer printer{spec,
                  instruction,
                  names.types[index],
                  names.instructions[index],
                  names.formats[instruction.format],
                  names.operands[index],
                  {}};
  for (std::size_t i = 0; i < instruction.operands.size(); ++i)
    printer.parts.push_back(
        parts_of(spec, instruction, instruction.operands[i], names.operands[index][i]));
  return printer.structure() + printer.valid() + printer.encode() + printer.read();
}

std::string print_any(const Spec& spec, const Names& names) {
  const Field& opcode = *spec.formats.front().find("opcode");
  std::string list, cases;
  for (std::size_t i = 0; i < names.types.size(); ++i) {
    list += fmt::format("{}{}", i ? ", " : "", names.types[i]);
    cases +=
        fmt::format("  case {:#04x}: return detail::checked(word, detail::read(word, {}{{}}));\n",
                    spec.instructions[i].opcode, names.types[i]);
  }
  return fmt::format(R"(using Instruction = std::variant<{}>;

/// The word of any instruction; nullopt if an operand is outside its range.
constexpr std::optional<Word> encode(const Instruction& instruction) {{
  return std::visit([](const auto& x) {{ return encode(x); }}, instruction);
}}

/// f(name, operand) for each operand of an instruction's struct.
template <typename X, typename F>
constexpr void for_each_operand(X& x, F&& f) {{
  X::operands(x, f);
}}

namespace detail {{
/// Bits that no operand owns, and numbers out of range, do not survive encoding.
template <typename X>
constexpr std::optional<Instruction> checked(const Word& word, const X& x) {{
  const std::optional<Word> again = encode(x);
  return again && *again == word ? std::optional<Instruction>(Instruction(x)) : std::nullopt;
}}
}} // namespace detail

/// nullopt if the opcode is unknown, an unused bit is set, or a mask, register, generator, level or
/// lane register is out of range.
constexpr std::optional<Instruction> decode(const Word& word) {{
  switch (detail::get(word, {}, {})) {{
{}  default: return std::nullopt;
  }}
}}

)",
                     list, opcode.low, opcode.bits(), cases);
}

} // namespace npuforge::isa::cpp
