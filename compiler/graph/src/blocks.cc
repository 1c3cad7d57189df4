#include "blocks.h"

namespace npuforge::graph {
namespace {

/// A map of graph-fuse-maps: bytes in, and what it yields is quantised.
bool isQuantisedMap(mlir::Operation& op) {
  auto map = llvm::dyn_cast<MapOp>(op);
  if (!map)
    return false;
  auto yield = llvm::cast<YieldOp>(map.getBody().front().getTerminator());
  return llvm::isa_and_present<ToIntOp>(yield.getValue().getDefiningOp()) &&
         llvm::all_of(op.getOperands(), [](mlir::Value value) {
           return isByteTensor(value) || constantValue(value);
         });
}

} // namespace

bool hasDeviceShape(llvm::ArrayRef<int64_t> shape) {
  return shape.size() <= 4 && (shape.size() <= 1 || shape[0] == 1);
}

llvm::SmallVector<int64_t> deviceShape(llvm::ArrayRef<int64_t> shape) {
  if (!hasDeviceShape(shape))
    throw NotLowered("a tensor " + text(shape) + " is not a batch of 1 of at most 3 dimensions");
  if (shape.size() <= 1)
    return {1, shape.empty() ? 1 : shape[0], 1, 1};
  llvm::SmallVector<int64_t> result{1, shape[1], 1, 1};
  if (shape.size() == 3)
    result[3] = shape[2];
  if (shape.size() == 4)
    std::copy(shape.begin() + 2, shape.end(), result.begin() + 2);
  return result;
}

bool isByteTensor(mlir::Value value) {
  auto type = llvm::dyn_cast<mlir::RankedTensorType>(value.getType());
  if (!type || !type.getElementType().isSignlessInteger(8) || !type.hasStaticShape())
    return false;
  int64_t count = 1;
  for (int64_t dim : type.getShape()) {
    if (dim > 0 && count > kMostBlockElements / dim)
      return false;
    count *= dim;
  }
  return count > 0;
}

bool isIntegerOperator(mlir::Operation& op) {
  return llvm::isa<QConvOp, QMatMulOp, RequantOp, RescaleOp, QAddOp, QMaxPoolOp, QAvgPoolOp>(op);
}

bool mayBeBlocks(mlir::func::FuncOp main, mlir::BlockArgument argument) {
  const unsigned index = argument.getArgNumber();
  return isByteTensor(argument) &&
         hasDeviceShape(llvm::cast<mlir::RankedTensorType>(argument.getType()).getShape()) &&
         (main.getArgAttr(index, "graph.qtype") || !main.getArgAttr(index, "graph.name"));
}

InBlocks::InBlocks(mlir::func::FuncOp main) {
  for (mlir::BlockArgument argument : main.getArguments())
    if (mayBeBlocks(main, argument))
      values_.insert(argument);
}

bool InBlocks::readBy(mlir::Operation& op) const {
  return llvm::any_of(op.getOperands(), [&](mlir::Value value) { return has(value); });
}

void InBlocks::follow(mlir::Operation& op) {
  if (op.getNumResults() != 1 || llvm::isa<ToWordsOp>(op))
    return;
  const bool carries = isView(&op) || isQuantisedMap(op);
  const bool in_blocks = isIntegerOperator(op) || llvm::isa<ToBlocksOp>(op) ||
                         (carries && isByteTensor(op.getResult(0)) && readBy(op));
  if (in_blocks)
    values_.insert(op.getResult(0));
}

} // namespace npuforge::graph
