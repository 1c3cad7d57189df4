#pragma once
// The simulator's side: the values as they were in DRAM when they were complete.

#include "npuforge/compiler/verify/verify.h"

namespace npuforge::verify {

/// Runs the program; a tensor for each of the values, in its place's type and shape.
std::vector<simulator::Tensor> run_program(const Question& question,
                                           const std::vector<LayerValue>& values,
                                           mlir::func::FuncOp main,
                                           const std::vector<Tensor>& inputs);

} // namespace npuforge::verify
