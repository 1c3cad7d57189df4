// graph-move-quantize: quantize and dequantize change places with operators that only move or
// select values.
#include "npuforge/compiler/graph/Passes.h"
#include "npuforge/compiler/graph/values.h"

#include "constants.h"

namespace npuforge::graph {

#define GEN_PASS_DEF_MOVEQUANTIZE
#include "npuforge/compiler/graph/Passes.h.inc"

namespace {

/// Result values are operand values, in the operand's order: any increasing function commutes with
/// it.
bool selects(mlir::Operation* op) {
  return isView(op) || llvm::isa_and_present<MaxPoolOp>(op);
}

mlir::RankedTensorType withElement(mlir::Value value, mlir::Type element) {
  auto type = llvm::dyn_cast<mlir::RankedTensorType>(value.getType());
  return type ? mlir::RankedTensorType::get(type.getShape(), element) : mlir::RankedTensorType();
}

/// A copy of op over another operand, of the operand's element type.
mlir::Value cloneOver(mlir::PatternRewriter& rewriter, mlir::Operation* op, mlir::Value operand) {
  mlir::OperationState state(withoutValue(op->getLoc()), op->getName(), operand,
                             withElement(op->getResult(0), elementOf(operand)), op->getAttrs());
  return rewriter.create(state)->getResult(0);
}

/// op(dequantize(x)) -> dequantize(op(x))
struct SinkDequantize : mlir::OpRewritePattern<DequantizeOp> {
  using OpRewritePattern::OpRewritePattern;

  mlir::LogicalResult matchAndRewrite(DequantizeOp dequantize,
                                      mlir::PatternRewriter& rewriter) const override {
    if (!withElement(dequantize.getResult(), rewriter.getF32Type()))
      return mlir::failure();
    for (mlir::Operation* user : dequantize.getResult().getUsers()) {
      auto axis = axisBehind(dequantize, user);
      if (!axis || !withElement(user->getResult(0), rewriter.getF32Type()))
        continue;
      rewriter.setInsertionPoint(user);
      mlir::Value moved = cloneOver(rewriter, user, dequantize.getInput());
      rewriter.replaceOpWithNewOp<DequantizeOp>(user, user->getResult(0).getType(), moved,
                                                dequantize.getScales(), dequantize.getZeroPoints(),
                                                *axis);
      return mlir::success();
    }
    return mlir::failure();
  }

  /// Where the axis of the scales is after `user`; none if dequantize cannot sink below it.
  static std::optional<int64_t> axisBehind(DequantizeOp dequantize, mlir::Operation* user) {
    if (dequantize.getScales().size() == 1 && (selects(user) || movesOne(user)))
      return 1;
    auto transpose = llvm::dyn_cast<TransposeOp>(user);
    if (!transpose)
      return std::nullopt;
    for (auto [to, from] : llvm::enumerate(transpose.getPerm()))
      if (from == dequantize.getAxis())
        return to;
    return std::nullopt;
  }
};

/// quantize(op(y)) -> op(quantize(y))
struct RaiseQuantize : mlir::OpRewritePattern<QuantizeOp> {
  using OpRewritePattern::OpRewritePattern;

  mlir::LogicalResult matchAndRewrite(QuantizeOp quantize,
                                      mlir::PatternRewriter& rewriter) const override {
    mlir::Operation* op = quantize.getInput().getDefiningOp();
    if (!op || !selects(op) || !op->hasOneUse() || quantize.getScales().size() != 1)
      return mlir::failure();
    auto type = withElement(op->getOperand(0), elementOf(quantize.getResult()));
    if (!type || !withElement(quantize.getResult(), type.getElementType()))
      return mlir::failure();
    auto raised =
        QuantizeOp::create(rewriter, withoutValue(quantize.getLoc()), type, op->getOperand(0),
                           quantize.getScales(), quantize.getZeroPoints(), quantize.getAxis());
    mlir::Value moved = cloneOver(rewriter, op, raised);
    giveValue(quantize, moved);
    rewriter.replaceOp(quantize, moved);
    return mlir::success();
  }
};

/// quantize(concat(x, y)) -> concat(quantize(x), quantize(y)): 8 bits move instead of words.
struct RaiseAboveConcat : mlir::OpRewritePattern<QuantizeOp> {
  using OpRewritePattern::OpRewritePattern;

