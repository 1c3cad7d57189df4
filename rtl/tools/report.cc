#include "report.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "npuforge/isa/tool.h"

namespace npuforge::cosim {
namespace {

double rate(int64_t cycles, double seconds) {
  return seconds > 0 ? static_cast<double>(cycles) / seconds : 0;
}

nlohmann::json stalls(const simulator::UnitStats& unit) {
  nlohmann::json all = nlohmann::json::object();
  for (int cause = 0; cause < simulator::kStallCount; ++cause)
    all[simulator::name(static_cast<simulator::Stall>(cause))] = unit.stalls[cause];
  return all;
}

/// Cycles in which a unit waited for a port that another held: [waiting][holding].
nlohmann::json conflicts(const simulator::RunStats& stats) {
  nlohmann::json all = nlohmann::json::object();
  for (int waiting = 0; waiting < isa::kUnitCount; ++waiting)
    for (int holding = 0; holding < isa::kUnitCount; ++holding)
      if (int64_t cycles = stats.port_conflicts[waiting][holding])
        all[isa::name(static_cast<isa::Unit>(waiting))]
           [isa::name(static_cast<isa::Unit>(holding))] = cycles;
  return all;
}

} // namespace

void print_summary(const Job& job, const Outcome& outcome) {
  for (const std::string& note : outcome.notes)
    isa::print_note(note);
  if (!outcome.equal()) {
    fmt::print("{}", outcome.report);
    fmt::print("{}: model and RTL differ: {} cycles, {} bytes\n", job.spec.machine.name,
               outcome.differing_cycles, outcome.differing_bytes);
    return;
  }
  fmt::print("{}: {} instructions, {} cycles: 0 differing cycles, 0 differing bytes\n",
             job.spec.machine.name, outcome.instructions, outcome.rtl_cycles);
  double model = rate(outcome.model.cycles, outcome.model_seconds),
         rtl = rate(outcome.rtl_cycles, outcome.rtl_seconds);
  fmt::print("simulated cycles a second: model {:.2f} million, RTL {:.2f} million ({:.1f} times)\n",
             model / 1e6, rtl / 1e6, rtl > 0 ? model / rtl : 0);
}

void write_json(const Job& job, const Outcome& outcome, const std::filesystem::path& file) {
  nlohmann::json json{{"machine", job.spec.machine.name},
                      {"equal", outcome.equal()},
                      {"instructions", outcome.instructions},
                      {"cycles", {{"model", outcome.model.cycles}, {"rtl", outcome.rtl_cycles}}},
                      {"differing_cycles", outcome.differing_cycles},
                      {"differing_bytes", outcome.differing_bytes},
                      {"cycles_per_second",
                       {{"model", rate(outcome.model.cycles, outcome.model_seconds)},
                        {"rtl", rate(outcome.rtl_cycles, outcome.rtl_seconds)}}},
                      {"port_conflicts", conflicts(outcome.model)}};
  for (int unit = 0; unit < isa::kUnitCount; ++unit)
    json["stalls"][isa::name(static_cast<isa::Unit>(unit))] = stalls(outcome.model.units[unit]);
  if (!outcome.equal())
    json["difference"] = outcome.report;
  isa::write_json_file(file, json);
}

} // namespace npuforge::cosim
