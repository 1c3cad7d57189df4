#pragma once
// Tensors of bytes: 8-bit integers that lie in DRAM as words do, row-major. Their element type is
// si8, which no imported network has; i8 is that of integer operators, in blocks of channels.

#include <mlir/IR/Builders.h>
#include <mlir/IR/BuiltinTypes.h>
#include <mlir/IR/TypeUtilities.h>

namespace npuforge::graph {

inline mlir::Type byteType(mlir::MLIRContext* context) {
  return mlir::IntegerType::get(context, 8, mlir::IntegerType::Signed);
}

/// Of a tensor or an element.
inline bool isBytes(mlir::Type type) {
  return mlir::getElementTypeOrSelf(type).isSignedInteger(8);
}

/// A word that holds a byte as i8, in the way in which instructions that make bytes write it.
mlir::Value narrowed(mlir::OpBuilder& builder, mlir::Location location, mlir::Value word);

} // namespace npuforge::graph
