#pragma once
// What each optimisation did at each layer, or why it did nothing: the compiler's remarks (graph's
// optimisations.h), collected for npuc's report.

#include <string>
#include <vector>

#include <mlir/IR/MLIRContext.h>
#include <nlohmann/json.hpp>

namespace npuforge::tools {

struct Reason {
  std::string layer, optimisation, text;
  bool taken = false;
};

/// In the order in which passes said them, each once.
using Reasons = std::vector<Reason>;

/// From now on the context's remarks are added to `reasons`, which must outlive the context.
void collect_reasons(mlir::MLIRContext& context, Reasons& reasons);

/// A line for each layer: "conv1: fuse-pool: max pool fused; unfold not: ...".
void print(const Reasons& reasons);
nlohmann::json to_json(const Reasons& reasons);

} // namespace npuforge::tools
