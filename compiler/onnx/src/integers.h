#pragma once
// Sums of products of 8-bit integers less their zero points. The array multiplies elements as they
// are; sums make up for zero points: (x - zx)(w - zw) = xw - zx sum(w) - zw sum(x) + n zx zw.

#include "node.h"

namespace npuforge::onnx {

/// Integers and their zero point, i32: null for 0, a number, or one for each slice.
struct Bytes {
  mlir::Value value, zero;
};

/// Throws Unsupported, with what it is, unless the elements are 8-bit integers.
void check_bytes(mlir::Value value, const char* what);

/// An input's value as a zero point: i32, or null where it is missing or a constant of zeros.
mlir::Value zero_point(Node& node, size_t input);

/// The input's integers, whose zero point is the input `zero`.
Bytes bytes_of(Node& node, size_t input, size_t zero);

/// A number, or one for each of these slices, in their shape. Null stays null.
mlir::Value shaped(const graph::Build& build, mlir::Value value, Dims slices);

/// A number, or one for each row of a matrix of this shape, as a column.
mlir::Value rows_of(const graph::Build& build, mlir::Value value, Dims matrix);

/// sum - zx * weights - zw * inputs + zx * zw * counts, what is null left out.
mlir::Value corrected(const graph::Build& build, mlir::Value sum, mlir::Value zx,
                      mlir::Value weights, mlir::Value zw, mlir::Value inputs, mlir::Value counts);

/// The product of matrices, as MatMul has it, i32. A zero point for each row of a, for each column
/// of b.
mlir::Value integer_product(const graph::Build& build, const Bytes& a, const Bytes& b);

} // namespace npuforge::onnx
