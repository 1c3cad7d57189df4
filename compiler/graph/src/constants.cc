#include "constants.h"

#include <numeric>

#include "npuforge/compiler/graph/reference_tensor.h"

namespace npuforge::graph {

std::vector<float> floatsOf(mlir::DenseElementsAttr constant) {
  auto values = constant.getValues<float>();
  return {values.begin(), values.end()};
}

std::optional<std::vector<double>> realsOf(mlir::Value value) {
  if (auto constant = constantValue(value)) {
    if (!constant.getElementType().isF32())
      return std::nullopt;
    std::vector<float> floats = floatsOf(constant);
    return std::vector<double>(floats.begin(), floats.end());
  }
  auto dequantize = value ? value.getDefiningOp<DequantizeOp>() : DequantizeOp();
  auto constant = dequantize ? constantValue(dequantize.getInput()) : mlir::DenseElementsAttr();
  if (!constant)
    return std::nullopt;
  llvm::ArrayRef<float> scales = dequantize.getScales();
  llvm::ArrayRef<int32_t> zeros = dequantize.getZeroPoints();
  llvm::ArrayRef<int64_t> shape = constant.getType().getShape();
  int64_t stride = 1; // elements in one slice of the axis
  if (scales.size() > 1)
    for (int64_t dim : shape.drop_front(dequantize.getAxis() + 1))
      stride *= dim;
  std::vector<int64_t> steps = integers(constant);
  std::vector<double> result(steps.size());
  for (size_t i = 0; i < steps.size(); ++i) {
    size_t slice = (i / stride) % scales.size();
    result[i] = static_cast<double>(steps[i] - zeros[slice]) * scales[slice];
  }
  return result;
}

mlir::Value makeConstant(mlir::OpBuilder& builder, mlir::Location location,
                         llvm::ArrayRef<int64_t> shape, llvm::ArrayRef<int8_t> values) {
  auto type = mlir::RankedTensorType::get(shape, builder.getI8Type());
  return ConstantOp::create(builder, location, type, mlir::DenseElementsAttr::get(type, values));
}

mlir::Value makeConstant(mlir::OpBuilder& builder, mlir::Location location,
                         llvm::ArrayRef<int64_t> shape, mlir::Type element,
                         llvm::ArrayRef<int64_t> values) {
  auto type = mlir::RankedTensorType::get(shape, element);
  reference::Tensor tensor{reference::Shape(shape), element, nullptr,
                           std::make_shared<reference::Integers>(values.begin(), values.end())};
  return ConstantOp::create(builder, location, type, reference::to_attribute(tensor));
}

bool isView(mlir::Operation* op) {
  return op && llvm::isa<ReshapeOp, FlattenOp, TransposeOp>(op);
}

bool movesOne(mlir::Operation* op) {
  auto move = llvm::dyn_cast_or_null<MoveOp>(op);
  return move && move.getInputs().size() == 1 && !move.getFill();
}

std::vector<int64_t> viewIndices(mlir::Operation* view) {
  auto in = llvm::cast<mlir::RankedTensorType>(view->getOperand(0).getType()).getShape();
  auto out = llvm::cast<mlir::RankedTensorType>(view->getResult(0).getType());
  std::vector<int64_t> indices(out.getNumElements());
  std::iota(indices.begin(), indices.end(), 0);
  auto transpose = llvm::dyn_cast<TransposeOp>(view);
  if (!transpose)
    return indices;
  std::vector<int64_t> strides(in.size(), 1);
  for (size_t i = in.size(); i-- > 1;)
    strides[i - 1] = strides[i] * in[i];
  for (int64_t& index : indices) {
    int64_t rest = index, source = 0;
    for (size_t d = in.size(); d-- > 0;) {
      source += rest % out.getDimSize(d) * strides[transpose.getPerm()[d]];
      rest /= out.getDimSize(d);
    }
    index = source;
  }
  return indices;
}

bool keepsOrder(mlir::Operation* view) {
  auto transpose = llvm::dyn_cast<TransposeOp>(view);
  if (!transpose)
    return true;
  auto in = llvm::cast<mlir::RankedTensorType>(transpose.getInput().getType());
  int64_t last = -1;
  for (int64_t axis : transpose.getPerm()) {
    if (in.getDimSize(axis) == 1)
      continue;
    if (axis < last)
      return false;
    last = axis;
  }
  return true;
}

std::vector<int64_t> compose(const std::vector<int64_t>& inner, const std::vector<int64_t>& outer) {
  std::vector<int64_t> result(outer.size());
  for (size_t i = 0; i < outer.size(); ++i)
    result[i] = inner[outer[i]];
  return result;
}

bool isIdentity(const std::vector<int64_t>& indices) {
  for (size_t i = 0; i < indices.size(); ++i)
    if (indices[i] != static_cast<int64_t>(i))
      return false;
  return true;
}

} // namespace npuforge::graph
