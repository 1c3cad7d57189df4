#pragma once
// TensorProto as an MLIR attribute.

#include <filesystem>

#include <mlir/IR/BuiltinAttributes.h>

#include "npuforge_onnx.pb.h"

namespace npuforge::onnx {

/// The element type of an ONNX data type; null for those the compiler does not hold (u64,
/// strings, complex, 4 bits, ...).
mlir::Type element_type(mlir::MLIRContext& context, int data_type);

/// "uint64" for a data type of ONNX; its number if it has no name.
std::string type_name(int64_t data_type);

/// Product of dims. Throws ImportError if one is negative or the product is beyond `limit`
/// elements.
int64_t element_count(const std::string& what, llvm::ArrayRef<int64_t> dims,
                      int64_t limit = int64_t{1} << 31);

/// Initialisers whose external data overlap without being the same, one line for each pair.
std::vector<std::string> external_overlaps(const onnx_proto::GraphProto& graph);

/// Checks sizes and converts; external data is read relative to `folder`. Throws ImportError naming
/// the tensor.
mlir::DenseElementsAttr to_attribute(mlir::MLIRContext& context,
                                     const onnx_proto::TensorProto& tensor,
                                     const std::filesystem::path& folder);

} // namespace npuforge::onnx
