// Folders: views of constants are constants.
#include "constants.h"

namespace npuforge::graph {
namespace {

/// A view's result as an attribute if its operand is one. `input` may be null.
mlir::OpFoldResult foldView(mlir::Operation* op, mlir::Attribute input) {
  auto constant = llvm::dyn_cast_if_present<mlir::DenseElementsAttr>(input);
  auto type = llvm::dyn_cast<mlir::RankedTensorType>(op->getResult(0).getType());
  if (!constant || !type || !type.hasStaticShape())
    return {};
  if (!llvm::isa<TransposeOp>(op) || constant.isSplat())
    return constant.isSplat() ? constant.resizeSplat(type) : constant.reshape(type);
  std::vector<mlir::Attribute> source(constant.value_begin<mlir::Attribute>(),
                                      constant.value_end<mlir::Attribute>());
  std::vector<mlir::Attribute> result;
  for (int64_t index : viewIndices(op))
    result.push_back(source[index]);
  return mlir::DenseElementsAttr::get(type, result);
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
