#include "quantize_report.h"

#include <cmath>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include "npuforge/isa/file.h"
#include "npuforge/isa/tool.h"

namespace npuforge::tools {
namespace {

using quantize::LayerReport;
using quantize::Report;
using quantize::StepReport;

std::string step_line(const char* name, const std::optional<StepReport>& step, const char* what) {
  if (!step)
    return fmt::format("{}: off", name);
  if (step->places == 0)
    return fmt::format("{}: no {}", name, what);
  return fmt::format("{}: {} {}: error {:.4g} -> {:.4g}{}", name, step->places, what, step->before,
                     step->after, step->kept ? "" : ", which is no gain: not applied");
}

/// What there is to say about the whole network, line by line.
std::vector<std::string> summary(const Report& report) {
  std::vector<std::string> lines = {
      fmt::format("int8: ranges by {} over {} samples", name(report.method), report.samples),
      step_line("cross-layer equalisation", report.equalization, "pairs of layers"),
      step_line("bias correction", report.bias_correction, "layers")};
  if (report.bias_correction && report.bias_samples < report.samples)
    lines.push_back(fmt::format("bias correction saw {} of the samples, as many as fit into memory",
                                report.bias_samples));
  for (const std::string& layer : report.fallen_back)
    lines.push_back(fmt::format("layer '{}' is not int8, because of --max-error", layer));
  const std::string ratio =
      report.error == 0 ? "exact" : fmt::format("{:.1f} dB", -20 * std::log10(report.error));
  lines.push_back(
      fmt::format("error of the outputs, |int8 - f32| / |f32|: {:.4g} ({})", report.error, ratio));
  if (report.top1)
    lines.push_back(fmt::format("the largest output is the same for {:.4g} % of the samples",
                                *report.top1 * 100));
  return lines;
}

std::string decibels(double value) {
  return std::isinf(value) ? "exact" : fmt::format("{:.1f}", value);
}

std::string range(quantize::Range range) {
  return fmt::format("[{:.4g}, {:.4g}]", range.low, range.high);
}

/// A row of the table, as text.
std::vector<std::string> cells(const LayerReport& layer) {
  return {layer.name,
          layer.operation,
          layer.precision,
          decibels(layer.own_sqnr),
          decibels(layer.sqnr),
          fmt::format("{:.3g}", layer.max_error),
          fmt::format("{:.2g}", layer.mean_error),
          range(layer.range),
          layer.quantised ? range(*layer.quantised) : "",
          layer.contribution ? fmt::format("{:.3g}", *layer.contribution) : "",
          layer.reason};
}

const std::vector<std::string> kHeads = {"layer",   "operation", "type",       "own dB",
                                         "SQNR dB", "max error", "mean error", "range",
                                         "covered", "alone",     "why not i8"};

/// JSON has no infinity.
nlohmann::json number(double value) {
  return std::isfinite(value) ? nlohmann::json(value) : nlohmann::json();
}

nlohmann::json to_json(const std::optional<StepReport>& step) {
  if (!step)
    return nullptr;
  return {{"places", step->places},
          {"error_before", number(step->before)},
          {"error_after", number(step->after)},
          {"applied", step->kept}};
}

nlohmann::json to_json(const LayerReport& layer) {
  nlohmann::json json = {{"name", layer.name},
                         {"operation", layer.operation},
                         {"precision", layer.precision},
                         {"own_sqnr_db", number(layer.own_sqnr)},
                         {"sqnr_db", number(layer.sqnr)},
                         {"max_error", number(layer.max_error)},
                         {"mean_error", number(layer.mean_error)},
                         {"range", {layer.range.low, layer.range.high}}};
  if (layer.quantised)
    json["covered"] = {layer.quantised->low, layer.quantised->high};
  if (!layer.reason.empty())
    json["reason"] = layer.reason;
  if (layer.contribution)
    json["error_alone"] = number(*layer.contribution);
  return json;
}

nlohmann::json to_json(const Report& report) {
  nlohmann::json layers = nlohmann::json::array();
  for (const LayerReport& layer : report.layers)
    layers.push_back(to_json(layer));
  return {{"method", name(report.method)},
          {"samples", report.samples},
          {"error", number(report.error)},
          {"top1", report.top1 ? nlohmann::json(*report.top1) : nlohmann::json()},
          {"equalization", to_json(report.equalization)},
          {"bias_correction", to_json(report.bias_correction)},
          {"bias_correction_samples", report.bias_samples},
          {"fallen_back", report.fallen_back},
          {"layers", layers}};
}

std::string to_markdown(const Report& report) {
  std::string text;
  for (const std::string& line : summary(report))
    text += line + "  \n"; // a line of its own
  text += fmt::format("\n| {} |\n", fmt::join(kHeads, " | "));
  for (size_t i = 0; i < kHeads.size(); ++i)
    text += "|---";
  text += "|\n";
  for (const LayerReport& layer : report.layers)
    text += fmt::format("| {} |\n", fmt::join(cells(layer), " | "));
  return text;
}

/// The end of a text that is too long.
std::string cut(const std::string& text, size_t width) {
  return text.size() <= width ? text : "..." + text.substr(text.size() - (width - 3));
}

} // namespace

void print(const Report& report) {
  for (const std::string& line : summary(report))
    fmt::print("{}\n", line);
  auto line = [](const std::vector<std::string>& cells) {
    fmt::print("{:<32} {:<19} {:<4} {:>8} {:>8} {:>10} {:>10} {:>21} {:>21} {:>8} {}\n",
               cut(cells[0], 32), cells[1], cells[2], cells[3], cells[4], cells[5], cells[6],
               cells[7], cells[8], cells[9], cells[10]);
  };
  line(kHeads);
  for (const LayerReport& layer : report.layers)
    line(cells(layer));
}

void write(const Report& report, const std::filesystem::path& file) {
  if (file.extension() == ".json")
    isa::write_json_file(file, to_json(report));
  else
    isa::write_file(file, std::string_view(to_markdown(report)));
}

} // namespace npuforge::tools
