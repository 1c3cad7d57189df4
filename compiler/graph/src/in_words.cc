#include "npuforge/compiler/graph/in_words.h"

#include <mlir/IR/BuiltinOps.h>

#include "npuforge/compiler/graph/Graph.h"

namespace npuforge::graph {

bool isInWords(mlir::Operation* op) {
  auto module = op->getParentOfType<mlir::ModuleOp>();
  auto names = module ? module->getAttrOfType<mlir::ArrayAttr>(kInWordsAttr) : mlir::ArrayAttr();
  return names &&
         llvm::is_contained(names, mlir::StringAttr::get(op->getContext(), nodeName(op->getLoc())));
}

} // namespace npuforge::graph
