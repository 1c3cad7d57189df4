#include "chains_json.h"

#include <algorithm>
#include <filesystem>
#include <stdexcept>

#include <fmt/format.h>

namespace npuforge::isa {
namespace {

using nlohmann::json;

/// One map; values become steps or streams, numbers constants or lanes.
class ChainReader {
public:
  ChainReader(const json& map, const Spec& spec) : map_(map), spec_(spec) {}

  std::vector<ChainStep> steps() {
    std::vector<ChainStep> steps;
    for (const json& item : map_.at("steps")) {
      steps.push_back(step(item));
      results_.push_back(item.at("result").get<int>());
    }
    return steps;
  }

private:
  ChainStep step(const json& item) {
    const std::string mnemonic = item.at("instruction").get<std::string>();
    ChainStep step{spec_.find(mnemonic), {}};
    if (!step.instruction)
      throw std::runtime_error(fmt::format("error: npuc names an instruction '{}' that '{}' lacks",
                                           mnemonic, spec_.machine.name));
    for (const Operand& operand : step.instruction->operands)
      step.sources.push_back(operand.access == Access::Read
                                 ? source(item.at("operands").at(operand.name))
                                 : ChainSource{ChainSource::Kind::Stream, -1, 0});
    return step;
  }

  ChainSource source(const json& value) {
    using Kind = ChainSource::Kind;
    if (value.contains("value")) {
      const int number = value.at("value").get<int>();
      const auto made = std::find(results_.begin(), results_.end(), number);
      return made == results_.end()
                 ? ChainSource{Kind::Stream, number, 0}
                 : ChainSource{Kind::Step, static_cast<int>(made - results_.begin()), 0};
    }
    const auto bits = value.at("bits").get<std::vector<int64_t>>();
    if (bits.size() == 1)
      return {Kind::Constant, 0, bits[0]};
    auto known = std::find(lanes_.begin(), lanes_.end(), bits);
    if (known == lanes_.end())
      known = lanes_.insert(lanes_.end(), bits);
    return {Kind::Lanes, static_cast<int>(known - lanes_.begin()), 0};
  }

  const json& map_;
  const Spec& spec_;
  std::vector<int> results_; ///< the value that each step makes
  std::vector<std::vector<int64_t>> lanes_;
};

} // namespace

std::vector<Chain> read_chains(const json& maps, const Spec& spec, const std::string& model) {
  std::vector<Chain> chains;
  for (const json& map : maps)
    chains.push_back({fmt::format("{} {}", std::filesystem::path(model).filename().string(),
                                  map.at("layer").get<std::string>()),
                      1, map.at("rows").get<int64_t>(), ChainReader(map, spec).steps()});
  return chains;
}

} // namespace npuforge::isa
