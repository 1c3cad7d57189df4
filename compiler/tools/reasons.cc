#include "reasons.h"

#include <map>
#include <set>

#include <fmt/format.h>
#include <mlir/IR/Remarks.h>

#include "npuforge/compiler/graph/Graph.h"
#include "npuforge/compiler/graph/optimisations.h"

namespace npuforge::tools {
namespace {

class Collector : public mlir::remark::detail::MLIRRemarkStreamerBase {
public:
  explicit Collector(Reasons& reasons) : reasons_(reasons) {}

  void streamOptimizationRemark(const mlir::remark::detail::Remark& remark) override {
    Reason reason{graph::nodeName(remark.getLocation()), remark.getRemarkName().str(), "",
                  remark.getRemarkType() == llvm::remarks::Type::Passed};
    for (const auto& part : remark.getArgs())
      reason.text += part.val;
    if (seen_.insert(fmt::format("{}\n{}\n{}", reason.layer, reason.optimisation, reason.text))
            .second)
      reasons_.push_back(std::move(reason));
  }

private:
  Reasons& reasons_;
  std::set<std::string> seen_; ///< passes that run to a fixed point say things again
};

} // namespace

void collect_reasons(mlir::MLIRContext& context, Reasons& reasons) {
  mlir::remark::RemarkCategories categories;
  categories.passed = categories.missed = graph::kRemarkCategory.str();
  if (mlir::failed(mlir::remark::enableOptimizationRemarks(
          context, std::make_unique<Collector>(reasons),
          std::make_unique<mlir::remark::RemarkEmittingPolicyAll>(), categories)))
    throw std::runtime_error("remarks cannot be collected");
}

void print(const Reasons& reasons) {
  std::vector<std::string> order;
  std::map<std::string, std::string> lines;
  for (const Reason& reason : reasons) {
    std::string& line = lines[reason.layer];
    if (line.empty())
      order.push_back(reason.layer);
    line += fmt::format("{}{}{}: {}", line.empty() ? "" : "; ", reason.optimisation,
                        reason.taken ? "" : " not", reason.text);
  }
  for (const std::string& layer : order)
    fmt::print("layer '{}': {}\n", layer, lines[layer]);
}

nlohmann::json to_json(const Reasons& reasons) {
  nlohmann::json list = nlohmann::json::array();
  for (const Reason& reason : reasons)
    list.push_back({{"layer", reason.layer},
                    {"optimisation", reason.optimisation},
                    {"taken", reason.taken},
                    {"reason", reason.text}});
  return list;
}

} // namespace npuforge::tools
