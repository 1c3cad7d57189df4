#include "operand_syntax.h"

#include <array>
#include <utility>

#include <fmt/format.h>

#include "float_syntax.h"

namespace npuforge::assembler {
namespace {

using isa::OperandBits;
using isa::OperandKind;

// --- numbers: immediates, flags, levels, targets ---

int64_t checked_expression(Cursor& cursor, const OperandContext& context, const Lookup& lookup) {
  cursor.skip_space();
  const Cursor at = cursor;
  const std::optional<int64_t> value = parse_expression(cursor, lookup);
  const auto [low, high] = value_range(context.spec, context.instruction, context.operand);
  if (value && (*value < low || *value > high)) {
    at.fail(fmt::format("'{}' is {}; it holds {} to {}", context.operand.name, *value, low, high));
  }
  return value.value_or(0);
}

OperandBits parse_number(Cursor& cursor, const OperandContext& context, const Lookup& lookup) {
  return {.value = checked_expression(cursor, context, lookup)};
}

std::string print_number(const OperandBits& bits, const OperandContext&, const TargetName&) {
  return fmt::format("{}", bits.value);
}

std::string print_target(const OperandBits& bits, const OperandContext&, const TargetName& target) {
  return target(bits.value);
}

// --- numbered things: registers, generators, lanes ---

struct Numbered {
  char letter;
  const char* what;
  int count;
};

Numbered registers(const isa::Machine& machine) {
  return {'r', "a register", machine.sequencer.registers};
}
Numbered generators(const isa::Machine& machine) {
  return {'g', "a generator", machine.sequencer.generators};
}
Numbered lanes(const isa::Machine& machine) {
  return {'l', "a lane register", machine.vector.lane_registers};
}

// Takes a letter and digits only: "g2.1" is generator 2, then ".1".
int parse_numbered(Cursor& cursor, const Numbered& kind) {
  cursor.skip_space();
  const Cursor at = cursor;
  int64_t number = 0;
  int digits = 0;
  if (cursor.peek() == kind.letter) {
    cursor.advance(1);
    for (; cursor.peek() >= '0' && cursor.peek() <= '9'; cursor.advance(1), ++digits) {
      number = std::min<int64_t>(number * 10 + (cursor.peek() - '0'), 1'000'000);
    }
  }
  if (digits == 0) {
    at.fail(fmt::format("expected {} ({}0 to {}{}), found {}", kind.what, kind.letter, kind.letter,
                        kind.count - 1, at.found()));
  }
  if (number >= kind.count) {
    at.fail(fmt::format("there is no {}; {} is {}0 to {}{}", at.found(), kind.what, kind.letter,
                        kind.letter, kind.count - 1));
  }
  return static_cast<int>(number);
}

template <Numbered (*kKind)(const isa::Machine&)>
OperandBits parse_name(Cursor& cursor, const OperandContext& context, const Lookup&) {
  return {.value = parse_numbered(cursor, kKind(context.spec.machine))};
}

template <Numbered (*kKind)(const isa::Machine&)>
std::string print_name(const OperandBits& bits, const OperandContext& context, const TargetName&) {
  return fmt::format("{}{}", kKind(context.spec.machine).letter, bits.value);
}

// --- values: r5+4, r5, 4; of f32 also 1.5 ---

bool is_real(const OperandContext& context) {
  return context.operand.kind == OperandKind::Value && context.operand.type == isa::Type::F32;
}

/// A number, or an expression for its 32 bits.
int64_t parse_real(Cursor& cursor, const OperandContext& context, const Lookup& lookup) {
  const Cursor at = cursor;
  std::optional<int64_t> bits = parse_f32(cursor);
  if (!bits)
    bits = parse_expression(cursor, lookup);
  if (bits && (*bits < INT32_MIN || *bits > UINT32_MAX)) {
    at.fail(fmt::format("'{}' is {}; an f32 has 32 bits", context.operand.name, *bits));
  }
  const int64_t pattern = bits.value_or(0) & UINT32_MAX;
  return context.operand.is_signed ? int64_t{static_cast<int32_t>(pattern)} : pattern;
}

OperandBits parse_value(Cursor& cursor, const OperandContext& context, const Lookup& lookup) {
  OperandBits bits;
  if (at_register(cursor)) {
    bits.base = parse_numbered(cursor, registers(context.spec.machine));
    cursor.skip_space();
    if (cursor.peek() != '+' && cursor.peek() != '-') {
      return bits;
    }
  }
  if (is_real(context) && bits.base == 0) {
    bits.value = parse_real(cursor, context, lookup);
    return bits;
  }
  bits.value = checked_expression(cursor, context, lookup);
  return bits;
}

std::string print_value(const OperandBits& bits, const OperandContext& context, const TargetName&) {
  if (is_real(context) && bits.base == 0) {
    return print_f32(static_cast<uint32_t>(bits.value));
  }
  if (bits.base == 0) {
    return fmt::format("{}", bits.value);
  }
  return bits.value == 0 ? fmt::format("r{}", bits.base)
                         : fmt::format("r{}{:+}", bits.base, bits.value);
}

// --- streams: [r5+4,g2], [r5,g2], [g2] ---

bool at_generator_only(Cursor cursor) {
  cursor.skip_space();
  if (cursor.peek() != 'g') {
    return false;
  }
  do {
    cursor.advance(1);
  } while (cursor.peek() >= '0' && cursor.peek() <= '9');
  return cursor.accept("]");
}

OperandBits parse_stream(Cursor& cursor, const OperandContext& context, const Lookup& lookup) {
  cursor.expect("[");
  OperandBits bits;
  if (!at_generator_only(cursor)) {
    bits = parse_value(cursor, context, lookup);
    cursor.expect(",");
  }
  bits.generator = parse_numbered(cursor, generators(context.spec.machine));
  cursor.expect("]");
  return bits;
}

std::string print_stream(const OperandBits& bits, const OperandContext& context,
                         const TargetName& target) {
  if (bits.base == 0 && bits.value == 0) {
    return fmt::format("[g{}]", bits.generator);
  }
  return fmt::format("[{},g{}]", print_value(bits, context, target), bits.generator);
}

// --- the table ---

struct KindSyntax {
  OperandKind kind;
  OperandBits (*parse)(Cursor&, const OperandContext&, const Lookup&);
  std::string (*print)(const OperandBits&, const OperandContext&, const TargetName&);
};

constexpr std::array kKinds = {
    KindSyntax{OperandKind::Register, parse_name<registers>, print_name<registers>},
    KindSyntax{OperandKind::Generator, parse_name<generators>, print_name<generators>},
    KindSyntax{OperandKind::Lane, parse_name<lanes>, print_name<lanes>},
    KindSyntax{OperandKind::Immediate, parse_number, print_number},
    KindSyntax{OperandKind::Flag, parse_number, print_number},
    KindSyntax{OperandKind::Level, parse_number, print_number},
    KindSyntax{OperandKind::Target, parse_number, print_target},
    KindSyntax{OperandKind::Value, parse_value, print_value},
    KindSyntax{OperandKind::Stream, parse_stream, print_stream},
};

const KindSyntax& syntax_of(OperandKind kind) {
  for (const KindSyntax& entry : kKinds) {
    if (entry.kind == kind) {
      return entry;
    }
  }
  throw std::logic_error("an operand kind without syntax");
}

} // namespace

isa::OperandBits parse_operand(Cursor& cursor, const OperandContext& context,
                               const Lookup& lookup) {
  return syntax_of(context.operand.kind).parse(cursor, context, lookup);
}

std::string print_operand(const isa::OperandBits& bits, const OperandContext& context,
                          const TargetName& target) {
  return syntax_of(context.operand.kind).print(bits, context, target);
}

} // namespace npuforge::assembler
