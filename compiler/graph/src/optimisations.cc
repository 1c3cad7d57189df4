#include "npuforge/compiler/graph/optimisations.h"

#include <mlir/IR/BuiltinAttributes.h>
#include <mlir/IR/BuiltinOps.h>
#include <mlir/IR/Remarks.h>

namespace npuforge::graph {

llvm::ArrayRef<const Optimisation*> optimisations() {
  static constexpr const Optimisation* kAll[] = {
      &kFoldBias,   &kFoldScales, &kDropRescale,     &kCommon,         &kChannelsLast, &kMergeMaps,
      &kFuseSum,    &kFusePool,   &kFuseMap,         &kFuseEpilogue,   &kFuseChain,    &kPlainInput,
      &kInterleave, &kUnfold,     &kNeighbours,      &kKeepWeights,    &kShareWeights, &kThinInput,
      &kInRows,     &kEarlyStart, &kDivideDepthwise, &kFuseBottleneck, &kCopyWeights};
  return kAll;
}

bool allowed(mlir::Operation* op, const Optimisation& optimisation) {
  auto module = llvm::dyn_cast<mlir::ModuleOp>(op);
  if (!module)
    module = op->getParentOfType<mlir::ModuleOp>();
  auto off = module ? module->getAttrOfType<mlir::ArrayAttr>(kDisableAttr) : mlir::ArrayAttr();
  return !off ||
         !llvm::is_contained(off, mlir::StringAttr::get(op->getContext(), optimisation.name));
}

void taken(mlir::Location node, const Optimisation& optimisation, const llvm::Twine& what) {
  mlir::remark::passed(node,
                       mlir::remark::RemarkOpts::name(optimisation.name).category(kRemarkCategory))
      << what.str();
}

void refused(mlir::Location node, const Optimisation& optimisation, const llvm::Twine& why) {
  mlir::remark::missed(node,
                       mlir::remark::RemarkOpts::name(optimisation.name).category(kRemarkCategory))
      << why.str();
}

} // namespace npuforge::graph
