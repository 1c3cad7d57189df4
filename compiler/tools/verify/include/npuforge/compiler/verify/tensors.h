#pragma once
// Tensors of the reference interpreter, of files and of the device, one made of another.

#include <filesystem>
#include <string>
#include <vector>

#include <mlir/Dialect/Func/IR/FuncOps.h>

#include "npuforge/compiler/graph/reference_tensor.h"
#include "npuforge/simulator/loader.h"

namespace npuforge::verify {

using graph::reference::Tensor;

/// "f32", "bool", "u8", ...: an element type as ports have it.
std::string type_name(mlir::Type element);

simulator::Tensor to_device(const Tensor& tensor);
/// Throws std::runtime_error if the tensor is not of the type.
Tensor from_device(const simulator::Tensor& tensor, mlir::RankedTensorType type);

/// Elements as they are compared: i64 and u64 beyond 2^53 rounded.
std::vector<double> numbers(const Tensor& tensor);
/// Elements in the order of a tensor whose dimension i is dimension order[i] of this one; an empty
/// order is the tensor's own.
std::vector<double> in_order(const std::vector<double>& elements, llvm::ArrayRef<int64_t> shape,
                             llvm::ArrayRef<int64_t> order);

/// A tensor for each argument of an imported @main. `files`: "FILE" in the arguments' order, or
/// "NAME=FILE"; .npy, or a TensorProto. Arguments without one get random numbers, always the same
/// for a seed: floats in [-1, 1), integers 0 or 1, which are in the range of any index. Throws
/// std::runtime_error.
std::vector<Tensor> make_inputs(mlir::func::FuncOp main, const std::vector<std::string>& files,
                                uint64_t seed);

} // namespace npuforge::verify
