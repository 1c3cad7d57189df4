// The plane of cores and time as data.
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "npuforge/assembler/plane_bars.h"
#include "npuforge/assembler/program.h"
#include "npuforge/isa/file.h"

namespace npuforge::assembler {
namespace {

using nlohmann::json;

int64_t cycle(const json& value, const char* name) {
  const json number = value.value(name, json());
  if (!number.is_number_integer() || number.get<int64_t>() < 0) {
    throw ProgramError(fmt::format("'{}' is no whole number from 0 on", name));
  }
  return number.get<int64_t>();
}

PlaneBar read_bar(const json& value) {
  if (!value.is_object() || !value.value("task", json()).is_string()) {
    throw ProgramError("has no 'task', the name of a layer");
  }
  PlaneBar bar{static_cast<int>(cycle(value, "core")), value["task"], cycle(value, "begin"),
               cycle(value, "end")};
  if (bar.end < bar.begin) {
    throw ProgramError("ends before it begins");
  }
  return bar;
}

} // namespace

std::string plane_json(const std::vector<PlaneBar>& bars) {
  json list = json::array();
  for (const PlaneBar& bar : bars) {
    list.push_back({{"core", bar.core},
                    {"task", bar.name},
                    {"begin", bar.begin},
                    {"end", bar.end},
                    {"waits", bar.waits}});
  }
  return list.dump(1) + "\n";
}

std::vector<PlaneBar> read_plane(const std::filesystem::path& file) {
  const json list = json::parse(isa::read_text_file(file), nullptr, false);
  if (!list.is_array()) {
    throw ProgramError(file.string() +
                       ": error: is no list of tasks, as npuc --emit=plane -o FILE.json writes");
  }
  std::vector<PlaneBar> bars;
  for (const json& value : list) {
    try {
      bars.push_back(read_bar(value));
    } catch (const ProgramError& error) {
      throw ProgramError(
          fmt::format("{}: error: task {}: {}", file.string(), bars.size(), error.what()));
    }
  }
  return bars;
}

} // namespace npuforge::assembler
