#pragma once
// A model compiled to a program, which the cycle-accurate model runs. What knows MLIR is in
// simulate.cc.

#include "request.h"

namespace npuforge::conformance {

/// As interpret_model, on the target's machine (the same in all calls of a process).
Tensors simulate_model(const Request& request, const Tensors& inputs, const Target& target,
                       bool& folded);

} // namespace npuforge::conformance
