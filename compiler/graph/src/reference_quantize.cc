// quantize and dequantize in the reference interpreter.
#include <cmath>

#include "reference_operators.h"

namespace npuforge::graph::reference {
namespace {

using llvm::ArrayRef;

size_t at(int64_t index) {
  return static_cast<size_t>(index);
}

/// Scale and zero point of an element of a tensor quantised along an axis.
struct Scales {
  template <typename Op>
  Scales(Op op, ArrayRef<int64_t> shape) : scales(op.getScales()), zeros(op.getZeroPoints()) {
    if (scales.size() == 1)
      return;
    const int64_t rank = static_cast<int64_t>(shape.size()), axis = op.getAxis();
    for (int64_t dim : shape.drop_front(at(axis < 0 ? axis + rank : axis) + 1))
      stride *= dim;
  }
  size_t slice(size_t i) const { return i / at(stride) % scales.size(); }
  double scale(size_t i) const { return static_cast<double>(scales[slice(i)]); }
  double zero(size_t i) const { return zeros[slice(i)]; }

  ArrayRef<float> scales;
  ArrayRef<int32_t> zeros;
  int64_t stride = 1;
};

mlir::Type result_element(mlir::Operation* op) {
  return llvm::cast<mlir::ShapedType>(op->getResult(0).getType()).getElementType();
}

} // namespace

Tensor compute(QuantizeOp op, Operands x) {
  Tensor result = make_tensor(x[0].shape, result_element(op));
  Scales scales(op, x[0].shape);
  const double least = static_cast<double>(least_of(result.element)),
               largest = static_cast<double>(largest_of(result.element));
  for (size_t i = 0; i < result.integers->size(); ++i) {
    const double quotient = round_to(x[0].element, (*x[0].reals)[i] / scales.scale(i));
    const double q = std::nearbyint(quotient) + scales.zero(i);
    (*result.integers)[i] = static_cast<int64_t>(std::isnan(q) ? 0 : std::clamp(q, least, largest));
  }
  return result;
}

Tensor compute(DequantizeOp op, Operands x) {
  Tensor result = make_tensor(x[0].shape, result_element(op));
  Scales scales(op, x[0].shape);
  for (size_t i = 0; i < result.reals->size(); ++i)
    (*result.reals)[i] =
        (static_cast<double>((*x[0].integers)[i]) - scales.zero(i)) * scales.scale(i);
  round_to(result.element, *result.reals);
  return result;
}

} // namespace npuforge::graph::reference
