// The generated header's first half: enumerations, sizes, words.
#include <algorithm>

#include <fmt/format.h>

#include "npuforge/isa/sizes.h"

#include "cpp_names.h"
#include "cpp_print.h"
#include "names.h"

namespace npuforge::isa::cpp {
namespace {

std::string enumeration(const std::string& type, const std::string& base,
                        const std::vector<std::pair<std::string, int64_t>>& values, bool hex) {
  std::string out = fmt::format("enum class {} : {} {{\n", type, base);
  for (const auto& [name, value] : values)
    out += hex ? fmt::format("  {} = {:#04x},\n", name, value)
               : fmt::format("  {} = {},\n", name, value);
  return out + "};\n";
}

/// `name(Type)`: the spec's own spelling.
std::string name_function(const std::string& type, const std::vector<std::string>& enumerators,
                          const std::vector<std::string>& spellings) {
  std::string out = fmt::format("constexpr const char* name({} x) {{\n  switch (x) {{\n", type);
  for (std::size_t i = 0; i < enumerators.size(); ++i)
    out += fmt::format("  case {}::{}: return \"{}\";\n", type, enumerators[i], spellings[i]);
  return out + "  }\n  return \"\";\n}\n\n";
}

std::string print_enumerations(const Spec& spec, const Names& names) {
  std::vector<std::pair<std::string, int64_t>> units, formats, opcodes;
  std::vector<std::string> unit_names, format_names, mnemonics;
  for (int i = 0; i < kUnitCount; ++i) {
    units.emplace_back(kUnitNames[i], i);
    unit_names.emplace_back(kUnitNames[i]);
  }
  for (std::size_t i = 0; i < spec.formats.size(); ++i) {
    formats.emplace_back(names.formats[i], i);
    format_names.push_back(spec.formats[i].name);
  }
  for (std::size_t i = 0; i < spec.instructions.size(); ++i) {
    opcodes.emplace_back(names.instructions[i], spec.instructions[i].opcode);
    mnemonics.push_back(spec.instructions[i].mnemonic);
  }
  return "/// Bit of each unit in wait and post masks.\n" +
         enumeration("Unit", "std::uint8_t", units, false) +
         enumeration("Format", "std::uint8_t", formats, false) +
         enumeration("Opcode", "std::uint32_t", opcodes, true) + "\n" +
         name_function("Unit", unit_names, unit_names) +
         name_function("Format", names.formats, format_names) +
         name_function("Opcode", names.instructions, mnemonics);
}

std::string print_sizes(const Spec& spec) {
  std::string out = "/// Sizes of the machine.\nnamespace sizes {\n";
  Scope scope({});
  for (const Size& size : sizes(spec.machine))
    out += fmt::format("inline constexpr std::int64_t {} = {}; ///< {}\n", scope.give(size.name),
                       size.value, size.meaning);
  return out + "} // namespace sizes\n\n";
}

/// Words and the operands of several fields. Free of names of the spec.
constexpr const char* kTypes = R"(/// An instruction word, bit 0 first.
struct Word {
  std::array<std::uint64_t, kWordParts> bits{};
  friend constexpr bool operator==(const Word& a, const Word& b) {
    for (int i = 0; i < kWordParts; ++i)
      if (a.bits[i] != b.bits[i])
        return false;
    return true;
  }
  friend constexpr bool operator!=(const Word& a, const Word& b) { return !(a == b); }
};

/// A number in the word, plus the scalar register `base`.
struct Value {
  std::int64_t offset = 0;
  int base = 0;
  friend constexpr bool operator==(const Value& a, const Value& b) {
    return a.offset == b.offset && a.base == b.base;
  }
};

/// Rows of a memory: first address as that of a Value, walked by an address generator.
struct Stream {
  std::int64_t offset = 0;
  int base = 0;
  int generator = 0;
  friend constexpr bool operator==(const Stream& a, const Stream& b) {
    return a.offset == b.offset && a.base == b.base && a.generator == b.generator;
  }
};

/// Masks are ORs of this.
constexpr std::uint32_t bit(Unit unit) { return std::uint32_t{1} << static_cast<int>(unit); }

/// The bytes of a word as they lie in memory, little-endian.
constexpr std::array<std::uint8_t, kWordBytes> to_bytes(const Word& word) {
  std::array<std::uint8_t, kWordBytes> bytes{};
  for (int i = 0; i < kWordBytes; ++i)
    bytes[i] = static_cast<std::uint8_t>(word.bits[i / 8] >> (8 * (i % 8)));
  return bytes;
}
constexpr Word from_bytes(const std::array<std::uint8_t, kWordBytes>& bytes) {
  Word word{};
  for (int i = 0; i < kWordBytes; ++i)
    word.bits[i / 8] |= static_cast<std::uint64_t>(bytes[i]) << (8 * (i % 8));
  return word;
}

namespace detail {
constexpr bool within(std::int64_t x, std::int64_t low, std::int64_t high) {
  return x >= low && x <= high;
}
constexpr std::uint64_t ones(int bits) {
  return bits >= 64 ? ~std::uint64_t{0} : (std::uint64_t{1} << bits) - 1;
}
constexpr void put(Word& word, int low, int bits, std::int64_t value) {
  const std::uint64_t raw = static_cast<std::uint64_t>(value) & ones(bits);
  const int index = low / 64, shift = low % 64;
  word.bits[index] |= raw << shift;
  if (shift + bits > 64)
    word.bits[index + 1] |= raw >> (64 - shift);
}
constexpr std::int64_t get(const Word& word, int low, int bits) {
  const int index = low / 64, shift = low % 64;
  std::uint64_t raw = word.bits[index] >> shift;
  if (shift + bits > 64)
    raw |= word.bits[index + 1] << (64 - shift);
  return static_cast<std::int64_t>(raw & ones(bits));
}
constexpr std::int64_t get_signed(const Word& word, int low, int bits) {
  const std::int64_t raw = get(word, low, bits);
  return (raw >> (bits - 1)) & 1 ? raw - static_cast<std::int64_t>(ones(bits)) - 1 : raw;
}
} // namespace detail

)";

} // namespace

Names names_of(const Spec& spec) {
  Names names;
  names.machine = Scope({}).give(spec.machine.name);
  Scope types({"sizes", "detail", "name", "bit", "valid", "encode", "decode", "to_bytes",
               "from_bytes", "for_each_operand"});
  Scope opcodes({}), formats({});
  for (const Format& format : spec.formats)
    names.formats.push_back(formats.give(format.name));
  for (const Instruction& instruction : spec.instructions) {
    names.types.push_back(types.give(instruction.mnemonic));
    names.instructions.push_back(opcodes.give(instruction.mnemonic));
    Scope members({"opcode", "format", "unit", "wait", "post", "operands", names.types.back()});
    std::vector<std::string>& operands = names.operands.emplace_back();
    for (const Operand& operand : instruction.operands)
      operands.push_back(members.give(operand.name));
  }
  return names;
}

std::string print_declarations(const Spec& spec, const Names& names) {
  std::string out = fmt::format(
      "inline constexpr const char* kMachine = \"{}\";\n"
      "inline constexpr const char* kSpecHash =\n    \"{}\";\n"
      "inline constexpr int kWordBytes = {};\ninline constexpr int kWordParts = {};\n\n",
      spec.machine.name, spec.hash, spec.word_bytes(), (spec.word_bytes() + 7) / 8);
  return out + print_sizes(spec) + print_enumerations(spec, names) + kTypes;
}

} // namespace npuforge::isa::cpp
