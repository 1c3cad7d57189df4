// graph-clean-import: what exporters leave behind.
#include "npuforge/compiler/graph/Passes.h"
#include "npuforge/compiler/graph/optimisations.h"

#include "constants.h"

namespace npuforge::graph {

#define GEN_PASS_DEF_CLEANIMPORT
#include "npuforge/compiler/graph/Passes.h.inc"

namespace {

/// add(matmul(a, b), constant row) -> gemm(a, b, row)
struct BiasIntoGemm : mlir::OpRewritePattern<AddOp> {
  using OpRewritePattern::OpRewritePattern;

  mlir::LogicalResult matchAndRewrite(AddOp add, mlir::PatternRewriter& rewriter) const override {
    for (bool swapped : {false, true}) {
      mlir::Value product = swapped ? add.getB() : add.getA(),
                  row = swapped ? add.getA() : add.getB();
      auto matmul = product.getDefiningOp<MatMulOp>();
      auto type = llvm::dyn_cast<mlir::RankedTensorType>(product.getType());
      if (!matmul || !product.hasOneUse() || !type || type.getRank() != 2 ||
          add.getType() != type || !realsOf(row))
        continue;
      auto row_type = llvm::cast<mlir::RankedTensorType>(row.getType());
      if (row_type.getNumElements() != type.getDimSize(1) || row_type.getRank() == 0 ||
          row_type.getShape().back() != type.getDimSize(1))
        continue;
      rewriter.setInsertionPoint(add);
      auto one = llvm::APFloat(1.0f);
      auto gemm = GemmOp::create(rewriter, matmul.getLoc(), type, matmul.getA(), matmul.getB(), row,
                                 one, one, false, false);
      gemm->setDiscardableAttrs(matmul->getDiscardableAttrDictionary()); // precision
      taken(add.getLoc(), kFoldBias, "is the bias of '" + nodeName(matmul.getLoc()) + "'");
      rewriter.replaceOp(add, gemm);
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
