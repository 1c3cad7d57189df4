#include "npuforge/compiler/verify/tolerances.h"

#include <cmath>
#include <limits>
#include <stdexcept>

#include <fmt/format.h>
#include <yaml-cpp/yaml.h>

namespace npuforge::verify {
namespace {

void check_keys(const YAML::Node& map, const std::set<std::string>& known) {
  for (const auto& entry : map)
    if (!known.contains(entry.first.as<std::string>()))
      throw std::runtime_error(fmt::format("line {}: unknown key '{}'", entry.first.Mark().line + 1,
                                           entry.first.as<std::string>()));
}

bool same(double got, double wanted) {
  return got == wanted || (std::isnan(got) && std::isnan(wanted));
}

} // namespace

std::optional<Worst> worst(const std::vector<double>& got, const std::vector<double>& wanted,
                           Tolerance tolerance) {
  double largest = 1;
  for (double value : wanted)
    if (std::isfinite(value))
      largest = std::max(largest, std::abs(value));
  std::optional<Worst> result;
  for (size_t i = 0; i < wanted.size(); ++i) {
    if (same(got[i], wanted[i]))
      continue;
    const bool finite = std::isfinite(got[i]) && std::isfinite(wanted[i]);
    const double error =
        finite ? std::abs(got[i] - wanted[i]) : std::numeric_limits<double>::quiet_NaN();
    const bool allowed = finite && error <= tolerance.relative * std::abs(wanted[i]) +
                                                tolerance.absolute * largest + tolerance.step;
    const bool worse =
        !result || (result->allowed && !allowed) ||
        (result->allowed == allowed &&
         (error > result->error || (std::isnan(error) && !std::isnan(result->error))));
    if (worse)
      result = Worst{i, got[i], wanted[i], error, allowed};
  }
  return result;
}

Tolerances::Tolerances(const std::filesystem::path& rules) {
  try {
    YAML::Node root = YAML::LoadFile(rules);
    for (const auto& entry : root["tolerances"]) {
      check_keys(entry.second, {"relative", "absolute"});
      tolerances_[entry.first.as<std::string>()] = {entry.second["relative"].as<double>(),
                                                    entry.second["absolute"].as<double>()};
    }
    for (const auto& entry : root["computed_as"]) {
      if (entry.second.as<std::string>() != "f32")
        throw std::runtime_error(
            fmt::format("line {}: only computed as f32 is known", entry.second.Mark().line + 1));
      rounded_to_f32_.insert(entry.first.as<std::string>());
    }
    steps_ = root["rounded"]["steps"].as<double>();
  } catch (const std::exception& error) {
    throw std::runtime_error(fmt::format("{}: {}", rules.string(), error.what()));
  }
}

Tolerance Tolerances::of(const std::string& type, const std::string& precision) const {
  auto own = tolerances_.find(type);
  if (own == tolerances_.end())
    return {};
  const Tolerance computed = tolerances_.at(precision);
  return {std::max(own->second.relative, computed.relative),
          std::max(own->second.absolute, computed.absolute)};
}

std::filesystem::path rules_file() {
  return NPUFORGE_SOURCE_DIR "/compiler/tools/verify/rules.yaml";
}

} // namespace npuforge::verify
