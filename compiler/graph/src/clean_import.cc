// graph-clean-import: what exporters leave behind.
#include "npuforge/compiler/graph/Passes.h"
#include "npuforge/compiler/graph/optimisations.h"
#include "npuforge/compiler/graph/values.h"

#include "constants.h"

namespace npuforge::graph {

#define GEN_PASS_DEF_CLEANIMPORT
#include "npuforge/compiler/graph/Passes.h.inc"

namespace {

/// The matrix of all rows of a product's left operand, where only the last dimension counts.
mlir::Value rowsOf(mlir::PatternRewriter& rewriter, mlir::Value value) {
  auto type = llvm::cast<mlir::RankedTensorType>(value.getType());
  if (type.getRank() == 2)
    return value;
  const int64_t inner = type.getShape().back();
  llvm::SmallVector<int64_t> shape{type.getNumElements() / inner, inner};
  return ReshapeOp::create(rewriter, value.getLoc(), type.clone(llvm::ArrayRef<int64_t>(shape)),
                           value, shape, true);
}

/// Is the product one of a matrix: of rank 2, or of quantised rows and one matrix for all?
bool isOfMatrix(MatMulOp matmul) {
  auto a = llvm::dyn_cast<mlir::RankedTensorType>(matmul.getA().getType()),
       b = llvm::dyn_cast<mlir::RankedTensorType>(matmul.getB().getType());
  if (!a || !b || !a.hasStaticShape() || b.getRank() != 2 || a.getNumElements() == 0)
    return false;
  return a.getRank() == 2 || (a.getRank() > 2 && matmul.getA().getDefiningOp<DequantizeOp>() &&
                              matmul.getB().getDefiningOp<DequantizeOp>());
}

/// add(matmul(a, b), constant row) -> gemm(a, b, row)
struct BiasIntoGemm : mlir::OpRewritePattern<AddOp> {
  using OpRewritePattern::OpRewritePattern;

  mlir::LogicalResult matchAndRewrite(AddOp add, mlir::PatternRewriter& rewriter) const override {
    for (bool swapped : {false, true}) {
      mlir::Value product = swapped ? add.getB() : add.getA(),
                  row = swapped ? add.getA() : add.getB();
      auto matmul = product.getDefiningOp<MatMulOp>();
      auto type = llvm::dyn_cast<mlir::RankedTensorType>(product.getType());
      if (!matmul || !product.hasOneUse() || !type || !isOfMatrix(matmul) ||
          add.getType() != type || !realsOf(row))
        continue;
      auto row_type = llvm::cast<mlir::RankedTensorType>(row.getType());
      if (row_type.getNumElements() != type.getShape().back() || row_type.getRank() == 0 ||
          row_type.getShape().back() != type.getShape().back())
        continue;
      rewriter.setInsertionPoint(add);
      auto one = llvm::APFloat(1.0f);
      mlir::Value rows = rowsOf(rewriter, matmul.getA());
      llvm::SmallVector<int64_t> shape{type.getNumElements() / type.getShape().back(),
                                       type.getShape().back()};
      auto gemm =
          GemmOp::create(rewriter, matmul.getLoc(), type.clone(llvm::ArrayRef<int64_t>(shape)),
                         rows, matmul.getB(), row, one, one, false, false);
      gemm->setDiscardableAttrs(matmul->getDiscardableAttrDictionary()); // precision
      taken(add.getLoc(), kFoldBias, "is the bias of '" + nodeName(matmul.getLoc()) + "'");
      giveValue(add, gemm);
      if (gemm.getType() == type)
        rewriter.replaceOp(add, gemm);
      else
        rewriter.replaceOpWithNewOp<ReshapeOp>(add, type, gemm, type.getShape(), true);
      return mlir::success();
    }
    return mlir::failure();
  }
};

struct CleanImport : impl::CleanImportBase<CleanImport> {
  void runOnOperation() override {
    mlir::RewritePatternSet patterns(&getContext());
    if (allowed(getOperation(), kFoldBias))
      patterns.add<BiasIntoGemm>(&getContext());
    // identities and views of constants fold by themselves
    if (mlir::failed(mlir::applyPatternsGreedily(getOperation(), std::move(patterns))))
      signalPassFailure();
  }
};

} // namespace
} // namespace npuforge::graph
