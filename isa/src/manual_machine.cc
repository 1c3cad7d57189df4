// The manual's first chapters: the machine, and how its programs are written.
#include <algorithm>

#include <fmt/format.h>

#include "npuforge/isa/registers.h"
#include "npuforge/isa/sizes.h"

#include "example.h"
#include "manual_build.h"

namespace npuforge::isa::manual {
namespace {

Text numbered(char letter, int count) {
  return code(fmt::format("{}0", letter)) + plain(" to ") +
         code(fmt::format("{}{}", letter, count - 1));
}

void add_operand_kinds(const Spec& spec, Blocks& out) {
  const SequencerParams& s = spec.machine.sequencer;
  Table table{{plain("Kind"), plain("Written"), plain("Meaning")}, {}};
  auto row = [&table](OperandKind kind, const Text& written, const std::string& meaning) {
    table.rows.push_back({plain(name(kind)), written, prose(meaning)});
  };
  row(OperandKind::Register, numbered('r', s.registers),
      "a scalar register of 32 bits; `r0` is zero");
  row(OperandKind::Value, code("r5+4") + plain(", ") + code("r5") + plain(", ") + code("4"),
      "a number in the word plus a scalar register, in 32 bits");
  row(OperandKind::Immediate, code("12"), "a number in the word");
  row(OperandKind::Flag, code("0") + plain(", ") + code("1"), "one bit");
  row(OperandKind::Target, code("label"), "an instruction of the program; in the word its index");
  row(OperandKind::Generator, numbered('g', s.generators), "an address generator");
  row(OperandKind::Level, code("0") + plain(" to ") + code(fmt::format("{}", s.levels - 1)),
      "a level of an address generator; 0 is the fastest");
  row(OperandKind::Stream,
      code("[r5+64,g2]") + plain(", ") + code("[r5,g2]") + plain(", ") + code("[g2]"),
      "rows of a memory: the first address (bytes in the scratchpad and DRAM, rows in the "
      "accumulator), walked by an address generator");
  row(OperandKind::Lane, numbered('l', spec.machine.vector.lane_registers),
      "a lane register: 32 bits for each lane, an i32 if nothing else is said");
  out.push_back(Heading{3, "operands", plain("Operands")});
  out.push_back(std::move(table));
}

/// An instruction of a unit with a queue, waiting for a unit and posting to one.
void add_tokens(const Spec& spec, Blocks& out) {
  out.push_back(Heading{3, "tokens", plain("Waiting and posting")});
  out.push_back(Paragraph{prose(fmt::format(
      "The units run side by side. An instruction with `wait(UNITS)` starts after it has taken a "
      "token from each of these units; with `post(UNITS)` it gives each of them one when it has "
      "completed. Between two units there are at most {} tokens.",
      spec.machine.token_max))});
  for (const Instruction& instruction : spec.instructions)
    if (instruction.unit == Unit::Matrix) {
      out.push_back(
          Listing{"npuasm", fmt::format("{} wait({}) post({})", example_of(spec, instruction).text,
                                        name(Unit::Load), name(Unit::Vector))});
      return;
    }
}

const Instruction* of_action(const Spec& spec, Action action) {
  for (const Instruction& instruction : spec.instructions)
    if (instruction.action == action)
      return &instruction;
  return nullptr;
}

/// How cores wait for each other, with the barrier that follows from it.
void add_cores(const Spec& spec, Blocks& out) {
  const Instruction* number = of_action(spec, Action::CoreNumber);
  const Instruction* signal = of_action(spec, Action::Signal);
  const Instruction* await = of_action(spec, Action::Await);
  if (!signal || !await)
    return;
  const EventParams& events = spec.machine.events;
  out.push_back(Heading{3, "cores", plain("Several cores")});
  Text text =
      plain(fmt::format("{} cores run the same program from its entry on. ", spec.machine.cores));
  if (number)
    text = text + plain("They branch on the number that ") +
           link(number->mnemonic, instruction_id(*number)) + plain(" gives. ");
  text = text + prose(fmt::format("Each has {} event counters. A signal counts one of them up in "
                                  "every core of a mask, when "
                                  "all earlier instructions of its unit have completed; the "
                                  "counters show it {} cycles later. An "
                                  "await starts when its core's counter holds the count that it "
                                  "names, and takes that many. A "
                                  "counter that would hold more than {} is a program error, and so "
                                  "is one event that two units "
                                  "of a core await. The program has ended when all cores have.",
                                  events.count, events.latency, events.max));
  out.push_back(Paragraph{std::move(text)});
  const int cores = spec.machine.cores;
  out.push_back(Paragraph{prose(fmt::format(
      "A barrier is a signal to all cores (mask {0}), behind the last store, and behind the last "
      "load "
      "by a token, and then an await of {1} in the same unit, from which a token goes to the other "
      "one. The next barrier may use the same event: until a core has taken its {1}, no other core "
      "comes further than one barrier beyond it, so a counter holds {2} at most. Were the await in "
      "another unit than the signals, the next signal could overtake it.",
      (1u << cores) - 1, cores, 2 * cores - 1))});
  if (const Instruction* copy = of_action(spec, Action::CopyAcross))
    out.push_back(Paragraph{
        link(copy->mnemonic, instruction_id(*copy)) +
        prose(fmt::format(" writes into the scratchpads of other cores, of all that its mask names "
                          "at once. One bus carries the copies of all cores, {} bytes a cycle, in "
                          "turns; the load unit of a core waits where it meets one at a bank. A "
                          "signal of the store unit behind a copy tells the others that the bytes "
                          "are there, one back that they may be written again.",
                          std::min(spec.machine.dram.beat_bytes, spec.machine.row_bytes())))});
}

void add_expressions(Blocks& out) {
  out.push_back(Heading{3, "expressions", plain("Expressions")});
  out.push_back(Paragraph{prose(
      "The meaning of an instruction is an expression over typed integers; stream elements have "
      "their stream's type, everything else is i32. Arithmetic wraps. Both sides of an operator "
      "have one type, and `i8(x)`, `i32(x)`, `i64(x)` convert: they extend the sign or keep the "
      "low bits. Operators and their precedences are those of C; `>>` copies the sign, and the "
      "count of a shift is taken modulo the bits of the type. `round_shift(x, n)` is x / 2^n "
      "rounded half to even, of n the low 6 bits. `min`, `max`, `clamp(x, low, high)` and "
      "`select(condition, a, b)` are what they say.")});
}

} // namespace

void add_machine(const Spec& spec, Blocks& out) {
  out.push_back(Heading{2, "machine", plain("The machine")});
  Table table{{plain("Size"), plain("Value"), plain("Meaning")}, {}};
  for (const Size& size : sizes(spec.machine))
    table.rows.push_back(
        {code(size.name), plain(fmt::format("{}", size.value)), plain(size.meaning)});
  const Machine& m = spec.machine;
  table.rows.push_back(
      {code("array.types"), plain(array_types(m)), plain("what the array multiplies")});
  out.push_back(std::move(table));
  out.push_back(Paragraph{plain(fmt::format(
      "A scratchpad row has {} bytes, one i8 for each column; the scratchpad has {} rows, {} in a "
      "bank. An accumulator row has {} bytes, one i32 for each column; the accumulator has {} "
      "rows, {} in a bank.",
      m.row_bytes(), m.scratchpad.bytes / m.row_bytes(), m.bank_bytes() / m.row_bytes(),
      m.accumulator_row_bytes(), m.accumulator_rows(), m.accumulator_bank_rows()))});
  Table units{{plain("Unit"), plain("Mask bit"), plain("Instructions")}, {}};
  for (int i = 0; i < kUnitCount; ++i) {
    Text list;
    for (const Instruction& instruction : spec.instructions)
      if (instruction.unit == static_cast<Unit>(i))
        list = list + (list.empty() ? Text{} : plain(", ")) +
               link(instruction.mnemonic, instruction_id(instruction));
    units.rows.push_back({plain(name(static_cast<Unit>(i))), plain(fmt::format("{}", i)), list});
  }
  out.push_back(Heading{3, "units", plain("Units")});
  out.push_back(std::move(units));
}

void add_registers(const Spec& spec, Blocks& out) {
  const Registers all = registers(spec);
  out.push_back(Heading{2, "registers", plain("Control and status registers")});
  out.push_back(Paragraph{prose(
      "A host sees them over AXI4-Lite; they have 32 bits. `npuisa generate --registers` writes "
      "them as a C header. It sets `entry` and `text_bytes`, enables the interrupt, and starts.")});
  Table table{{plain("Offset"), plain("Register"), plain("Access"), plain("Meaning")}, {}};
  for (const Register& one : all.all) {
    Text meaning = prose(one.meaning);
    for (const RegisterBit& bit : one.bits)
      meaning = meaning + plain(fmt::format("; bit {} ", bit.bit)) + code(bit.name) + plain(": ") +
                prose(bit.meaning);
    table.rows.push_back({plain(fmt::format("{:#04x}", one.offset)), code(one.name),
                          plain(std::string(name(one.access))), meaning});
  }
  out.push_back(std::move(table));
  out.push_back(Paragraph{plain("Counters of 64 bits, the low half at the offset, the high half "
                                "behind it; a start makes them zero.")});
  Table counters{{plain("Offset"), plain("Counter"), plain("Counts")}, {}};
  for (const Counter& counter : all.counters)
    counters.rows.push_back({plain(fmt::format("{:#04x}", counter.offset)), code(counter.name),
                             plain(counter.meaning)});
  out.push_back(std::move(counters));
}

void add_language(const Spec& spec, Blocks& out) {
  out.push_back(Heading{2, "language", plain("Reading this manual")});
  add_operand_kinds(spec, out);
  add_tokens(spec, out);
  add_cores(spec, out);
  add_expressions(out);
  out.push_back(Heading{3, "timing", plain("Timing")});
  out.push_back(Paragraph{prose(
      "Cycles count from issue. `occupancy`: until the unit may issue its next instruction. "
      "`latency`: until the instruction has completed and its tokens are posted. `NAME.steps` is "
      "the number of rows that the generator of stream NAME walks. A port in use delays other "
      "units' instructions that need it.")});
}

} // namespace npuforge::isa::manual
