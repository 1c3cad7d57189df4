// npu-opt: reads MLIR text, runs passes of ours, writes MLIR text. For tests and for looking at
// single passes.
#include <mlir/Dialect/Arith/IR/Arith.h>
#include <mlir/Dialect/Func/IR/FuncOps.h>
#include <mlir/Dialect/Math/IR/Math.h>
#include <mlir/Dialect/SCF/IR/SCF.h>
#include <mlir/Tools/mlir-opt/MlirOptMain.h>
#include <mlir/Transforms/Passes.h>

#include "npuforge/compiler/graph/Graph.h"
#include "npuforge/compiler/graph/Passes.h"
#include "npuforge/compiler/npu/Npu.h"
#include "npuforge/compiler/tile/Tile.h"
#include "npuforge/compiler/tile/chain.h"
#include "npuforge/compiler/tile/hoist.h"
#include "npuforge/compiler/tile/placement.h"

int main(int argc, char** argv) {
  mlir::DialectRegistry registry;
  registry.insert<mlir::func::FuncDialect, mlir::arith::ArithDialect, mlir::math::MathDialect,
                  mlir::scf::SCFDialect, npuforge::graph::GraphDialect, npuforge::tile::TileDialect,
                  npuforge::npu::NpuDialect>();
  npuforge::graph::registerGraphPasses();
  npuforge::tile::registerFitPass();
  npuforge::tile::registerSplitPass();
  npuforge::tile::registerChainPass();
  npuforge::tile::registerFusePass();
  npuforge::tile::registerPlanPass();
  npuforge::tile::registerPlacePass();
  npuforge::tile::registerKeepPass();
  npuforge::tile::registerGeneratePass();
  npuforge::tile::registerHoistPass();
  npuforge::tile::registerPatternsPass();
  npuforge::npu::registerLowerPass();
  npuforge::npu::registerTokensPass();
  mlir::registerTransformsPasses();
  return mlir::asMainReturnCode(mlir::MlirOptMain(argc, argv, "npuforge pass driver\n", registry));
}
