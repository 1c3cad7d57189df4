#pragma once
// What graph-lower-qdq's files share: an operator between dequantize and quantize, and its integer
// form.

#include <stdexcept>
#include <string>
#include <vector>

#include "npuforge/compiler/graph/scale.h"

#include "constants.h"

namespace npuforge::graph {

/// Why an operator has no integer form.
class NotLowered : public std::runtime_error {
public:
  using std::runtime_error::runtime_error;
};

/// An i8 tensor with one scale.
struct Quantised {
  mlir::Value value;
  double scale;
  int64_t zero_point;
};

/// The quantised tensor behind an f32 value. Throws NotLowered if there is none.
Quantised quantised(mlir::Value value, const char* what);
/// The same, of one image [1, C, H, W].
Quantised quantisedImage(mlir::Value value);

/// What the result goes through: scale, zero point, and the clamp that activations and i8 make.
struct Target {
  mlir::RankedTensorType type; ///< i8
  double scale;
  int64_t zero_point, low, high;
};

/// A ratio of scales as integers. Throws NotLowered if it does not fit.
Ratio ratio(double real);

mlir::Value lowerConv(mlir::OpBuilder& builder, ConvOp op, const Target& target);
mlir::Value lowerGemm(mlir::OpBuilder& builder, GemmOp op, const Target& target);
mlir::Value lowerMatMul(mlir::OpBuilder& builder, MatMulOp op, const Target& target);
mlir::Value lowerAdd(mlir::OpBuilder& builder, AddOp op, const Target& target);
mlir::Value lowerAveragePool(mlir::OpBuilder& builder, AveragePoolOp op, const Target& target);
mlir::Value lowerGlobalAveragePool(mlir::OpBuilder& builder, GlobalAveragePoolOp op,
                                   const Target& target);
/// Quantize of an activation of a dequantize, or of a dequantize with other parameters.
mlir::Value lowerRescale(mlir::OpBuilder& builder, mlir::Location location, mlir::Value input,
                         const Target& target);

} // namespace npuforge::graph
