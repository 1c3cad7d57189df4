// tile-hoist: what does not change from turn to turn of a loop is computed before it.
//
// The sequencer's code of a layer has to stay within the instruction cache, and the shorter a turn,
// the further the sequencer runs ahead of the units. Loops of one turn or none, which Emit::when()
// makes, keep their code: there it runs only when it is needed.
#include "npuforge/compiler/tile/hoist.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"
#include "mlir/Transforms/LoopInvariantCodeMotionUtils.h"

namespace npuforge::tile {

using namespace mlir;

namespace {

bool isCondition(scf::ForOp loop) {
  auto turns = loop.getUpperBound().getDefiningOp<arith::MinSIOp>();
  return turns && llvm::any_of(turns->getOperands(),
                               [](Value limit) { return getConstantIntValue(limit) == 1; });
}

struct HoistPass : PassWrapper<HoistPass, OperationPass<ModuleOp>> {
  MLIR_DEFINE_EXPLICIT_INTERNAL_INLINE_TYPE_ID(HoistPass)
  StringRef getArgument() const override { return "tile-hoist"; }
  StringRef getDescription() const override {
    return "Compute before a loop what is the same in all of its turns";
  }
  void runOnOperation() override {
    getOperation().walk([](scf::ForOp loop) { // inner loops first
      if (!isCondition(loop))
        moveLoopInvariantCode(loop);
    });
  }
};

} // namespace

void registerHoistPass() {
  PassRegistration<HoistPass>();
}

std::unique_ptr<Pass> createHoistPass() {
  return std::make_unique<HoistPass>();
}

} // namespace npuforge::tile
