// graph-lower-qdq: each quantize, the activations before it and the operator before those become
// one integer operator.
#include <llvm/ADT/TypeSwitch.h>

#include "npuforge/compiler/graph/Passes.h"

#include "lowering.h"

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

void lowerQuantize(QuantizeOp quantize) {
  auto type = llvm::dyn_cast<mlir::RankedTensorType>(quantize.getType());
  mlir::Operation* next = quantize.getInput().getDefiningOp();
  if (!type || !next)
    return;
  if (quantize.getScales().size() != 1 || quantize.getZeroPoints()[0] < -128 ||
      quantize.getZeroPoints()[0] > 127) {
    quantize->setAttr("graph.reason",
                      mlir::StringAttr::get(quantize.getContext(),
                                            "activations need one scale and an 8-bit zero point"));
    return;
  }
  Target target{type, quantize.getScales()[0], quantize.getZeroPoints()[0], -128, 127};
  mlir::Operation* core = findCore(quantize.getInput(), target);
  if (!core)
    return;
  mlir::OpBuilder builder(quantize);
  // A rescaling is named after its activation, or after the quantize that it is.
  mlir::Location location = llvm::isa<ReluOp, ClipOp>(next) ? next->getLoc() : quantize.getLoc();
  try {
    if (mlir::Value lowered = lowerCore(builder, core, location, target))
      quantize.getResult().replaceAllUsesWith(lowered);
  } catch (const NotLowered& reason) {
    core->setAttr("graph.reason", mlir::StringAttr::get(core->getContext(), reason.what()));
  }
}

/// max_pool on i8, as move-quantize leaves it.
void lowerMaxPool(MaxPoolOp op) {
  auto type = llvm::dyn_cast<mlir::RankedTensorType>(op.getType());
  if (!type || !type.getElementType().isInteger(8))
    return;
  mlir::OpBuilder builder(op);
  auto lowered = QMaxPoolOp::create(builder, op.getLoc(), type, op.getInput(), op.getKernel(),
                                    op.getStrides(), op.getPads(), op.getDilations(), -128, 127);
  op.getResult().replaceAllUsesWith(lowered);
}

struct LowerQdq : impl::LowerQdqBase<LowerQdq> {
  void runOnOperation() override {
    mlir::Block& body = getOperation().getBody().front();
    for (mlir::Operation& op : llvm::make_early_inc_range(body)) {
      if (auto quantize = llvm::dyn_cast<QuantizeOp>(op))
        lowerQuantize(quantize);
      else if (auto pool = llvm::dyn_cast<MaxPoolOp>(op))
        lowerMaxPool(pool);
    }
    for (mlir::Operation& op : llvm::make_early_inc_range(llvm::reverse(body)))
      if (mlir::isOpTriviallyDead(&op))
        op.erase();
  }
};

} // namespace
} // namespace npuforge::graph
