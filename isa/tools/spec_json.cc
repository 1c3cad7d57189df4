#include "spec_json.h"

#include <fmt/format.h>

#include "npuforge/isa/sizes.h"
#include "npuforge/isa/word.h"

namespace npuforge::isa {
namespace {

using nlohmann::json;

json field_json(const Field& field) {
  return {{"name", field.name}, {"high", field.high}, {"low", field.low}};
}

json operand_json(const Spec& spec, const Instruction& instruction, const Operand& operand) {
  auto [low, high] = value_range(spec, instruction, operand);
  json out{{"name", operand.name},
           {"kind", name(operand.kind)},
           {"access", name(operand.access)},
           {"range", {low, high}}};
  out["type"] = name(operand.type);
  if (operand.kind == OperandKind::Stream) {
    out["space"] = name(operand.space);
    out["byte_aligned"] = operand.byte_aligned;
    if (!operand.fill.empty())
      out["fill"] = operand.fill;
  }
  const Format& format = spec.formats[instruction.format];
  out["fields"] = json::array();
  for (int field : {operand.field, operand.offset, operand.base, operand.generator})
    if (field >= 0)
      out["fields"].push_back(field_json(format.fields[field]));
  return out;
}

void add_expression(json& out, const char* key, const ExprPtr& expr) {
  if (expr)
    out[key] = print(*expr);
}

json lets_json(const std::vector<ExprPtr>& lets) {
  json out = json::array();
  for (const ExprPtr& let : lets)
    out.push_back({{"name", let->text}, {"value", print(*let->args[0])}});
  return out;
}

json semantics_json(const Instruction& instruction) {
  json out{{"action", name(instruction.action)}};
  add_expression(out, "condition", instruction.condition);
  add_expression(out, "init", instruction.init);
  add_expression(out, "step", instruction.step);
  add_expression(out, "result", instruction.result);
  if (!instruction.lets.empty())
    out["let"] = lets_json(instruction.lets);
  if (instruction.action == Action::Reduce)
    out["state"] = name(instruction.state);
  if (instruction.levels >= 0)
    out["levels"] = instruction.operands[instruction.levels].name;
  return out;
}

json table_json(const Table& table) {
  json out{{"name", table.name}, {"type", name(table.type)}, {"values", table.values}};
  if (!table.formula.empty())
    out["formula"] = table.formula;
  return out;
}

json function_json(const Function& function) {
  json out{{"name", function.name},
           {"type", name(function.result->type)},
           {"let", lets_json(function.lets)},
           {"result", print(*function.result)},
           {"prose", function.prose}};
  for (const Symbol& parameter : function.parameters)
    out["arguments"].push_back({{"name", parameter.name}, {"type", name(parameter.type)}});
  if (const auto& promise = function.approximation) {
    out["implements"] = promise->implements;
    out["ulp"] = promise->ulp;
    // JSON has no infinities.
    out["domain"] = {fmt::format("{}", promise->low), fmt::format("{}", promise->high)};
  }
  return out;
}

json timing_json(const Instruction& instruction) {
  const Timing& timing = instruction.timing;
  json out{{"dynamic", timing.dynamic}};
  add_expression(out, "occupancy", timing.occupancy);
  add_expression(out, "latency", timing.latency);
  for (const PortUse& use : timing.uses) {
    json entry{{"stream", instruction.operands[use.stream].name},
               {"port", name(use.port)},
               {"start", print(*use.start)},
               {"cycles", print(*use.cycles)}};
    if (use.when >= 0)
      entry["when"] = instruction.operands[use.when].name;
    out["uses"].push_back(entry);
  }
  return out;
}

json one_instruction(const Spec& spec, const Instruction& instruction) {
  json out{{"mnemonic", instruction.mnemonic},
           {"unit", name(instruction.unit)},
           {"format", spec.formats[instruction.format].name},
           {"opcode", instruction.opcode},
           {"syntax", instruction.syntax},
           {"prose", instruction.prose},
           {"operands", json::array()}};
  for (const Operand& operand : instruction.operands)
    out["operands"].push_back(operand_json(spec, instruction, operand));
  out["semantics"] = semantics_json(instruction);
  out["timing"] = timing_json(instruction);
  return out;
}

} // namespace

nlohmann::json instruction_json(const Spec& spec, const Instruction& instruction) {
  return one_instruction(spec, instruction);
}

nlohmann::json spec_json(const Spec& spec) {
  json out{{"machine", spec.machine.name}, {"hash", spec.hash}, {"word_bytes", spec.word_bytes()}};
  for (const Size& size : sizes(spec.machine))
    out["sizes"][size.name] = size.value;
  for (Type type : spec.machine.array.types)
    out["array_types"].push_back(name(type));
  for (int unit = 0; unit < kUnitCount; ++unit)
    out["units"].push_back(name(static_cast<Unit>(unit)));
  for (const Format& format : spec.formats) {
    json fields = json::array();
    for (const Field& field : format.fields)
      fields.push_back(field_json(field));
    out["formats"].push_back({{"name", format.name}, {"bits", format.bits}, {"fields", fields}});
  }
  for (const Instruction& instruction : spec.instructions)
    out["instructions"].push_back(one_instruction(spec, instruction));
  out["tables"] = out["functions"] = json::array();
  for (const TablePtr& table : spec.tables)
    out["tables"].push_back(table_json(*table));
  for (const FunctionPtr& function : spec.functions)
    out["functions"].push_back(function_json(*function));
  return out;
}

} // namespace npuforge::isa
