// npu-opt: reads MLIR text, runs passes of ours, writes MLIR text. For tests and for looking at single passes.
#include <mlir/Dialect/Func/IR/FuncOps.h>
#include <mlir/Tools/mlir-opt/MlirOptMain.h>
#include <mlir/Transforms/Passes.h>

#include "npuforge/compiler/graph/Graph.h"
#include "npuforge/compiler/graph/Passes.h"

int main(int argc, char** argv) {
  mlir::DialectRegistry registry;
  registry.insert<mlir::func::FuncDialect, npuforge::graph::GraphDialect>();
  npuforge::graph::registerGraphPasses();
  mlir::registerTransformsPasses();
  return mlir::asMainReturnCode(mlir::MlirOptMain(argc, argv, "npuforge pass driver\n", registry));
}
