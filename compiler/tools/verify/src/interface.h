#pragma once
// The ends of a network at any stage of its lowering: the attributes of @main say how the loader
// quantises (GraphBase.td).

#include "npuforge/compiler/verify/tensors.h"

namespace npuforge::verify {

/// A network's input as argument `index` of @main takes it now.
Tensor to_argument(mlir::func::FuncOp main, unsigned index, const Tensor& input);

/// The elements of result `index` as the network has them, of a tensor that @main gives now;
/// `type`: the network's element type.
std::vector<double> from_result(mlir::func::FuncOp main, unsigned index, const Tensor& result,
                                mlir::Type type);

/// The step of a quantised result in the network's numbers; 0 if it is not quantised.
double step_of(mlir::func::FuncOp main, unsigned index);

} // namespace npuforge::verify
