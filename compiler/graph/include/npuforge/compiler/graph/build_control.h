#pragma once
// Writes control flow (ControlOps.td): bodies are built at the builder's place, and may use all
// values of the functions around them. Everything throws BuildError where types do not fit.

#include <optional>
#include <string>
#include <variant>

#include "npuforge/compiler/graph/build.h"

namespace npuforge::graph {

/// What goes into a loop. Its fields are LoopOp's.
struct LoopInputs {
  int64_t most;
  mlir::Value trips, condition; ///< null: without
  Values carried, scanned;
  llvm::SmallVector<bool> backwards; ///< of scanned, then of collected tensors
};

/// What a body sees, and what it gives.
struct Turn {
  mlir::Value number;
  Values carried, slices;
};
struct TurnResults {
  mlir::Value condition; ///< null: without
  Values carried, collected;
};
using TurnBody = std::function<TurnResults(const Turn&)>;

/// The last carried values, then the collected tensors, [most, slice ..]. Where the body gives a
/// condition and `inputs` has none, the first turn is done whatever it is.
Values buildLoop(const Build& build, llvm::StringRef name, const LoopInputs& inputs,
                 const TurnBody& body);

/// What an arm gives, or why no run that comes there goes on.
using ArmResults = std::variant<Values, std::string>;

/// The results of one of two arms, which give values of equal types; an arm without results stops
/// the network. Throws Contradiction if neither has any.
Values buildIf(const Build& build, llvm::StringRef name, mlir::Value condition,
               const std::function<ArmResults()>& then,
               const std::function<ArmResults()>& otherwise);

} // namespace npuforge::graph
