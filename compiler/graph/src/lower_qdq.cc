// graph-lower-qdq: each quantize, the activations before it and the operator before those become
// one integer operator, where there is one. What is left becomes tensor operators.
#include <llvm/ADT/TypeSwitch.h>

#include "npuforge/compiler/graph/Passes.h"
#include "npuforge/compiler/graph/in_words.h"
#include "npuforge/compiler/graph/values.h"

#include "blocks.h"

namespace npuforge::graph {

#define GEN_PASS_DEF_LOWERQDQ
#include "npuforge/compiler/graph/Passes.h.inc"

namespace {

int64_t quantise(double real, double scale, int64_t zero_point) {
  double value = std::nearbyint(real / scale) + static_cast<double>(zero_point);
  return static_cast<int64_t>(value < -128 ? -128 : value > 127 ? 127 : value);
}

/// Narrows [low, high] by an activation that comes before it.
void clampBefore(Target& target, double low, double high) {
  int64_t first = quantise(low, target.scale, target.zero_point);
  int64_t last = quantise(high, target.scale, target.zero_point);
  last = std::max(first, last);
  target.low = clamp_to(first, target.low, target.high);
  target.high = clamp_to(last, target.low, target.high);
}

/// The operator whose result is quantised; activations in between go into the target's clamp.
mlir::Operation* findCore(mlir::Value value, Target& target) {
  mlir::Operation* op = value.getDefiningOp();
  while (llvm::isa_and_present<ReluOp, ClipOp>(op)) {
    auto clip = llvm::dyn_cast<ClipOp>(op);
    clampBefore(target, clip ? clip.getLow().convertToDouble() : 0,
                clip ? clip.getHigh().convertToDouble() : HUGE_VAL);
    op = op->getOperand(0).getDefiningOp();
  }
  return op;
}

mlir::Value lowerCore(mlir::OpBuilder& builder, mlir::Operation* core, mlir::Location location,
                      const Target& target) {
  return llvm::TypeSwitch<mlir::Operation*, mlir::Value>(core)
      .Case<ConvOp>([&](auto op) { return lowerConv(builder, op, target); })
      .Case<GemmOp>([&](auto op) { return lowerGemm(builder, op, target); })
      .Case<MatMulOp>([&](auto op) { return lowerMatMul(builder, op, target); })
      .Case<AddOp>([&](auto op) { return lowerAdd(builder, op, target); })
      .Case<AveragePoolOp>([&](auto op) { return lowerAveragePool(builder, op, target); })
      .Case<GlobalAveragePoolOp>(
          [&](auto op) { return lowerGlobalAveragePool(builder, op, target); })
      .Case<DequantizeOp>(
          [&](auto op) { return lowerRescale(builder, location, op.getResult(), target); })
      .Default([](mlir::Operation*) { return mlir::Value(); });
}

/// Products are worth a change to blocks; what only follows its operands stays with them.
bool belongsInBlocks(mlir::Operation* core, const InBlocks& in_blocks) {
  if (llvm::isa<ConvOp, GemmOp, MatMulOp>(core))
    return true;
  mlir::ValueRange operands =
      llvm::isa<DequantizeOp>(core) ? mlir::ValueRange(core->getResults()) : core->getOperands();
  return llvm::any_of(operands, [&](mlir::Value operand) {
    auto dequantize = operand.getDefiningOp<DequantizeOp>();
    return dequantize && in_blocks.has(dequantize.getInput());
  });
}

/// Is the value, as it is or viewed, only moved? Then it need not go into blocks and leave them.
bool isOnlyMoved(mlir::Value value) {
  return llvm::all_of(value.getUsers(), [](mlir::Operation* user) {
    return llvm::isa<MoveOp>(user) || (isView(user) && isOnlyMoved(user->getResult(0)));
  });
}

void lowerQuantize(QuantizeOp quantize, InBlocks& in_blocks) {
  mlir::Operation* next = quantize.getInput().getDefiningOp();
  if (!isByteTensor(quantize.getResult()) || !next || quantize.getScales().size() != 1 ||
      quantize.getZeroPoints()[0] < -128 || quantize.getZeroPoints()[0] > 127)
    return;
  auto type = llvm::cast<mlir::RankedTensorType>(quantize.getType());
  Target target{type, quantize.getScales()[0], quantize.getZeroPoints()[0], -128, 127};
  mlir::Operation* core = findCore(quantize.getInput(), target);
  if (!core || !belongsInBlocks(core, in_blocks) || isInWords(core) || isInWords(next) ||
      isInWords(quantize))
    return;
  if (llvm::isa<DequantizeOp>(core) && isOnlyMoved(quantize.getResult()))
    return;
  mlir::OpBuilder builder(quantize);
  mlir::Operation* before = quantize->getPrevNode();
  // A rescaling is named after its activation, or after the quantize that it is.
  mlir::Location location = llvm::isa<ReluOp, ClipOp>(next) ? next->getLoc() : quantize.getLoc();
  try {
    mlir::Value lowered = lowerCore(builder, core, location, target);
    if (!lowered)
      return;
    giveValue(quantize, lowered);
    quantize.getResult().replaceAllUsesWith(lowered);
  } catch (const NotLowered&) {
    return; // it becomes tensor operators
  }
  for (mlir::Operation* made = before->getNextNode(); made != quantize; made = made->getNextNode())
    in_blocks.follow(*made);
}

/// max_pool on i8, as move-quantize leaves it.
void lowerMaxPool(MaxPoolOp op, InBlocks& in_blocks) {
  if (!isByteTensor(op.getResult()) || !in_blocks.has(op.getInput()) || isInWords(op) ||
      llvm::cast<mlir::RankedTensorType>(op.getType()).getDimSize(0) != 1)
    return;
  mlir::OpBuilder builder(op);
  auto lowered =
      QMaxPoolOp::create(builder, op.getLoc(), op.getType(), op.getInput(), op.getKernel(),
                         op.getStrides(), op.getPads(), op.getDilations(), -128, 127);
  in_blocks.follow(*lowered);
  op.getResult().replaceAllUsesWith(lowered);
}

struct LowerQdq : impl::LowerQdqBase<LowerQdq> {
  void runOnOperation() override {
    mlir::Block& body = getOperation().getBody().front();
    InBlocks in_blocks(getOperation());
    for (mlir::Operation& op : llvm::make_early_inc_range(body)) {
      if (auto quantize = llvm::dyn_cast<QuantizeOp>(op))
        lowerQuantize(quantize, in_blocks);
      else if (auto pool = llvm::dyn_cast<MaxPoolOp>(op))
        lowerMaxPool(pool, in_blocks);
      else
        in_blocks.follow(op);
    }
    for (mlir::Operation& op : llvm::make_early_inc_range(llvm::reverse(body)))
      if (mlir::isOpTriviallyDead(&op))
        op.erase();
  }
};

} // namespace
} // namespace npuforge::graph
