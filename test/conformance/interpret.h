#pragma once
// A model in the reference interpreter. What knows MLIR is in interpret.cc.

#include "request.h"

namespace npuforge::conformance {

/// The outputs for these inputs (all that are not bound, in the graph's order). `folded`: whether
/// no output depends on an input. Throws std::exception with what is wrong.
Tensors interpret_model(const Request& request, const Tensors& inputs, bool& folded);

} // namespace npuforge::conformance
