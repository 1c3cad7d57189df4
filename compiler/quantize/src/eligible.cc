#include "eligible.h"

#include <llvm/ADT/TypeSwitch.h>

#include "npuforge/compiler/graph/build.h"

namespace npuforge::quantize {
namespace {

using graph::constantValue;

bool is_f32(mlir::Value value) {
  auto type = llvm::dyn_cast<mlir::RankedTensorType>(value.getType());
  return type && type.getElementType().isF32() && type.hasStaticShape() &&
         type.getNumElements() > 0;
}

bool all_f32(mlir::Operation* op) {
  return llvm::all_of(op->getOperands(), is_f32) && llvm::all_of(op->getResults(), is_f32);
}

/// The shape with ones before it.
graph::Shape raised(graph::Dims shape, size_t rank) {
  graph::Shape result(rank - std::min(rank, shape.size()), 1);
  result.append(shape.begin(), shape.end());
  return result;
}

/// Has dimension 1 the size of the result's, and all others 1?
bool is_channels(graph::Dims shape, graph::Dims result) {
  for (size_t i = 0; i < shape.size(); ++i)
    if (shape[i] != (i == 1 ? result[1] : 1))
      return false;
  return shape.size() > 1;
}

std::string why_not(graph::ConvOp op) {
  if (!constantValue(op.getWeights()) || (op.getBias() && !constantValue(op.getBias())))
    return "its weights or its bias are not constant";
  return "";
}

std::string why_not(graph::GemmOp op) {
  if (op.getTransA())
    return "its first operand is transposed";
  if (!(op.getAlpha().convertToDouble() > 0))
    return "alpha is not positive";
  if (!constantValue(op.getB()) || (op.getC() && !constantValue(op.getC())))
    return "its weights or its bias are not constant";
  if (op.getC() && graph::elements(graph::shapeOf(op.getC())) != 1 &&
      (graph::shapeOf(op.getC()).back() != graph::shapeOf(op.getResult())[1] ||
       graph::elements(graph::shapeOf(op.getC())) != graph::shapeOf(op.getResult())[1]))
    return "its bias differs from row to row";
  return "";
}

std::string why_not(graph::MatMulOp op) {
  if (!constantValue(op.getB()))
    return "none of its operands is constant";
  return graph::rankOf(op.getB()) == 2 ? "" : "its weights are no matrix";
}

} // namespace

std::string why_not_product(mlir::Operation* op) {
  if (!all_f32(op))
    return "its operands are not f32";
  return llvm::TypeSwitch<mlir::Operation*, std::string>(op)
      .Case<graph::ConvOp, graph::GemmOp, graph::MatMulOp>(
          [](auto typed) { return why_not(typed); })
      .Default([](mlir::Operation*) { return "it is no product"; });
}

std::string why_not_pool(mlir::Operation* op) {
  if (!all_f32(op))
    return "its operands are not f32";
  auto pool = llvm::dyn_cast<graph::AveragePoolOp>(op);
  if (pool && pool.getCeilMode() && pool.getCountIncludePad() &&
      llvm::any_of(pool.getPads(), [](int64_t pad) { return pad != 0; }))
    return "ceil_mode with count_include_pad";
  return "";
}

bool stays_constant(mlir::Value constant, mlir::RankedTensorType result) {
  graph::Dims shape = graph::shapeOf(constant);
  return graph::elements(shape) == 1 ||
         is_channels(raised(shape, result.getShape().size()), result.getShape());
}

std::string why_not_elementwise(mlir::Operation* op, mlir::RankedTensorType result) {
  if (!all_f32(op))
    return "its operands are not f32";
  bool whole = false;
  for (mlir::Value operand : op->getOperands()) {
    const graph::Dims shape = graph::shapeOf(operand);
    const bool same = shape == result.getShape();
    whole |= same && !constantValue(operand);
    if (!same && !(constantValue(operand)
                       ? stays_constant(operand, result)
                       : is_channels(raised(shape, result.getShape().size()), result.getShape())))
      return "an operand broadcasts along other dimensions than height and width";
  }
  return whole ? "" : "none of its operands has the result's shape";
}

std::string why_not_select(mlir::Operation* op) {
  if (!all_f32(op))
    return "its operands are not f32";
  return llvm::all_of(op->getOperands(), [](mlir::Value value) { return !!constantValue(value); })
             ? "its operands are constant"
             : "";
}

} // namespace npuforge::quantize
