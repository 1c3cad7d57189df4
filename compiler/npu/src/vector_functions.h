#pragma once
// The maps and reductions of the tile dialect, and the instructions of a spec that compute them:
// found by meaning (compiler/match/roles.h), the cheapest where several do.

#include "npuforge/isa/spec.h"

#include "mlir/IR/MLIRContext.h"
#include "target.h"

namespace npuforge::npu {

/// A function of the tile dialect by name, as an instruction whose operands' names are the roles of
/// its streams and lane registers: sources in the order of the operation's, then "dst".
struct VectorFunction {
  std::string name;
  std::vector<std::string> sources;
  isa::Instruction meaning;
};
const std::vector<VectorFunction>& vectorFunctions();

class VectorInstructions {
public:
  VectorInstructions(mlir::MLIRContext& context, const isa::Spec& spec);

  struct Found {
    Choice choice;                    ///< "fill" where the source has a window
    std::vector<std::string> sources; ///< operands' names in the order of the operation's sources
  };
  /// Null if no instruction computes the function.
  const Found* find(std::string_view function) const;
  /// What the compiler needs and the spec lacks, one line each.
  std::vector<std::string> missing() const;

private:
  std::map<std::string, Found, std::less<>> found_;
};

} // namespace npuforge::npu
