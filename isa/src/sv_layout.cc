#include "sv_layout.h"

#include <algorithm>
#include <bit>

#include <fmt/format.h>

#include "npuforge/isa/generate.h"
#include "npuforge/isa/pace.h"

#include "operators.h"

namespace npuforge::isa::sv {
namespace {

[[noreturn]] void refuse(const Instruction& instruction, const std::string& reason) {
  throw GenerateError("instruction '" + instruction.mnemonic + "': " + reason);
}

bool is_unit_stream(const Operand& operand) {
  return operand.kind == OperandKind::Stream;
}

void lay_out_named(const Instruction& instruction, Layout& layout) {
  auto at = [&](const char* name) { return instruction.index_of(name); };
  layout.flag = std::max(at("keep"), at("next"));
  switch (instruction.action) {
  case Action::Loop:
    layout.values[kCount] = at("count");
    break;
  case Action::SetLevel:
    layout.values[kCount] = at("count");
    layout.values[kStride] = at("stride");
    layout.values[kLow] = at("low");
    layout.values[kHigh] = at("high");
    if ((layout.values[kLow] < 0) != (layout.values[kHigh] < 0))
      refuse(instruction, "a window needs both 'low' and 'high'");
    break;
  case Action::LoadScalar:
    layout.values[kAddress] = at("address");
    break;
  case Action::StoreScalar:
    layout.values[kAddress] = at("address");
    layout.values[kScalar] = at("rs");
    break;
  case Action::Signal:
    layout.values[kCores] = at("cores");
    layout.values[kEvent] = at("event");
    break;
  case Action::Await:
    layout.values[kCount] = at("count");
    layout.values[kEvent] = at("event");
    break;
  case Action::CopyAcross:
    layout.values[kExtra] = at("cores");
    [[fallthrough]];
  case Action::CopyIn:
  case Action::CopyOut:
    layout.values[kScalar] = at("bytes");
    break;
  case Action::Multiply:
    layout.values[kExtra] = at("accumulate");
    break;
  case Action::SetLanes:
    layout.values[kScalar] = at("value");
    break;
  case Action::Reduce:
    layout.values[kExtra] = instruction.levels;
    break;
  default:
    break;
  }
}

void check_stream(const Instruction& instruction, const Operand& operand) {
  bool vector = instruction.unit == Unit::Vector;
  if (vector && operand.byte_aligned)
    refuse(instruction, "the vector unit's streams are aligned to rows");
}

void lay_out_streams(const Instruction& instruction, Layout& layout) {
  for (int i = 0; i < static_cast<int>(instruction.operands.size()); ++i) {
    const Operand& operand = instruction.operands[i];
    if (!is_unit_stream(operand))
      continue;
    check_stream(instruction, operand);
    int slot = operand.access == Access::Write ? kStreamD
               : layout.values[kStreamA] < 0   ? kStreamA
                                               : kStreamB;
    if (layout.values[slot] >= 0)
      refuse(instruction, "more than two read streams or one written stream, or '" + operand.name +
                              "' meets another operand's place");
    layout.values[slot] = i;
    if (operand.fill.empty() || slot == kStreamD)
      continue;
    (slot == kStreamA ? layout.window_a : layout.window_b) = true;
    int fill = instruction.index_of(operand.fill);
    if (instruction.unit == Unit::Vector)
      (slot == kStreamA ? layout.fill_a : layout.fill_b) = fill;
    else
      layout.values[kScalar] = fill;
  }
}

void lay_out_kinds(const Instruction& instruction, Layout& layout) {
  bool scalar = instruction.action == Action::Compute || instruction.action == Action::Branch;
  int next = 0;
  for (int i = 0; i < static_cast<int>(instruction.operands.size()); ++i) {
    const Operand& operand = instruction.operands[i];
    switch (operand.kind) {
    case OperandKind::Lane:
      if (operand.access == Access::Write)
        layout.write_lane = i;
      else
        layout.lanes.push_back(i);
      break;
    case OperandKind::Generator:
      layout.generator = i;
      break;
    case OperandKind::Level:
      layout.level = i;
      break;
    case OperandKind::Target:
      layout.target = i;
      break;
    case OperandKind::Stream:
      break;
    default:
      if (operand.kind == OperandKind::Register && operand.access == Access::Write)
        layout.write_register = i;
      else if (scalar) {
        if (next == kValues)
          refuse(instruction, "more than four scalar operands");
        layout.values[next++] = i;
      }
    }
  }
}

void number_ops(const Instruction& instruction, Layouts& layouts, Layout& layout) {
  Action action = instruction.action;
  if (action == Action::Compute || action == Action::Branch)
    layout.scalar_op = ++layouts.scalar_ops;
  if (action == Action::Map || action == Action::Reduce)
    layout.vector_op = ++layouts.vector_ops;
  if (action == Action::Reduce)
    layouts.state_bits = std::max(layouts.state_bits, bits_of(instruction.step->type));
}

void measure_rows(const Machine& machine, const Instruction& instruction, Layouts& layouts,
                  Layout& layout) {
  layout.pace = pace(machine, instruction);
  layouts.pace = std::max(layouts.pace, layout.pace);
  bool vector = instruction.unit == Unit::Vector;
  auto measure = [&](int slot, int& mine, int& most, bool& sums) {
    int index = layout.values[slot];
    if (index < 0 || !is_unit_stream(instruction.operands[index]))
      return;
    const Operand& operand = instruction.operands[index];
    mine = beats(machine, instruction, operand);
    if (vector && operand.space == Space::Accumulator)
      sums = true;
    else if (vector)
      most = std::max(most, mine);
  };
  measure(kStreamA, layout.beats_a, layouts.vector_beats_a, layouts.vector_a_sums);
  measure(kStreamB, layout.beats_b, layouts.vector_beats_b, layouts.vector_b_sums);
  measure(kStreamD, layout.beats_d, layouts.vector_beats_d, layouts.vector_d_sums);
}

void note_array_type(const Instruction& instruction, Layout& layout) {
  if (instruction.action == Action::Preload || instruction.action == Action::Multiply)
    layout.array_type = instruction.operands.at(layout.values[kStreamA]).type;
}

Field common_opcode(const Spec& spec) {
  const Field* opcode = spec.formats.at(0).find("opcode");
  for (const Format& format : spec.formats) {
    const Field* other = format.find("opcode");
    if (!opcode || !other || other->high != opcode->high || other->low != opcode->low)
      throw GenerateError("format '" + format.name +
                          "': the opcode must lie in the same bits in every format");
  }
  return *opcode;
}

} // namespace

int array_element(Type type) {
  for (size_t i = 0; i < kArrayTypes.size(); ++i)
    if (kArrayTypes[i] == type)
      return static_cast<int>(i);
  throw GenerateError(fmt::format("the array multiplies no {}", name(type)));
}

int index_bits(int64_t value) {
  return std::max(
      1, static_cast<int>(std::bit_width(static_cast<uint64_t>(std::max<int64_t>(value, 1) - 1))));
}

bool is_power_of_two(int64_t value) {
  return value > 0 && std::has_single_bit(static_cast<uint64_t>(value));
}

Layouts lay_out(const Spec& spec) {
  Layouts layouts;
  layouts.opcode = common_opcode(spec);
  for (const Instruction& instruction : spec.instructions) {
    Layout layout;
    lay_out_named(instruction, layout);
    lay_out_streams(instruction, layout);
    lay_out_kinds(instruction, layout);
    number_ops(instruction, layouts, layout);
    measure_rows(spec.machine, instruction, layouts, layout);
    note_array_type(instruction, layout);
    layouts.lane_slots = std::max(layouts.lane_slots, static_cast<int>(layout.lanes.size()));
    layouts.of.push_back(layout);
  }
  return layouts;
}

} // namespace npuforge::isa::sv
