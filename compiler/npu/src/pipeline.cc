// The back end's passes, in order.
#include "npuforge/compiler/npu/Npu.h"
#include "npuforge/compiler/tile/Tile.h"
#include "npuforge/compiler/tile/chain.h"
#include "npuforge/compiler/tile/hoist.h"
#include "npuforge/compiler/tile/placement.h"

#include "mlir/Pass/PassManager.h"
#include "mlir/Transforms/Passes.h"

namespace npuforge::npu {

void buildTilePipeline(mlir::OpPassManager& pipeline, const isa::Spec& spec, bool fast_math) {
  pipeline.addPass(tile::createFitPass(spec));
  pipeline.addPass(tile::createChainPass(spec, fast_math));
  pipeline.addPass(tile::createSplitPass(spec));
  pipeline.addPass(tile::createFusePass(spec, fast_math));
  pipeline.addPass(tile::createPlanPass(spec, fast_math));
  pipeline.addPass(tile::createPlacePass(spec));
  pipeline.addPass(tile::createKeepPass(spec));
  pipeline.addPass(tile::createGeneratePass(spec));
  pipeline.addPass(mlir::createCanonicalizerPass());
  pipeline.addPass(mlir::createCSEPass());
  pipeline.addPass(tile::createHoistPass());
}

void buildNpuPipeline(mlir::OpPassManager& pipeline, const isa::Spec& spec) {
  pipeline.addPass(createLowerPass(spec));
  pipeline.addPass(createTokensPass(spec));
}

} // namespace npuforge::npu
