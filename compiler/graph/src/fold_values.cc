#include "fold_values.h"

#include <mlir/IR/IRMapping.h>

#include "npuforge/compiler/graph/values.h"

namespace npuforge::graph {
namespace {

using Shape = llvm::SmallVector<int64_t>;

mlir::RankedTensorType ranked(mlir::Value value) {
  return llvm::cast<mlir::RankedTensorType>(value.getType());
}

/// Does the view keep the last dimension, so that rows stay rows?
bool keepsRows(mlir::Operation* view) {
  if (!llvm::isa_and_present<ReshapeOp, FlattenOp>(view))
    return false;
  llvm::ArrayRef<int64_t> from = ranked(view->getOperand(0)).getShape(),
                          to = ranked(view->getResult(0)).getShape();
  return !from.empty() && !to.empty() && from.back() == to.back();
}

/// The channels of a single pixel: a row in any numbering that keeps their order.
bool isOneRow(llvm::ArrayRef<int64_t> device) {
  return device[2] == 1 && device[3] == 1;
}

} // namespace

const Mapped* FoldedValues::known(mlir::Value value) const {
  auto found = blocks_.find(value);
  return found == blocks_.end() ? nullptr : &found->second;
}

Mapped FoldedValues::at(mlir::Value value, Layout layout) {
  if (const Mapped* mapped = known(value))
    return *mapped;
  if (auto attribute = constantValue(value))
    return constant(value.getLoc(), attribute);
  mlir::Operation* view = value.getDefiningOp();
  const bool shares = layout == Layout::Rows && keepsRows(view);
  Mapped mapped = shares ? viewed(view, at(view->getOperand(0), layout)) : relaid(value, layout);
  setBlocks(value, mapped);
  return mapped;
}

Mapped FoldedValues::constant(mlir::Location location, mlir::DenseElementsAttr value) {
  Shape shape = deviceShape(value.getType().getShape());
  const Indices& indices = straight(value.getNumElements());
  auto type = value.getType().clone(llvm::ArrayRef<int64_t>(shape));
  return {ConstantOp::create(builder_, location, type, value.reshape(type)), indices, {}};
}

Mapped FoldedValues::relaid(mlir::Value value, Layout layout) {
  if (!hasDeviceShape(ranked(value).getShape()))
    layout = Layout::Rows;
  return crossing_.toBlocks(withoutValue(value.getLoc()), words(value), layout);
}

mlir::Value FoldedValues::words(mlir::Value value) {
  if (mlir::Value own = words_.lookup(value))
    return own;
  mlir::Operation* op = value.getDefiningOp();
  if (isView(op) || llvm::isa_and_present<ConstantOp>(op))
    copy(op);
  else
    setWords(value, crossing_.toWords(withoutValue(value.getLoc()), blocks_.at(value)));
  return words_.lookup(value);
}

mlir::Value FoldedValues::parameter(mlir::Value value) {
  auto attribute = constantValue(value);
  if (!attribute)
    throw NotLowered("its parameters are not constant");
  return ConstantOp::create(builder_, value.getLoc(), attribute.getType(), attribute);
}

void FoldedValues::copy(mlir::Operation* op) {
  mlir::IRMapping mapping;
  for (mlir::Value operand : op->getOperands())
    mapping.map(operand, words(operand));
  mlir::Operation* made = builder_.clone(*op, mapping);
  for (auto [old, result] : llvm::zip(op->getResults(), made->getResults()))
    setWords(old, result);
}

void FoldedValues::view(mlir::Operation* op) {
  if (const Mapped* in = known(op->getOperand(0)))
    setBlocks(op->getResult(0), viewed(op, Mapped(*in)));
  else
    copy(op);
}

Mapped FoldedValues::viewed(mlir::Operation* view, const Mapped& in) {
  const Shape shape(ranked(view->getResult(0)).getShape());
  Mapped out{in.device, std::make_shared<const Integers>(compose(*in.indices, viewIndices(view))),
             in.steps};
  if (auto transpose = llvm::dyn_cast<TransposeOp>(view))
    out.steps.push_back({true, Shape(transpose.getPerm())});
  else
    out.steps.push_back({false, shape});
  if (in.layout == Layout::Rows && keepsRows(view))
    out.layout = Layout::Rows;
  else if (hasDeviceShape(shape) && deviceShape(shape) == Shape(ranked(in.device).getShape()) &&
           isIdentity(*out.indices))
    out.layout = Layout::Plain;
  else if (keepsRows(view) && isOneRow(ranked(in.device).getShape()) && isIdentity(*out.indices))
    out.layout = Layout::Rows;
  return out;
}

} // namespace npuforge::graph
