#include "show.h"

#include <algorithm>

#include <fmt/format.h>

#include "npuforge/isa/sizes.h"

namespace npuforge::isa {
namespace {

constexpr std::size_t kWidth = 100;

/// Text broken at spaces, every line indented.
std::string wrap_text(const std::string& text, std::size_t indent) {
  std::string out, line;
  auto flush = [&] {
    out += std::string(indent, ' ') + line + "\n";
    line.clear();
  };
  std::size_t start = 0;
  while (start < text.size()) {
    std::size_t end = std::min(text.find_first_of(" \n", start), text.size());
    std::string word = text.substr(start, end - start);
    if (!line.empty() && indent + line.size() + 1 + word.size() > kWidth)
      flush();
    line += (line.empty() || word.empty() ? "" : " ") + word;
    start = end + 1;
  }
  flush();
  return out;
}

std::string bytes_text(int64_t bytes) {
  for (auto [unit, size] : {std::pair{"GiB", 30}, {"MiB", 20}, {"KiB", 10}})
    if (bytes >= int64_t{1} << size && bytes % (int64_t{1} << size) == 0)
      return fmt::format("{} {}", bytes >> size, unit);
  return fmt::format("{} bytes", bytes);
}

std::string show_sizes(const Machine& m) {
  std::string out = "Sizes\n";
  auto line = [&out](const char* what, const std::string& text) {
    out += fmt::format("  {:<12} {}\n", what, text);
  };
  line("array",
       fmt::format("{} rows x {} columns, {} weight sets, {} pipeline stages, {} a row, of {}",
                   m.array.rows, m.array.cols, m.array.weight_sets, m.array.pipeline,
                   m.array.stages, array_types(m)));
  line("scratchpad",
       fmt::format("{}, {} banks of {} rows of {} bytes", bytes_text(m.scratchpad.bytes),
                   m.scratchpad.banks, m.bank_bytes() / m.row_bytes(), m.row_bytes()));
  line("accumulator",
       fmt::format("{}, {} banks of {} rows of {} bytes", bytes_text(m.accumulator.bytes),
                   m.accumulator.banks, m.accumulator_bank_rows(), m.accumulator_row_bytes()));
  line("vector", fmt::format("{} lanes, {} lane registers, {} pipeline stages", m.vector.lanes,
                             m.vector.lane_registers, m.vector.pipeline));
  const SequencerParams& s = m.sequencer;
  line("sequencer", fmt::format("{} registers, {} generators of {} levels, loops nest {} deep",
                                s.registers, s.generators, s.levels, s.loop_depth));
  line("cache", fmt::format("{} lines of {} bytes", s.cache_lines, s.line_bytes));
  line("load",
       fmt::format("{} beats of FIFO, {} instructions", m.load.fifo_beats, m.load.instructions));
  line("store",
       fmt::format("{} beats of FIFO, {} instructions", m.store.fifo_beats, m.store.instructions));
  line("tokens", fmt::format("at most {} between two units", m.token_max));
  line("dram", fmt::format("{}, {} bytes a cycle, bursts of {} beats, latency {} cycles",
                           bytes_text(m.dram.bytes), m.dram.beat_bytes, m.dram.burst_beats,
                           m.dram.latency));
  if (m.cores > 1)
    line("cores", fmt::format("{}, each with all of the above but the dram", m.cores));
  if (m.events.count > 0)
    line("events", fmt::format("{} counters a core, of at most {}, {} cycles after the signal",
                               m.events.count, m.events.max, m.events.latency));
  out += "\nUnits (bit of the wait and post masks, queue)\n";
  for (int i = 0; i < kUnitCount; ++i)
    out += fmt::format("  {}  {:<10} {}\n", i, name(static_cast<Unit>(i)),
                       m.queue[i] ? fmt::format("{} instructions", m.queue[i]) : "none");
  return out;
}

/// Bits from low to high; bits that belong to no field are shown, too.
std::string show_format(const Spec& spec, const Format& format) {
  std::string users;
  for (const Instruction& instruction : spec.instructions)
    if (&spec.formats[instruction.format] == &format)
      users += (users.empty() ? "" : ", ") + instruction.mnemonic;
  std::string out =
      fmt::format("{}: {} bits\n", format.name, format.bits) + wrap_text("used by " + users, 2);
  std::vector<Field> fields = format.fields;
  std::sort(fields.begin(), fields.end(),
            [](const Field& a, const Field& b) { return a.low < b.low; });
  int next = 0;
  auto line = [&out](int high, int low, const std::string& text) {
    out += fmt::format("  {:>7}  {:>2}  {}\n",
                       high == low ? fmt::format("{}", low) : fmt::format("{}:{}", high, low),
                       high - low + 1, text);
  };
  for (const Field& field : fields) {
    if (field.low > next)
      line(field.low - 1, next, "(zero)");
    line(field.high, field.low, field.name);
    next = field.high + 1;
  }
  if (next < format.bits)
    line(format.bits - 1, next, "(zero)");
  return out;
}

/// Most are i32, which goes without saying.
std::string type_of(const Operand& operand) {
  return operand.type == Type::I32 ? "" : fmt::format(" of {}", name(operand.type));
}

std::string describe(const Operand& operand) {
  std::string text = name(operand.kind);
  switch (operand.kind) {
  case OperandKind::Register:
  case OperandKind::Lane:
    return text + type_of(operand) + (operand.access == Access::Read ? ", read" : ", written");
  case OperandKind::Value:
  case OperandKind::Immediate:
    return text + type_of(operand) + (operand.is_signed ? ", signed" : ", unsigned");
  case OperandKind::Stream:
    text += fmt::format(" of {}, {} {}", name(operand.type),
                        operand.access == Access::Read ? "read from" : "written to",
                        name(operand.space));
    text += operand.byte_aligned ? ", at any byte" : "";
    return text + (operand.fill.empty() ? "" : ", outside the window: " + operand.fill);
  default:
    return text;
  }
}

std::string bits_of_operand(const Format& format, const Operand& operand) {
  std::string text;
  auto add = [&](int index, const char* part) {
    if (index < 0)
      return;
    const Field& field = format.fields[index];
    text += fmt::format("{}{}{}:{}", text.empty() ? "" : ", ", part, field.high, field.low);
  };
  add(operand.field, "");
  add(operand.offset, "offset ");
  add(operand.base, "base ");
  add(operand.generator, "generator ");
  return text;
}

std::string show_operands(const Spec& spec, const Instruction& instruction) {
  std::string out;
  std::size_t names = 0, kinds = 0;
  for (const Operand& operand : instruction.operands) {
    names = std::max(names, operand.name.size());
    kinds = std::max(kinds, describe(operand).size());
  }
  for (const Operand& operand : instruction.operands)
    out += fmt::format("    {:<{}}  {:<{}}  bits {}\n", operand.name, names, describe(operand),
                       kinds, bits_of_operand(spec.formats[instruction.format], operand));
  return out;
}

std::string show_semantics(const Instruction& instruction) {
  std::string out = fmt::format("  does       {}\n", name(instruction.action));
  auto line = [&out](const char* key, const ExprPtr& expr) {
    if (expr)
      out += fmt::format("    {:<9}{}\n", key, print(*expr));
  };
  for (const ExprPtr& let : instruction.lets)
    out += fmt::format("    {} = {}\n", let->text, print(*let->args[0]));
  if (instruction.state != Type::I32)
    out += fmt::format("    {:<9}{}\n", "state", name(instruction.state));
  line("when", instruction.condition);
  line("init", instruction.init);
  line("step", instruction.step);
  line("result", instruction.result);
  if (instruction.levels >= 0)
    out += fmt::format("    a group is the rows of the lowest `{}` levels\n",
                       instruction.operands[instruction.levels].name);
  return out;
}

std::string show_timing(const Instruction& instruction) {
  const Timing& timing = instruction.timing;
  if (timing.dynamic)
    return "  timing     that of the DMA engine\n";
  std::string out = fmt::format("  occupancy  {}\n  latency    {}\n", print(*timing.occupancy),
                                print(*timing.latency));
  for (const PortUse& use : timing.uses) {
    std::string when =
        use.when < 0 ? "" : " when " + instruction.operands[use.when].name + " is not 0";
    out += fmt::format("  holds      {} port of {}'s banks from issue + {} for {}{}\n",
                       name(use.port), instruction.operands[use.stream].name, print(*use.start),
                       print(*use.cycles), when);
  }
  return out;
}

std::string show_function(const Function& function) {
  std::string arguments;
  for (const Symbol& parameter : function.parameters)
    arguments += fmt::format("{}{}: {}", arguments.empty() ? "" : ", ", parameter.name,
                             name(parameter.type));
  std::string out =
      fmt::format("{}({}) -> {}\n", function.name, arguments, name(function.result->type));
  out += function.prose.empty() ? "" : wrap_text(function.prose, 2);
  if (const auto& promise = function.approximation)
    out += fmt::format("  is {} within {} ulp for {} to {}\n", promise->implements, promise->ulp,
                       promise->low, promise->high);
  for (const ExprPtr& let : function.lets)
    out += fmt::format("    {} = {}\n", let->text, print(*let->args[0]));
  return out + fmt::format("    result   {}\n\n", print(*function.result));
}

std::string show_library(const Spec& spec) {
  std::string out = spec.functions.empty() ? "" : "Functions\n\n";
  for (const FunctionPtr& function : spec.functions)
    out += show_function(*function);
  out += spec.tables.empty() ? "" : "Tables\n\n";
  for (const TablePtr& table : spec.tables)
    out += fmt::format("{}: {} of {}{}\n\n", table->name, table->values.size(), name(table->type),
                       table->formula.empty() ? "" : ", " + table->formula);
  return out;
}

} // namespace

std::string show_instruction(const Spec& spec, const Instruction& instruction) {
  std::string out = fmt::format("{}{}{}\n", instruction.mnemonic,
                                instruction.syntax.empty() ? "" : " ", instruction.syntax);
  out += wrap_text(instruction.prose, 2);
  out += fmt::format("  unit       {}\n  encoding   opcode {:#04x}, format {}\n",
                     name(instruction.unit), instruction.opcode,
                     spec.formats[instruction.format].name);
  if (!instruction.operands.empty())
    out += "  operands\n" + show_operands(spec, instruction);
  return out + show_semantics(instruction) + show_timing(instruction);
}

std::string show_spec(const Spec& spec) {
  std::string out = spec.machine.name + "\n" + wrap_text(spec.machine.prose, 2);
  out += fmt::format("  hash {}\n\n", spec.hash) + show_sizes(spec.machine) + "\nFormats\n\n";
  for (const Format& format : spec.formats)
    out += show_format(spec, format) + "\n";
  out += "Instructions\n\n";
  for (const Instruction& instruction : spec.instructions)
    out += show_instruction(spec, instruction) + "\n";
  out += show_library(spec);
  out.pop_back();
  return out;
}

} // namespace npuforge::isa
