#include "instruction_syntax.h"

#include <algorithm>
#include <vector>

#include <fmt/format.h>

#include "npuforge/assembler/text.h"

#include "names.h"

namespace npuforge::assembler {
namespace {

std::string_view trim(std::string_view text) {
  const std::size_t first = std::min(text.find_first_not_of(' '), text.size());
  return text.substr(first, text.find_last_not_of(' ') - first + 1);
}

uint32_t parse_unit(Cursor& cursor) {
  cursor.skip_space();
  const Cursor at = cursor;
  const std::string_view text = cursor.identifier();
  std::vector<std::string_view> names;
  for (int i = 0; i < isa::kUnitCount; ++i) {
    names.emplace_back(isa::name(static_cast<isa::Unit>(i)));
    if (names.back() == text) {
      return uint32_t{1} << i;
    }
  }
  at.fail(fmt::format("expected a unit ({}), found {}{}", fmt::join(names, ", "), at.found(),
                      suggestion(text, names)));
}

// "(load,vector)"
uint32_t parse_units(Cursor& cursor) {
  cursor.expect("(");
  uint32_t mask = parse_unit(cursor);
  while (cursor.accept(",")) {
    mask |= parse_unit(cursor);
  }
  cursor.expect(")");
  return mask;
}

std::string print_units(const char* keyword, uint32_t mask) {
  std::vector<std::string> names;
  for (int i = 0; i < isa::kUnitCount; ++i) {
    if ((mask >> i & 1) != 0) {
      names.emplace_back(isa::name(static_cast<isa::Unit>(i)));
    }
  }
  return names.empty() ? "" : fmt::format(" {}({})", keyword, fmt::join(names, ","));
}

constexpr const char* kWait = "wait";
constexpr const char* kPost = "post";

// A piece of a syntax template: literal text or an operand.
struct Piece {
  std::string_view literal;
  int operand = -1;
};

// Takes literal text word by word and mark by mark, with any spaces between them.
bool accept_literal(Cursor& cursor, std::string_view literal) {
  const auto in_word = [](char c) { return continues_identifier(c) && c != '.'; };
  for (literal = trim(literal); !literal.empty(); literal = trim(literal)) {
    std::size_t length = 1;
    while (in_word(literal[0]) && length < literal.size() && in_word(literal[length])) {
      ++length;
    }
    if (!cursor.accept(literal.substr(0, length))) {
      return false;
    }
    literal.remove_prefix(length);
  }
  return true;
}

// "{dst}, fill={fill}" -> dst, ", fill=", fill
std::vector<Piece> cut(const isa::Instruction& instruction) {
  std::vector<Piece> pieces;
  std::string_view rest = instruction.syntax;
  for (;;) {
    const std::size_t open = std::min(rest.find('{'), rest.size());
    if (open > 0) {
      pieces.push_back({rest.substr(0, open), -1});
    }
    const std::size_t close = rest.find('}', open);
    if (close == std::string_view::npos) {
      return pieces;
    }
    pieces.push_back({"", instruction.index_of(rest.substr(open + 1, close - open - 1))});
    rest.remove_prefix(close + 1);
  }
}

std::string usage(const isa::Instruction& instruction) {
  return instruction.mnemonic + (instruction.syntax.empty() ? "" : " ") + instruction.syntax;
}

const isa::Instruction& find_instruction(const isa::Spec& spec, Cursor& cursor) {
  cursor.skip_space();
  const Cursor at = cursor;
  const std::string_view mnemonic = cursor.identifier();
  if (mnemonic.empty()) {
    at.fail(fmt::format("expected an instruction, found {}", at.found()));
  }
  if (const isa::Instruction* instruction = spec.find(mnemonic)) {
    return *instruction;
  }
  std::vector<std::string_view> known;
  known.reserve(spec.instructions.size());
  for (const isa::Instruction& instruction : spec.instructions) {
    known.push_back(instruction.mnemonic);
  }
  at.fail(fmt::format("{} has no instruction '{}'{}", spec.machine.name, mnemonic,
                      suggestion(mnemonic, known)));
}

} // namespace

isa::Decoded parse_instruction(const isa::Spec& spec, Cursor& cursor, const Lookup& lookup) {
  const isa::Instruction& instruction = find_instruction(spec, cursor);
  isa::Decoded decoded;
  decoded.instruction = &instruction;
  decoded.operands.resize(instruction.operands.size());
  for (const Piece& piece : cut(instruction)) {
    if (piece.operand >= 0) {
      const auto index = static_cast<std::size_t>(piece.operand);
      decoded.operands[index] =
          parse_operand(cursor, {spec, instruction, instruction.operands[index]}, lookup);
    } else if (!accept_literal(cursor, piece.literal)) {
      cursor.fail(fmt::format("expected '{}', found {}; it is written: {}", trim(piece.literal),
                              cursor.found(), usage(instruction)));
    }
  }
  while (!cursor.at_end()) {
    if (cursor.accept(kWait)) {
      decoded.wait |= parse_units(cursor);
    } else if (cursor.accept(kPost)) {
      decoded.post |= parse_units(cursor);
    } else {
      cursor.fail(
          fmt::format("expected {}(..), {}(..) or the end of the line, found {}; it is written: {}",
                      kWait, kPost, cursor.found(), usage(instruction)));
    }
  }
  return decoded;
}

std::string print_instruction(const isa::Spec& spec, const isa::Decoded& decoded,
                              const TargetName& target) {
  const isa::Instruction& instruction = *decoded.instruction;
  const std::vector<Piece> pieces = cut(instruction);
  std::string text = instruction.mnemonic;
  text += pieces.empty() ? "" : " ";
  for (const Piece& piece : pieces) {
    if (piece.operand >= 0) {
      const auto index = static_cast<std::size_t>(piece.operand);
      text += print_operand(decoded.operands[index],
                            {spec, instruction, instruction.operands[index]}, target);
    } else {
      text += piece.literal;
    }
  }
  return text + print_units(kWait, decoded.wait) + print_units(kPost, decoded.post);
}

std::string print_instruction(const isa::Spec& spec, const isa::Decoded& decoded) {
  return print_instruction(spec, decoded, [](int64_t index) { return fmt::format("{}", index); });
}

} // namespace npuforge::assembler
