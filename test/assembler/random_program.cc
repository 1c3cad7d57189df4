#include "random_program.h"

#include <algorithm>
#include <array>

namespace npuforge::assembler::test {
namespace {

using isa::OperandKind;

template <typename List>
auto& any_of(Random& random, List& list) {
  return list[static_cast<std::size_t>(pick(random, 0, static_cast<int64_t>(std::size(list)) - 1))];
}

// Names that need quotes, look like registers or directives, or are nobody's identifiers; `number`
// makes them unique.
std::string random_name(Random& random, int number) {
  static const std::array<std::string, 14> kinds = {
      "plain", "conv1.weights", ".L",    "r",      "g",     "l",    "a b",
      "x:0",   "é/ü",           "\"q\"", "back\\", "tab\t", ".org", "#;//"};
  return any_of(random, kinds) + std::to_string(number);
}

void add_text(Random& random, const isa::Spec& spec, Program& program) {
  const auto count = static_cast<int64_t>(spec.instructions.size()) * 2;
  for (int64_t i = 0; i < count; ++i) {
    const auto& instruction = spec.instructions[static_cast<std::size_t>(i / 2)];
    program.text.push_back(random_word(random, spec, instruction, count));
    if (pick(random, 0, 9) == 0) {
      program.text.emplace_back();
      for (int part = 0; part < spec.word_bytes() / 8; ++part) {
        program.text.back().bits[static_cast<std::size_t>(part)] = random();
      }
    }
  }
  std::shuffle(program.text.begin(), program.text.end(), random);
  program.text_address =
      static_cast<uint64_t>(pick(random, 0, 9) * spec.machine.sequencer.line_bytes);
}

void add_segments(Random& random, Program& program, uint64_t address) {
  const int64_t count = pick(random, 0, 6);
  for (int64_t i = 0; i < count; ++i) {
    Segment segment;
    segment.name = i == 0 ? ".data" : i == 1 ? ".bss" : random_name(random, static_cast<int>(i));
    segment.address = address + static_cast<uint64_t>(pick(random, 0, 1) * pick(random, 0, 999));
    if (segment.name != ".bss") {
      segment.bytes.resize(static_cast<std::size_t>(pick(random, 0, 300)));
      const bool sparse = pick(random, 0, 1) == 1;
      for (std::byte& byte : segment.bytes) {
        byte = sparse && pick(random, 0, 99) > 0 ? std::byte{0} : static_cast<std::byte>(random());
      }
    }
    segment.size =
        segment.bytes.size() + static_cast<uint64_t>(pick(random, 0, 1) * pick(random, 0, 100'000));
    segment.size = std::max<uint64_t>(segment.size, 1);
    address = segment.address + segment.size;
    program.segments.push_back(segment);
  }
}

void add_symbols(Random& random, const isa::Spec& spec, Program& program) {
  const int64_t count = pick(random, 0, 25);
  for (int64_t i = 0; i < count; ++i) {
    Symbol symbol{random_name(random, static_cast<int>(i)), 0, pick(random, 0, 1) == 0};
    if (symbol.is_label) {
      symbol.value = static_cast<uint64_t>(
          pick_with_ends(random, 0, static_cast<int64_t>(program.text.size())));
    } else if (!program.segments.empty() && pick(random, 0, 4) > 0) {
      const Segment& segment = any_of(random, program.segments);
      symbol.value =
          segment.address +
          static_cast<uint64_t>(pick_with_ends(random, 0, static_cast<int64_t>(segment.size)));
    } else {
      symbol.value = static_cast<uint64_t>(pick_with_ends(random, 0, spec.machine.dram.bytes));
    }
    program.symbols.push_back(symbol);
  }
}

Port random_port(Random& random, const isa::Spec& spec, int number) {
  static const std::array<std::string, 3> types = {"f32", "i8", "u8"};
  Port port;
  port.name = random_name(random, number);
  port.type = any_of(random, types);
  port.layout = pick(random, 0, 1) == 0 ? "plain" : "blocked";
  const int64_t rank = port.layout == "plain" ? pick(random, 0, 4) : pick(random, 2, 4);
  for (int64_t i = 0; i < rank; ++i) {
    port.shape.push_back(i == 0 ? 1 : pick(random, 1, 40));
  }
  port.bytes = port_bytes(port, spec) + static_cast<uint64_t>(pick(random, 0, 1) * 64);
  port.address = static_cast<uint64_t>(
      pick_with_ends(random, 0, spec.machine.dram.bytes - static_cast<int64_t>(port.bytes)));
  Quantisation& q = port.quantisation;
  q.type = port.type != "f32" && pick(random, 0, 1) == 0
               ? ""
               : types[static_cast<std::size_t>(pick(random, 1, 2))];
  q.zero_point = static_cast<int>(q.type == "u8" ? pick(random, 0, 255) : pick(random, -128, 127));
  q.scale = std::uniform_real_distribution<double>(1e-9, 3)(random);
  return port;
}

void add_layers(Random& random, Program& program) {
  uint32_t place = 0;
  for (int number = 0; place < program.text.size(); ++number) {
    const auto left = static_cast<int64_t>(program.text.size() - place);
    const uint32_t first =
        place + static_cast<uint32_t>(pick(random, 0, 1) * pick(random, 0, left));
    const uint32_t last = static_cast<uint32_t>(pick(
        random, first, std::min<int64_t>(first + 20, static_cast<int64_t>(program.text.size()))));
    program.layers.push_back({random_name(random, number % 7), first, last});
    place = std::max(last, place + 1);
  }
}

/// Halts of the text may stop the network early.
void add_stops(Random& random, const isa::Spec& spec, Program& program) {
  for (uint32_t at = 0; at < program.text.size(); ++at) {
    const auto decoded = isa::decode(spec, program.text[at]);
    if (decoded && decoded->instruction->action == isa::Action::Halt && pick(random, 0, 1) == 0) {
      program.stops.push_back(
          {at, random_name(random, static_cast<int>(at)), pick(random, 0, 1) == 0});
    }
  }
}

} // namespace

int64_t pick(Random& random, int64_t low, int64_t high) {
  return std::uniform_int_distribution<int64_t>(low, high)(random);
}

int64_t pick_with_ends(Random& random, int64_t low, int64_t high) {
  switch (pick(random, 0, 5)) {
  case 0:
    return low;
  case 1:
    return high;
  default:
    return pick(random, low, high);
  }
}

isa::Word random_word(Random& random, const isa::Spec& spec, const isa::Instruction& instruction,
                      int64_t targets) {
  isa::Decoded decoded;
  decoded.instruction = &instruction;
  decoded.wait =
      static_cast<uint32_t>(pick(random, 0, 1) * pick(random, 0, (1 << isa::kUnitCount) - 1));
  decoded.post =
      static_cast<uint32_t>(pick(random, 0, 1) * pick(random, 0, (1 << isa::kUnitCount) - 1));
  for (const isa::Operand& operand : instruction.operands) {
    auto [low, high] = value_range(spec, instruction, operand);
    if (operand.kind == OperandKind::Target && pick(random, 0, 3) > 0) {
      high = targets;
    }
    isa::OperandBits bits;
    bits.value = pick(random, 0, 3) == 0 && low <= 0 ? 0 : pick_with_ends(random, low, high);
    if (operand.base >= 0) {
      bits.base = static_cast<int>(pick(random, 0, 1) *
                                   pick(random, 0, spec.machine.sequencer.registers - 1));
    }
    if (operand.generator >= 0) {
      bits.generator =
          static_cast<int>(pick_with_ends(random, 0, spec.machine.sequencer.generators - 1));
    }
    decoded.operands.push_back(bits);
  }
  return encode(spec, decoded);
}

Program random_program(Random& random, const isa::Spec& spec) {
  Program program;
  program.machine_name = spec.machine.name;
  program.spec_hash = spec.hash;
  add_text(random, spec, program);
  add_segments(random, program,
               program.text_address +
                   program.text.size() * static_cast<uint64_t>(spec.word_bytes()));
  add_symbols(random, spec, program);
  for (int i = static_cast<int>(pick(random, 0, 3)); i > 0; --i) {
    program.inputs.push_back(random_port(random, spec, i));
    program.outputs.push_back(random_port(random, spec, i));
  }
  for (int i = static_cast<int>(pick(random, 0, 2)); i > 0; --i)
    program.bounds.push_back(
        {random_name(random, i), static_cast<uint64_t>(pick(random, 0, 1'000'000))});
  add_layers(random, program);
  add_stops(random, spec, program);
  sort(program);
  return program;
}

} // namespace npuforge::assembler::test
