#pragma once
// Layers that go back to floats until the network's error is small enough: products multiply in
// bf16, or in f32 where bf16 is not enough; all else is f32.

#include <map>

#include "measure.h"

namespace npuforge::quantize {

struct Fallback {
  Choice choice;                          ///< with what stays in 8 bits
  std::vector<size_t> layers;             ///< that became floats, most harmful first
  std::map<size_t, double> contributions; ///< error with this layer alone in 8 bits
  double error = 0;                       ///< of the network then
};

/// Ranks the layers by the error that each one causes alone and takes as few from the top as make
/// the network's error at most `limit`: in bf16, then in f32; all of them in f32 where that is not
/// enough. `error`: of the
/// choice as it is; `exact`: the float network's outputs.
Fallback meet(mlir::func::FuncOp main, const std::vector<Layer>& layers, const Choice& choice,
              double error, llvm::ArrayRef<Sample> samples, const Outputs& exact, double limit);

} // namespace npuforge::quantize
