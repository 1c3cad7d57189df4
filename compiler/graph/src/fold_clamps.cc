#include "fold_clamps.h"

#include <limits>

#include <mlir/Dialect/Arith/IR/Arith.h>
#include <mlir/IR/Matchers.h>

namespace npuforge::graph {
namespace {

using namespace mlir;

struct Bounds {
  int64_t low = std::numeric_limits<int32_t>::min(), high = std::numeric_limits<int32_t>::max();
};

std::optional<int64_t> constantBehind(Operation* op) {
  APInt value;
  if (op->getResult(0).getType().isInteger(32) &&
      matchPattern(op->getOperand(1), m_ConstantInt(&value)))
    return value.getSExtValue();
  return std::nullopt;
}

bool extendsByte(Operation* op) {
  auto extended = llvm::dyn_cast_or_null<arith::ExtSIOp>(op);
  return extended && extended.getIn().getType().isInteger(8);
}

/// As far as extended bytes, and maxima and minima with constants, tell.
Bounds boundsOf(Value value) {
  Operation* op = value.getDefiningOp();
  if (extendsByte(op))
    return {-128, 127};
  if (!llvm::isa_and_present<arith::MaxSIOp, arith::MinSIOp>(op))
    return {};
  const std::optional<int64_t> constant = constantBehind(op);
  if (!constant)
    return {};
  const Bounds inner = boundsOf(op->getOperand(0));
  if (llvm::isa<arith::MaxSIOp>(op))
    return {std::max(inner.low, *constant), std::max(inner.high, *constant)};
  return {std::min(inner.low, *constant), std::min(inner.high, *constant)};
}

bool changesNothing(Operation& op) {
  if (!llvm::isa<arith::MaxSIOp, arith::MinSIOp>(op))
    return false;
  const std::optional<int64_t> constant = constantBehind(&op);
  const Bounds inner = boundsOf(op.getOperand(0));
  return constant &&
         (llvm::isa<arith::MaxSIOp>(op) ? inner.low >= *constant : inner.high <= *constant);
}

/// The i8 that is extended and truncated.
Value sameByte(Operation& op) {
  auto byte = llvm::dyn_cast<arith::TruncIOp>(op);
  Operation* inner = byte ? byte.getIn().getDefiningOp() : nullptr;
  return byte && byte.getType().isInteger(8) && extendsByte(inner) ? inner->getOperand(0) : Value();
}

/// The float behind i8(bounded(to_int(float))).
Value floatOfByte(Operation& op) {
  auto byte = llvm::dyn_cast<arith::TruncIOp>(op);
  if (!byte || !byte.getType().isInteger(8))
    return {};
  const Bounds bounds = boundsOf(byte.getIn());
  Operation* inner = byte.getIn().getDefiningOp();
  while (llvm::isa_and_present<arith::MaxSIOp, arith::MinSIOp>(inner))
    inner = inner->getOperand(0).getDefiningOp();
  auto integer = llvm::dyn_cast_or_null<ToIntOp>(inner);
  return integer && bounds.low == -128 && bounds.high == 127 ? integer.getValue() : Value();
}

} // namespace

bool holdsByte(Value word) {
  const Bounds bounds = boundsOf(word);
  return bounds.low >= -128 && bounds.high <= 127;
}

void foldClamps(Region& region) {
  Block& body = region.front();
  for (Operation& op : llvm::make_early_inc_range(body.without_terminator())) {
    Value result;
    if (changesNothing(op)) {
      result = op.getOperand(0);
    } else if (Value byte = sameByte(op)) {
      result = byte;
    } else if (Value real = floatOfByte(op)) {
      OpBuilder b(&op);
      result = ToIntOp::create(b, op.getLoc(), b.getI8Type(), real);
    }
    if (!result)
      continue;
    op.getResult(0).replaceAllUsesWith(result);
    op.erase();
  }
  for (Operation& op : llvm::make_early_inc_range(llvm::reverse(body)))
    if (isOpTriviallyDead(&op))
      op.erase();
}

} // namespace npuforge::graph
