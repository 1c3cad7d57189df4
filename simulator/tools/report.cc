#include "report.h"

#include <algorithm>
#include <numeric>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "npuforge/isa/tool.h"

namespace npuforge::simulator {
namespace {

double percent(int64_t part, int64_t whole) {
  return whole > 0 ? 100.0 * static_cast<double>(part) / static_cast<double>(whole) : 0;
}

/// Of the arrays of so many cores.
double utilisation(const Results& r, int64_t macs, int64_t cycles, int cores = 1) {
  const isa::ArrayParams& a = r.spec.machine.array;
  return percent(macs, cycles * cores * a.rows * a.cols);
}

/// The causes that there are on the machine.
std::vector<Stall> causes(const isa::Machine& machine) {
  std::vector<Stall> all;
  for (int s = 0; s < kStallCount; ++s)
    if (Stall(s) != Stall::Event || machine.events.count > 0)
      all.push_back(Stall(s));
  return all;
}

/// Of one core.
std::string unit_table(const RunStats& stats, const isa::Machine& machine,
                       const std::string& heading) {
  const std::vector<Stall> all = causes(machine);
  std::string text = fmt::format("\n{:<10}{:>13}{:>8}", heading, "instructions", "busy");
  for (Stall cause : all)
    text += fmt::format("{:>11}", name(cause));
  text += "   (% of cycles)\n";
  for (int u = 0; u < isa::kUnitCount; ++u) {
    const UnitStats& unit = stats.units[u];
    text += fmt::format("{:<10}{:>13}{:>8.1f}", isa::name(isa::Unit(u)), unit.instructions,
                        percent(unit.busy, stats.cycles));
    for (Stall cause : all) {
      const int64_t stall = unit.stalls[static_cast<size_t>(cause)];
      text += stall ? fmt::format("{:>11.1f}", percent(stall, stats.cycles))
                    : fmt::format("{:>11}", "-");
    }
    text += "\n";
  }
  return text;
}

std::string unit_tables(const Results& r) {
  const RunStats& stats = r.stats;
  if (stats.cores.empty())
    return unit_table(stats, r.spec.machine, "unit");
  std::string text;
  for (size_t core = 0; core < stats.cores.size(); ++core)
    text += unit_table(stats.cores[core], r.spec.machine, fmt::format("core {}", core));
  return text;
}

/// What each of several cores did until it ended.
std::string core_table(const Results& r) {
  if (r.stats.cores.empty())
    return "";
  std::string text = fmt::format("\n{:<6}{:>12}{:>7}{:>12}{:>12}{:>12}\n", "core", "cycles",
                                 "MAC %", "bytes read", "written", "fetched");
  for (size_t core = 0; core < r.stats.cores.size(); ++core) {
    const RunStats& s = r.stats.cores[core];
    text += fmt::format("{:<6}{:>12}{:>7.1f}{:>12}{:>12}{:>12}\n", core, s.cycles,
                        utilisation(r, s.macs, s.cycles), s.dram_read, s.dram_written, s.fetched);
  }
  return text;
}

std::string layer_table(const Results& r) {
  if (r.stats.layers.empty())
    return "";
  std::string text = fmt::format("\n{:<32}{:>11}{:>11}{:>11}{:>7}{:>12}{:>12}\n", "layer", "first",
                                 "last", "cycles", "MAC %", "bytes read", "written");
  for (const LayerStats& l : r.stats.layers) {
    int64_t cycles = l.last_complete - l.first_issue;
    text += fmt::format(
        "{:<32}{:>11}{:>11}{:>11}{:>7.1f}{:>12}{:>12}\n", l.layer, l.first_issue, l.last_complete,
        cycles, utilisation(r, l.macs, cycles, r.spec.machine.cores), l.dram_read, l.dram_written);
  }
  return text;
}

/// Names of the ports whose values the loader converts.
std::string converted(const std::vector<assembler::Port>& ports) {
  std::string names;
  for (const assembler::Port& port : ports)
    if (port.type == "f32" && port.layout != "words")
      names += (names.empty() ? "" : ", ") + port.name;
  return names;
}

std::string loader_notes(const Results& r, const Arguments& arguments) {
  std::string text;
  if (std::string in = converted(r.program.inputs); !in.empty() && !arguments.inputs.empty())
    text += "the loader quantised the inputs: " + in + "\n";
  if (std::string out = converted(r.program.outputs); !out.empty() && !r.outputs.empty())
    text += "the loader dequantised the outputs: " + out + "\n";
  for (const auto& file : r.outputs)
    text += "wrote " + file.string() + "\n";
  return text;
}

/// The resource that bounds the network most; null where the program names none.
const assembler::ResourceBound* tightest(const Results& r) {
  const auto& bounds = r.program.bounds;
  auto found = std::max_element(bounds.begin(), bounds.end(),
                                [](const auto& a, const auto& b) { return a.cycles < b.cycles; });
  return found == bounds.end() ? nullptr : &*found;
}

double times_bound(const Results& r, const assembler::ResourceBound& bound) {
  return static_cast<double>(r.stats.cycles) /
         static_cast<double>(std::max<uint64_t>(bound.cycles, 1));
}

std::string bound_line(const Results& r) {
  const assembler::ResourceBound* bound = tightest(r);
  if (!bound)
    return "";
  return fmt::format("{:.3f} times the {} cycles that the {} needs at least\n",
                     times_bound(r, *bound), bound->cycles, bound->resource);
}

double cycles_per_second(const Results& r) {
  return static_cast<double>(r.stats.cycles) / std::max(r.seconds.back(), 1e-9);
}

nlohmann::json unit_json(const UnitStats& unit, const isa::Machine& machine) {
  nlohmann::json stalls = nlohmann::json::object(), waits = nlohmann::json::object();
  for (Stall cause : causes(machine)) {
    stalls[name(cause)] = unit.stalls[static_cast<size_t>(cause)];
    waits[name(cause)] = unit.waits[static_cast<size_t>(cause)];
  }
  return {{"instructions", unit.instructions},
          {"busy", unit.busy},
          {"stalls", stalls},
          {"waits", waits}};
}

nlohmann::json units_json(const RunStats& stats, const isa::Machine& machine) {
  nlohmann::json units = nlohmann::json::object();
  for (int u = 0; u < isa::kUnitCount; ++u)
    units[isa::name(isa::Unit(u))] = unit_json(stats.units[u], machine);
  return units;
}

nlohmann::json dram_json(const RunStats& s) {
  return {{"read", s.dram_read}, {"written", s.dram_written}, {"fetched", s.fetched}};
}

nlohmann::json layer_json(const LayerStats& l) {
  return {{"layer", l.layer},
          {"first_issue", l.first_issue},
          {"last_complete", l.last_complete},
          {"macs", l.macs},
          {"matrix_busy", l.matrix_busy},
          {"vector_busy", l.vector_busy},
          {"dram_read", l.dram_read},
          {"dram_written", l.dram_written}};
}

nlohmann::json core_json(const Results& r, const RunStats& s) {
  nlohmann::json layers = nlohmann::json::array();
  for (const LayerStats& layer : s.layers)
    layers.push_back(layer_json(layer));
  return {{"cycles", s.cycles},
          {"macs", s.macs},
          {"mac_utilisation", utilisation(r, s.macs, s.cycles) / 100},
          {"dram", dram_json(s)},
          {"copied", s.copied},
          {"units", units_json(s, r.spec.machine)},
          {"layers", layers}};
}

/// A line about all runs, if there are several.
std::string total_line(const Results& r) {
  const Total& t = r.total;
  if (t.runs == 1)
    return "";
  std::string each = t.least_cycles == t.most_cycles
                         ? fmt::format("{} each", t.most_cycles)
                         : fmt::format("{} to {} each", t.least_cycles, t.most_cycles);
  return fmt::format("{} runs: {} cycles, {}; {} bytes read from DRAM, {} written; the rest is "
                     "about the last one\n",
                     t.runs, t.cycles, each, t.dram_read, t.dram_written);
}

nlohmann::json total_json(const Results& r) {
  const Total& t = r.total;
  return {{"cycles", t.cycles},
          {"macs", t.macs},
          {"dram", {{"read", t.dram_read}, {"written", t.dram_written}, {"fetched", t.fetched}}},
          {"seconds", std::accumulate(r.seconds.begin(), r.seconds.end(), 0.0)}};
}

} // namespace

void Total::add(const RunStats& run) {
  least_cycles = runs == 0 ? run.cycles : std::min(least_cycles, run.cycles);
  most_cycles = std::max(most_cycles, run.cycles);
  ++runs;
  cycles += run.cycles;
  macs += run.macs;
  dram_read += run.dram_read;
  dram_written += run.dram_written;
  fetched += run.fetched;
}

std::string summary(const Results& r, const Arguments& arguments) {
  const RunStats& s = r.stats;
  std::string text = loader_notes(r, arguments) + total_line(r);
  text += fmt::format("{} on {}: {} cycles{}\n", arguments.program.filename().string(),
                      r.spec.machine.name, s.cycles,
                      arguments.timing_only ? " (timing only: no values)" : "");
  const int cores = r.spec.machine.cores;
  text += fmt::format("{} multiply-accumulates, {:.1f} % of the {} peak\n", s.macs,
                      utilisation(r, s.macs, s.cycles, cores), cores > 1 ? "arrays'" : "array's");
  text += fmt::format("DRAM: {} bytes read, {} written, {} of instructions fetched\n", s.dram_read,
                      s.dram_written, s.fetched);
  if (s.copied > 0)
    text += fmt::format("{} bytes copied between cores\n", s.copied);
  if (s.round_trips > 0)
    text += fmt::format("{} round trips to the host, {} cycles each\n", s.round_trips,
                        arguments.host_latency);
  text += bound_line(r) + core_table(r) + unit_tables(r) + layer_table(r);
  text += fmt::format("\nsimulated in {:.3f} s: {:.1f} million cycles a second\n", r.seconds.back(),
                      cycles_per_second(r) / 1e6);
  return text;
}

void write_json(const Results& r, const Arguments& arguments) {
  const RunStats& s = r.stats;
  nlohmann::json layers = nlohmann::json::array(), conflicts = nlohmann::json::object();
  for (int u = 0; u < isa::kUnitCount; ++u) {
    for (int h = 0; h < isa::kUnitCount; ++h)
      if (s.port_conflicts[u][h] > 0)
        conflicts[isa::name(isa::Unit(u))][isa::name(isa::Unit(h))] = s.port_conflicts[u][h];
  }
  for (const LayerStats& layer : s.layers)
    layers.push_back(layer_json(layer));
  nlohmann::json json{
      {"program", arguments.program.string()},
      {"machine", r.spec.machine.name},
      {"timing_only", arguments.timing_only},
      {"runs", r.total.runs},
      {"cycles", s.cycles},
      {"least_cycles", r.total.least_cycles},
      {"most_cycles", r.total.most_cycles},
      {"total", total_json(r)},
      {"round_trips", s.round_trips},
      {"copied", s.copied},
      {"macs", s.macs},
      {"mac_utilisation", utilisation(r, s.macs, s.cycles, r.spec.machine.cores) / 100},
      {"dram", dram_json(s)},
      {"units", units_json(s, r.spec.machine)},
      {"layers", layers},
      {"port_conflicts", conflicts},
      {"seconds", r.seconds.back()},
      {"run_seconds", r.seconds},
      {"cycles_per_second", cycles_per_second(r)}};
  for (const RunStats& core : s.cores)
    json["cores"].push_back(core_json(r, core));
  if (const assembler::ResourceBound* bound = tightest(r))
    json["bound"] = {{"resource", bound->resource},
                     {"cycles", bound->cycles},
                     {"ratio", times_bound(r, *bound)}};
  isa::write_json_file(arguments.json, json);
}

} // namespace npuforge::simulator
