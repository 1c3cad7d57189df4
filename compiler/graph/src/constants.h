#pragma once
// Constants as vectors, and views of tensors as index maps.

#include <optional>
#include <vector>

#include "npuforge/compiler/graph/build.h"

namespace npuforge::graph {

/// Elements of an f32 constant.
std::vector<float> floatsOf(mlir::DenseElementsAttr constant);

/// Real values of a constant: f32, or integers behind a dequantize. None if it is neither.
std::optional<std::vector<double>> realsOf(mlir::Value value);

/// A constant of i8.
mlir::Value makeConstant(mlir::OpBuilder& builder, mlir::Location location,
                         llvm::ArrayRef<int64_t> shape, llvm::ArrayRef<int8_t> values);

/// A constant of i8, ui8 or i32 elements.
mlir::Value makeConstant(mlir::OpBuilder& builder, mlir::Location location,
                         llvm::ArrayRef<int64_t> shape, mlir::Type element,
                         llvm::ArrayRef<int64_t> values);

/// Reshape, flatten or transpose.
bool isView(mlir::Operation* op);

/// A move of elements of one tensor and nothing else: no fill, which 8 bits have at another place.
bool movesOne(mlir::Operation* op);

/// For each element of a view's result, the flat index of its operand's element.
std::vector<int64_t> viewIndices(mlir::Operation* view);

/// Do a view's elements stay in the order of its operand's?
bool keepsOrder(mlir::Operation* view);

/// a[b[i]]: indices through two views.
std::vector<int64_t> compose(const std::vector<int64_t>& inner, const std::vector<int64_t>& outer);

bool isIdentity(const std::vector<int64_t>& indices);

} // namespace npuforge::graph
