#pragma once
// A file with one tensor, as samples and test data come.

#include <filesystem>

#include <mlir/IR/BuiltinAttributes.h>

namespace npuforge::onnx {

/// An .npy file (version 1, little-endian, rows first), or a TensorProto by any other name. Throws
/// ImportError, naming the file.
mlir::DenseElementsAttr read_tensor(mlir::MLIRContext& context, const std::filesystem::path& file);

} // namespace npuforge::onnx
