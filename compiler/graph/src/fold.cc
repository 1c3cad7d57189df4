// Folders: views of constants are constants.
#include "constants.h"
#include "strided_copy.h"

namespace npuforge::graph {
namespace {

mlir::DenseElementsAttr transposed(mlir::DenseElementsAttr constant, mlir::RankedTensorType type,
                                   llvm::ArrayRef<int64_t> perm) {
  const unsigned bits = type.getElementTypeBitWidth();
  if (bits < 8)
    return {};
  const Shape from = strides(constant.getType().getShape()), to = strides(type.getShape());
  llvm::SmallVector<CopyDim> dims;
  for (auto [i, axis] : llvm::enumerate(perm))
    dims.push_back({type.getDimSize(static_cast<unsigned>(i)), from[axis], to[i]});
  std::vector<char> result(constant.getRawData().size());
  copyStrided(dims, bits / 8, constant.getRawData().data(), result.data());
  return mlir::DenseElementsAttr::getFromRawBuffer(type, result);
}

/// A view's result as an attribute if its operand is one. `input` may be null.
mlir::OpFoldResult foldView(mlir::Operation* op, mlir::Attribute input) {
  auto constant = llvm::dyn_cast_if_present<mlir::DenseElementsAttr>(input);
  auto type = llvm::dyn_cast<mlir::RankedTensorType>(op->getResult(0).getType());
  if (!constant || !type || !type.hasStaticShape())
    return {};
  if (!llvm::isa<TransposeOp>(op) || constant.isSplat())
    return constant.isSplat() ? constant.resizeSplat(type) : constant.reshape(type);
  return transposed(constant, type, llvm::cast<TransposeOp>(op).getPerm());
}

} // namespace

mlir::OpFoldResult ConstantOp::fold(FoldAdaptor) {
  return getValue();
}

mlir::OpFoldResult IdentityOp::fold(FoldAdaptor) {
  if (getInput().getType() != getType())
    return {};
  return getInput();
}

mlir::OpFoldResult ReshapeOp::fold(FoldAdaptor adaptor) {
  if (getInput().getType() == getType() && llvm::cast<mlir::ShapedType>(getType()).hasStaticShape())
    return getInput();
  return foldView(*this, adaptor.getInput());
}

mlir::OpFoldResult FlattenOp::fold(FoldAdaptor adaptor) {
  return foldView(*this, adaptor.getInput());
}
mlir::OpFoldResult TransposeOp::fold(FoldAdaptor adaptor) {
  return foldView(*this, adaptor.getInput());
}

} // namespace npuforge::graph