  mlir::LogicalResult matchAndRewrite(QuantizeOp quantize,
                                      mlir::PatternRewriter& rewriter) const override {
    auto move = quantize.getInput().getDefiningOp<MoveOp>();
    if (!move || !move->hasOneUse() || quantize.getScales().size() != 1 || !takesAll(move))
      return mlir::failure();
    llvm::SmallVector<mlir::Value> raised;
    for (mlir::Value input : move.getInputs())
      raised.push_back(QuantizeOp::create(
          rewriter, quantize.getLoc(), withElement(input, elementOf(quantize.getResult())), input,
          quantize.getScales(), quantize.getZeroPoints(), quantize.getAxis()));
    mlir::OperationState state(move.getLoc(), move->getName(), raised, quantize.getType(),
                               move->getAttrs());
    rewriter.replaceOp(quantize, rewriter.create(state)->getResults());
    return mlir::success();
  }

  /// Are there several inputs, and all their elements in the result, with nothing else?
  static bool takesAll(MoveOp move) {
    int64_t elements = 0;
    for (mlir::Value input : move.getInputs()) {
      auto type = withElement(input, elementOf(input));
      if (!type || !type.hasStaticShape())
        return false;
      elements += type.getNumElements();
    }
    auto result = withElement(move.getResult(), elementOf(move.getResult()));
    return move.getInputs().size() > 1 && !move.getFill() && result && result.hasStaticShape() &&
           elements == result.getNumElements();
  }
};

/// relu(op(y)) -> op(relu(y)), so that the activation stands behind the arithmetic.
template <typename Activation>
struct RaiseActivation : mlir::OpRewritePattern<Activation> {
  using mlir::OpRewritePattern<Activation>::OpRewritePattern;

  mlir::LogicalResult matchAndRewrite(Activation activation,
                                      mlir::PatternRewriter& rewriter) const override {
    mlir::Operation* op = activation.getInput().getDefiningOp();
    if (!op || !selects(op) || !op->hasOneUse() ||
        !withElement(op->getOperand(0), rewriter.getF32Type()))
      return mlir::failure();
    mlir::OperationState state(withoutValue(activation.getLoc()), activation->getName(),
                               op->getOperand(0), op->getOperand(0).getType(),
                               activation->getAttrs());
    mlir::Value raised = rewriter.create(state)->getResult(0);
    mlir::Value moved = cloneOver(rewriter, op, raised);
    giveValue(activation, moved);
    rewriter.replaceOp(activation, moved);
    return mlir::success();
  }
};

/// quantize(dequantize(x)) -> x where both say the same
struct CancelPair : mlir::OpRewritePattern<QuantizeOp> {
  using OpRewritePattern::OpRewritePattern;

  mlir::LogicalResult matchAndRewrite(QuantizeOp quantize,
                                      mlir::PatternRewriter& rewriter) const override {
    auto dequantize = quantize.getInput().getDefiningOp<DequantizeOp>();
    if (!dequantize || dequantize.getInput().getType() != quantize.getType() ||
        dequantize.getScales() != quantize.getScales() ||
        dequantize.getZeroPoints() != quantize.getZeroPoints() ||
        (quantize.getScales().size() > 1 && dequantize.getAxis() != quantize.getAxis()))
      return mlir::failure();
    rewriter.replaceOp(quantize, dequantize.getInput());
    return mlir::success();
  }
};

struct MoveQuantize : impl::MoveQuantizeBase<MoveQuantize> {
  void runOnOperation() override {
    mlir::RewritePatternSet patterns(&getContext());
    patterns.add<SinkDequantize, RaiseQuantize, RaiseAboveConcat, RaiseActivation<ReluOp>,
                 RaiseActivation<ClipOp>, CancelPair>(&getContext());
    if (mlir::failed(mlir::applyPatternsGreedily(getOperation(), std::move(patterns))))
      signalPassFailure();
  }
};

} // namespace
} // namespace npuforge::graph
