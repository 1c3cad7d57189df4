#include "maps_report.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace npuforge::tools {
namespace {

int64_t of_layer(const tile::MapPlan& plan, int64_t cycles) {
  return cycles * plan.layer_rows / plan.rows;
}

nlohmann::json step_json(const tile::MapPlan& plan, const tile::MapStep& step) {
  nlohmann::json operands = nlohmann::json::object();
  for (const tile::MapOperand& operand : step.operands)
    operands[operand.name] = operand.value >= 0 ? nlohmann::json{{"value", operand.value}}
                                                : nlohmann::json{{"bits", operand.bits}};
  return {{"instruction", step.instruction},
          {"result", step.result},
          {"operands", operands},
          {"cycles", of_layer(plan, step.cycles)}};
}

} // namespace

void print(const Maps& maps) {
  for (const auto& [layer, plan] : maps) {
    std::vector<std::string> names;
    for (const tile::MapStep& step : plan.steps)
      names.push_back(step.instruction);
    fmt::print("map '{}': {}: {} cycles", layer, fmt::join(names, " "),
               of_layer(plan, plan.cycles));
    if (plan.alternative.empty())
      fmt::print("; no other instructions compute it");
    else
      fmt::print("; next best {}: {} cycles", fmt::join(plan.alternative, " "),
                 of_layer(plan, plan.alternative_cycles));
    fmt::print("{}\n", plan.inexact ? "; last bits of f32 may differ" : "");
  }
}

nlohmann::json to_json(const Maps& maps) {
  nlohmann::json list = nlohmann::json::array();
  for (const auto& [layer, plan] : maps) {
    nlohmann::json values = nlohmann::json::array(), steps = nlohmann::json::array();
    for (const tile::MapValue& value : plan.values)
      values.push_back({{"space", value.space},
                        {"element_bytes", value.element_bytes},
                        {"input", value.input},
                        {"is_result", value.is_result}});
    for (const tile::MapStep& step : plan.steps)
      steps.push_back(step_json(plan, step));
    list.push_back({{"layer", layer},
                    {"rows", plan.layer_rows},
                    {"cycles", of_layer(plan, plan.cycles)},
                    {"inexact", plan.inexact},
                    {"values", values},
                    {"steps", steps}});
    if (!plan.alternative.empty())
      list.back()["alternative"] = {{"instructions", plan.alternative},
                                    {"cycles", of_layer(plan, plan.alternative_cycles)}};
  }
  return list;
}

} // namespace npuforge::tools
