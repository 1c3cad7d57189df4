// graph-common: equal operations of equal operands become one.
#include <mlir/IR/Dominance.h>
#include <mlir/Transforms/CSE.h>

#include "npuforge/compiler/graph/Graph.h"
#include "npuforge/compiler/graph/Passes.h"
#include "npuforge/compiler/graph/optimisations.h"

namespace npuforge::graph {

#define GEN_PASS_DEF_COMMON
#include "npuforge/compiler/graph/Passes.h.inc"

namespace {

/// Says which nodes were found to be others once more; constants are no nodes.
struct Listener : mlir::RewriterBase::Listener {
  void notifyOperationReplaced(mlir::Operation* op, mlir::ValueRange with) override {
    if (with.empty() || !with[0].getDefiningOp() || llvm::isa<ConstantOp>(op))
      return;
    const std::string name = nodeName(op->getLoc()),
                      other = nodeName(with[0].getDefiningOp()->getLoc());
    if (name != other)
      taken(op->getLoc(), kCommon, "computes what '" + other + "' does");
  }
};

struct Common : impl::CommonBase<Common> {
  void runOnOperation() override {
    if (!allowed(getOperation(), kCommon))
      return;
    Listener listener;
    mlir::IRRewriter rewriter(&getContext(), &listener);
    mlir::DominanceInfo dominance(getOperation());
    mlir::eliminateCommonSubExpressions(rewriter, dominance, getOperation());
  }
};

} // namespace
} // namespace npuforge::graph
