// The identity of a spec: a text of everything that a program's words and cycles depend on. Names
// of machine, formats and instructions, syntax and prose are left out: who changes them changes no
// program.
#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <stdexcept>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <openssl/evp.h>

#include "expression_rules.h"
#include "readers.h"

namespace npuforge::isa {
namespace {

std::string sha256(const std::string& text) {
  std::array<unsigned char, 32> digest{};
  if (EVP_Digest(text.data(), text.size(), digest.data(), nullptr, EVP_sha256(), nullptr) != 1)
    throw std::runtime_error("libcrypto has no SHA-256");
  std::string hex;
  for (unsigned char byte : digest)
    hex += fmt::format("{:02x}", byte);
  return hex;
}

std::string machine_text(const Machine& m) {
  std::string text =
      fmt::format("array {} {} {} {}\nscratchpad {} {}\naccumulator {} {}\nvector {} {} {}\n",
                  m.array.rows, m.array.cols, m.array.weight_sets, m.array.pipeline,
                  m.scratchpad.bytes, m.scratchpad.banks, m.accumulator.bytes, m.accumulator.banks,
                  m.vector.lanes, m.vector.lane_registers, m.vector.pipeline);
  // What came later is said only where it is not as it was before.
  if (m.array.stages != 1)
    text += fmt::format("stages {}\n", m.array.stages);
  if (m.array.types != ArrayParams().types) {
    std::vector<Type> types = m.array.types; // their order has no meaning
    std::sort(types.begin(), types.end());
    for (Type type : types)
      text += fmt::format("multiplies {}\n", name(type));
  }
  if (m.cores != 1)
    text += fmt::format("cores {}\n", m.cores);
  if (m.events.count != 0)
    text += fmt::format("events {} {} {}\n", m.events.count, m.events.max, m.events.latency);
  const SequencerParams& s = m.sequencer;
  text += fmt::format("sequencer {} {} {} {} {} {}\n", s.registers, s.generators, s.levels,
                      s.loop_depth, s.cache_lines, s.line_bytes);
  text += fmt::format("load {} {}\nstore {} {}\ntokens {}\n", m.load.fifo_beats,
                      m.load.instructions, m.store.fifo_beats, m.store.instructions, m.token_max);
  text += fmt::format("dram {} {} {} {}\nqueues", m.dram.bytes, m.dram.beat_bytes,
                      m.dram.burst_beats, m.dram.latency);
  for (int queue : m.queue)
    text += fmt::format(" {}", queue);
  return text + "\n";
}

std::string field_text(const Format& format, int field) {
  return field < 0 ? " -"
                   : fmt::format(" {}:{}", format.fields[field].high, format.fields[field].low);
}

std::string operand_text(const Format& format, const Operand& operand) {
  std::string text = fmt::format("operand {} {} {} {}", operand.name, name(operand.kind),
                                 name(operand.access), operand.is_signed ? "signed" : "unsigned");
  if (operand.kind == OperandKind::Stream)
    text += fmt::format(" {} {} {} fill={}", name(operand.space), name(operand.type),
                        operand.byte_aligned ? "bytes" : "rows", operand.fill);
  else if (operand.type != Type::I32 && operand.type != Type::Bool)
    text += fmt::format(" {}", name(operand.type));
  for (int field : {operand.field, operand.offset, operand.base, operand.generator})
    text += field_text(format, field);
  return text + "\n";
}

std::string expression_text(const char* key, const ExprPtr& expr) {
  return expr ? fmt::format("{} {}\n", key, print(*expr)) : "";
}

/// By name: their order has no meaning.
std::string lets_text(const std::vector<ExprPtr>& lets) {
  std::set<std::string> lines;
  for (const ExprPtr& let : lets)
    lines.insert(fmt::format("let {} {}\n", let->text, print(*let->args[0])));
  return fmt::format("{}", fmt::join(lines, ""));
}

std::string function_text(const Function& function) {
  std::string text = fmt::format("function {}", function.name);
  for (const Symbol& parameter : function.parameters)
    text += fmt::format(" {} {}", parameter.name, name(parameter.type));
  return text + "\n" + lets_text(function.lets) + expression_text("result", function.result);
}

std::string table_text(const Table& table) {
  std::string text = fmt::format("table {} {}", table.name, name(table.type));
  for (int64_t value : table.values)
    text += fmt::format(" {:x}", value);
  return text + "\n";
}

/// Tables and functions that the instructions use, by name.
std::string library_text(const std::vector<const Instruction*>& instructions) {
  std::vector<ExprPtr> exprs;
  for (const Instruction* instruction : instructions)
    for (const ExprPtr& expr : semantics_of(*instruction))
      exprs.push_back(expr);
  const Dependencies used = dependencies_of(exprs);
  std::map<std::string, std::string> tables, functions;
  for (const TablePtr& table : used.tables)
    tables[table->name] = table_text(*table);
  for (const FunctionPtr& function : used.functions)
    functions[function->name] = function_text(*function);
  std::string text;
  for (const auto* texts : {&tables, &functions})
    for (const auto& [name, one] : *texts)
      text += one;
  return text;
}

std::string timing_text(const Timing& timing) {
  std::string text = timing.dynamic ? "dynamic\n" : "";
  text +=
      expression_text("occupancy", timing.occupancy) + expression_text("latency", timing.latency);
  for (const PortUse& use : timing.uses)
    text += fmt::format("use {} {} when {}\n", use.stream, name(use.port), use.when) +
            expression_text("start", use.start) + expression_text("cycles", use.cycles);
  return text;
}

std::string instruction_text(const Spec& spec, const Instruction& instruction) {
  const Format& format = spec.formats[instruction.format];
  std::string text = fmt::format("opcode {} {} {}\n", instruction.opcode, name(instruction.unit),
                                 name(instruction.action));
  for (const Operand& operand : instruction.operands)
    text += operand_text(format, operand);
  text += expression_text("condition", instruction.condition) +
          expression_text("init", instruction.init) + expression_text("step", instruction.step) +
          expression_text("result", instruction.result);
  text += lets_text(instruction.lets);
  if (instruction.state != Type::I32)
    text += fmt::format("state {}\n", name(instruction.state));
  return text + fmt::format("levels {}\n", instruction.levels) + timing_text(instruction.timing);
}

} // namespace

std::string hash_of(const Spec& spec) {
  std::string text =
      fmt::format("npuforge spec 1\nword {}\n", spec.word_bytes()) + machine_text(spec.machine);
  for (const char* common : {"opcode", "wait", "post"}) {
    const Field* field = spec.formats.front().find(common);
    text += fmt::format("{} {}:{}\n", common, field->high, field->low);
  }
  std::vector<const Instruction*> sorted;
  for (const Instruction& instruction : spec.instructions)
    sorted.push_back(&instruction);
  std::sort(sorted.begin(), sorted.end(), [](auto* a, auto* b) { return a->opcode < b->opcode; });
  for (const Instruction* instruction : sorted)
    text += instruction_text(spec, *instruction);
  return sha256(text + library_text(sorted));
}

} // namespace npuforge::isa
