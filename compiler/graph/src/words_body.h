#pragma once
// A map's body over the network's types as one over f32, i32 and i1.

#include <mlir/Dialect/Arith/IR/Arith.h>
#include <mlir/Dialect/Math/IR/Math.h>

#include "npuforge/compiler/graph/Graph.h"

namespace npuforge::graph {

/// f32 for every float, i32 for every integer.
mlir::Type wordType(mlir::Type element);

/// An element of the network as a word's attribute, f32 or i32; null, with `reason`, for an integer
/// that no i32 is. The ends of i64 and u64 stand for "no bound" and become the ends of i32.
mlir::TypedAttr wordAttribute(mlir::TypedAttr value, std::string& reason);
/// The same of all elements of a constant.
mlir::DenseElementsAttr wordElements(mlir::DenseElementsAttr value, std::string& reason);

/// The value of f32 rounded to f16 or bf16 (`element`), otherwise the value itself.
mlir::Value roundTo(mlir::OpBuilder& b, mlir::Location location, mlir::Type element,
                    mlir::Value value);
/// The i32 whose low bits, as many as `element` has, are those of the value: sign-extended, of
/// unsigned types zero-extended. Otherwise the value itself.
mlir::Value wrapTo(mlir::OpBuilder& b, mlir::Location location, mlir::Type element,
                   mlir::Value value);

/// Quotient and remainder of i32, towards zero, by products of f32 and one correction; see the
/// source for why they are exact. The remainder of a division by zero is not defined.
struct Division {
  mlir::Value quotient, remainder;
};
Division divide(mlir::OpBuilder& b, mlir::Location location, mlir::Value a, mlir::Value divisor);

/// The remainder of f32 with the sign of a, exact for all magnitudes; NaN for an infinite a and for
/// a divisor of 0.
mlir::Value remainder(mlir::OpBuilder& b, mlir::Location location, mlir::Value a,
                      mlir::Value divisor);

/// Fills the body of `to` (a map of word types, with a block but no operations) with what the body
/// of `from` means. Emits an error and fails on operations that have no meaning over words.
mlir::LogicalResult writeBody(MapOp from, MapOp to);

} // namespace npuforge::graph
