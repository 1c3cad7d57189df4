// tile-plan: a plan for every layer, or all reasons why there is none.
#include "npuforge/compiler/tile/Tile.h"
#include "npuforge/compiler/tile/spec_pass.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/BuiltinOps.h"
#include "plan.h"

namespace npuforge::tile {

using namespace mlir;

namespace {

struct PlanPass : SpecPass<PlanPass> {
  MLIR_DEFINE_EXPLICIT_INTERNAL_INLINE_TYPE_ID(PlanPass)
  using SpecPass::SpecPass;
  StringRef getArgument() const override { return "tile-plan"; }
  StringRef getDescription() const override {
    return "Write each layer's tile sizes and loop order as tile.plan";
  }

  /// Network inputs whose every reader is a convolution that profits stay row-major.
  bool isPlain(Value input, const std::vector<Layer>& layers) const {
    if (!mlir::isa<BlockArgument>(input))
      return false;
    for (const Layer& layer : layers)
      if ((layer.input == input && !prefersPlain(layer, spec().machine)) || layer.second == input)
        return false;
    return true;
  }

  void runOnOperation() override {
    std::vector<Layer> layers;
    bool failed = false;
    getOperation().walk([&](Operation* op) {
      if (!isLayer(*op))
        return;
      FailureOr<Layer> layer = readLayer(*op);
      if (mlir::failed(layer))
        failed = true;
      else
        layers.push_back(std::move(*layer));
    });
    for (const Layer& layer : layers) {
      auto plan = makePlan(layer, isPlain(layer.input, layers), spec().machine);
      if (auto* reason = std::get_if<std::string>(&plan)) {
        emitError(layer.root->getLoc())
            << "'" << layer.name << "' does not fit " << spec().machine.name << ": " << *reason;
        failed = true;
      } else {
        layer.root->setAttr(kPlanAttr, toAttribute(&getContext(), std::get<Plan>(plan)));
      }
    }
    if (failed)
      signalPassFailure();
  }
};

} // namespace

void registerPlanPass() {
  PassRegistration<PlanPass>();
}

std::unique_ptr<Pass> createPlanPass(const isa::Spec& spec) {
  return std::make_unique<PlanPass>(spec);
}

} // namespace npuforge::tile
