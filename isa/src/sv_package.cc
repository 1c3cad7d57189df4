// npu_pkg.sv: sizes of the machine, what follows from them, and the types in which instructions
// travel.

#include <algorithm>
#include <bit>

#include <fmt/format.h>

#include "npuforge/isa/pace.h"

#include "sv_print.h"

namespace npuforge::isa::sv {
namespace {

int log2_of(int64_t value) {
  return std::countr_zero(static_cast<uint64_t>(value));
}

/// Bits of a factor in the array: of an i8, or those of an f32 which the type's numbers need,
/// subnormals included.
int operand_bits(Type type) {
  switch (type) {
  case Type::BF16:
    return 16;
  case Type::F16:
    return 19;
  case Type::F32:
    return 32;
  default:
    return 8;
  }
}

class Text {
public:
  std::string out;
  void number(const std::string& name, int64_t value, const std::string& note = "") {
    out += fmt::format("  localparam int unsigned {} = {};{}\n", name, value,
                       note.empty() ? "" : "  // " + note);
  }
  void constant(const std::string& name, int bits, int64_t value) {
    out += fmt::format("  localparam logic [{}:0] {} = {}'d{};\n", bits - 1, name, bits, value);
  }
  void flag(const std::string& name, bool value) {
    out += fmt::format("  localparam bit {} = 1'b{};\n", name, value ? 1 : 0);
  }
  void line(const std::string& text) { out += text.empty() ? "\n" : "  " + text + "\n"; }
};

void print_sizes(Text& text, const Spec& spec) {
  const Machine& m = spec.machine;
  text.line("// Sizes of the machine.");
  text.number("ArrayRows", m.array.rows);
  text.number("ArrayCols", m.array.cols);
  text.number("WeightSets", m.array.weight_sets);
  text.number("ArrayPipeline", m.array.pipeline);
  text.number("ArrayStages", m.array.stages);
  text.number("PadBanks", m.scratchpad.banks);
  text.number("PadBankRows", m.bank_bytes() / m.row_bytes());
  text.number("AccBanks", m.accumulator.banks);
  text.number("AccBankRows", m.accumulator_bank_rows());
  text.number("Lanes", m.vector.lanes);
  text.number("LaneRegisters", m.vector.lane_registers);
  text.number("VectorPipeline", m.vector.pipeline);
  text.number("Registers", m.sequencer.registers);
  text.number("Generators", m.sequencer.generators);
  text.number("Levels", m.sequencer.levels);
  text.number("LoopDepth", m.sequencer.loop_depth);
  text.number("CacheLines", m.sequencer.cache_lines);
  text.number("LineBytes", m.sequencer.line_bytes);
  text.number("WordBytes", spec.word_bytes());
  text.number("LoadFifo", m.load.fifo_beats);
  text.number("LoadInstructions", m.load.instructions);
  text.number("StoreFifo", m.store.fifo_beats);
  text.number("StoreInstructions", m.store.instructions);
  text.number("TokenMax", m.token_max);
  text.number("BeatBytes", m.dram.beat_bytes);
  text.number("BurstBeats", m.dram.burst_beats);
  text.number("Cores", m.cores);
  text.number("Events", m.events.count, "counters of a core");
  text.number("EventMax", m.events.max);
  text.number("EventLatency", m.events.latency);
  text.flag("CopiesAcross", spec.has(Action::CopyAcross));
  for (int unit = 1; unit < kUnitCount; ++unit) {
    std::string name = isa::name(static_cast<Unit>(unit));
    name[0] = static_cast<char>(std::toupper(name[0]));
    text.number(name + "Queue", m.queue[unit]);
  }
}

/// What the array multiplies. An operand is an i8, or the highest bits of an f32 which holds every
/// float of the array exactly.
void print_array(Text& text, const Machine& m) {
  int beats = 0, bytes = 0, operand = 0;
  for (Type type : kArrayTypes) {
    const bool has = std::ranges::find(m.array.types, type) != m.array.types.end();
    std::string upper = name(type);
    upper[0] = static_cast<char>(std::toupper(upper[0]));
    text.constant("Element" + upper, 2, array_element(type));
    text.flag("Array" + upper, has);
    if (!has)
      continue;
    beats = std::max(beats, multiply_beats(m, type));
    bytes = std::max(bytes, bytes_of(type));
    operand = std::max(operand, operand_bits(type));
  }
  text.flag("ArrayFloats", std::ranges::any_of(m.array.types, is_float));
  text.number("MatrixBeats", beats, "of a row of activations, at most");
  text.number("ElementBytes", bytes, "of an element, at most");
  text.number("OperandBits", operand, "of a factor in the array");
}

void print_derived(Text& text, const Spec& spec, const Layouts& layouts) {
  const Machine& m = spec.machine;
  text.line("");
  text.line("// What follows from them.");
  text.number("RowBits", 8 * m.row_bytes(), "of the scratchpad");
  text.number("AccRowBits", 8 * m.accumulator_row_bytes());
  text.number("ByteBits", index_bits(m.row_bytes()), "of a byte's place in a scratchpad row");
  text.number("BeatBits", 8 * m.dram.beat_bytes);
  text.number("BeatShift", log2_of(m.dram.beat_bytes), "address to beat");
  text.number("PadRowBits", index_bits(m.scratchpad.bytes / m.row_bytes()), "of a row's number");
  text.number("PadBankBits", index_bits(m.scratchpad.banks), "of a bank's number");
  text.number("PadBankShift", log2_of(m.bank_bytes() / m.row_bytes()), "row number to bank");
  text.number("AccRowNumberBits", index_bits(m.accumulator_rows()));
  text.number("AccBankShift", log2_of(m.accumulator_bank_rows()));
  text.number("Ports", 2 * (m.scratchpad.banks + m.accumulator.banks),
              "read and write port of every bank");
  text.number("PortPadRead", 0, "first port of the group");
  text.number("PortPadWrite", m.scratchpad.banks);
  text.number("PortAccRead", 2 * m.scratchpad.banks);
  text.number("PortAccWrite", 2 * m.scratchpad.banks + m.accumulator.banks);
  print_array(text, m);
  text.number("MatrixFlight", array_flight(m) - 1,
              "cycles from a row's last beat to the accumulator's read");
  text.number("MatrixWrite", array_flight(m), "cycles from issue until the write port is held");
  text.number("Passes", passes(m), "cycles in which the lanes compute a row");
  text.number("PassBits", index_bits(passes(m)));
  text.number("VectorBeatsA", layouts.vector_beats_a, "of a row of stream A in the scratchpad");
  text.number("VectorBeatsB", layouts.vector_beats_b);
  text.number("VectorBeatsD", layouts.vector_beats_d);
  text.flag("VectorReadsAccA", layouts.vector_a_sums);
  text.flag("VectorReadsAccB", layouts.vector_b_sums);
  text.flag("VectorWritesAcc", layouts.vector_d_sums);
  text.number("RegisterBits", index_bits(m.sequencer.registers));
  text.number("GeneratorBits", index_bits(m.sequencer.generators));
  text.number("LevelBits", index_bits(m.sequencer.levels));
  text.number("GroupBits", index_bits(m.sequencer.levels + 1), "of a number of levels");
  text.number("LaneBits", index_bits(m.vector.lane_registers));
  text.number("LaneSlots", layouts.lane_slots, "lane registers that an instruction reads, at most");
  text.number("ScalarOpBits", index_bits(layouts.scalar_ops + 1));
  text.number("VectorOpBits", index_bits(layouts.vector_ops + 1));
  text.number("StateBits", layouts.state_bits, "of a reduction's state");
  text.number("TokenBits", index_bits(m.token_max + 1));
  text.number("CountBits", 16, "of a generator's count");
  text.number("BoundBits", 17, "of a window's bound");
  text.number("StepBits", 24, "of a generator's number of rows");
  text.number("PaceBits", index_bits(layouts.pace + 1), "of the cycles of a row");
  text.number("CycleBits", 24 + index_bits(layouts.pace + 1),
              "of the cycles of an instruction's rows");
  text.number("SequenceBits", 48);
  text.number("ActionBits", kActionBits);
  text.number("CoreBits", index_bits(m.cores));
  text.number("EventBits", index_bits(m.events.count));
  text.number("EventCountBits", index_bits(m.events.max + 1));
  text.number("ReadIdBits", m.cores > 1 ? index_bits(m.cores) + 1 : 1,
              "the core's number; in bit 0 its load unit, else its cache");
  text.number("WriteIdBits", index_bits(m.cores));
}

void print_names(Text& text) {
  text.line("");
  text.line("// Units, actions and memories.");
  text.number("Units", kUnitCount);
  auto camel = [](std::string name) {
    std::string result;
    bool upper = true;
    for (char c : name) {
      if (c == '_') {
        upper = true;
        continue;
      }
      result += upper ? static_cast<char>(std::toupper(c)) : c;
      upper = false;
    }
    return result;
  };
  for (int unit = 0; unit < kUnitCount; ++unit)
    text.constant("Unit" + camel(isa::name(static_cast<Unit>(unit))), 3, unit);
  for (int action = 0; action < kActionCount; ++action)
    text.constant("Action" + camel(isa::name(static_cast<Action>(action))), kActionBits, action);
  text.constant("SpaceScratchpad", 2, static_cast<int>(Space::Scratchpad));
  text.constant("SpaceAccumulator", 2, static_cast<int>(Space::Accumulator));
  text.constant("SpaceDram", 2, static_cast<int>(Space::Dram));
}

/// Where a scratchpad address lies. A row need not be a power of two long; a division by a constant
/// is a few adders then.
void print_places(Text& text, const Machine& m) {
  bool shifts = is_power_of_two(m.row_bytes());
  auto divided = [&, bits = index_bits(m.scratchpad.bytes)](const char* by) {
    return fmt::format("{0}'(address) {1} {0}'d{2}", bits, by, m.row_bytes());
  };
  std::string row = shifts ? fmt::format("address >> {}", log2_of(m.row_bytes())) : divided("/");
  std::string byte = shifts ? "address" : divided("%");
  auto function = [&](const char* name, const char* bits, const std::string& value) {
    text.line(fmt::format("function automatic logic [{0}-1:0] {1}(input logic [31:0] address); {1} "
                          "= {0}'({2}); endfunction",
                          bits, name, value));
  };
  text.line("");
  text.line("// The row of a scratchpad address, and the byte's place in the row.");
  text.line("/* verilator lint_off UNUSEDSIGNAL */");
  function("row_of", "PadRowBits", row);
  function("byte_of", "ByteBits", byte);
  text.line("/* verilator lint_on UNUSEDSIGNAL */");
}

} // namespace

std::string print_package(const Spec& spec, const Layouts& layouts) {
  Text text;
  text.out = file_header(spec, "Sizes and types of the machine.");
  text.out += "/* verilator lint_off UNUSEDPARAM */\npackage npu_pkg;\n";
  print_sizes(text, spec);
  print_derived(text, spec, layouts);
  print_names(text);
  print_places(text, spec.machine);
  return text.out + print_types() + "endpackage\n/* verilator lint_on UNUSEDPARAM */\n";
}

} // namespace npuforge::isa::sv
