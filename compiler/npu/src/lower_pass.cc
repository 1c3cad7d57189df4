// npu-lower: the pass around Lowering.
#include "npuforge/compiler/match/roles.h"
#include "npuforge/compiler/tile/spec_pass.h"

#include "lower.h"

namespace npuforge::npu {

using namespace mlir;

namespace {

struct LowerPass : tile::SpecPass<LowerPass> {
  MLIR_DEFINE_EXPLICIT_INTERNAL_INLINE_TYPE_ID(LowerPass)
  using SpecPass::SpecPass;
  StringRef getArgument() const override { return "npu-lower"; }
  StringRef getDescription() const override {
    return "Make instructions of tile and scf operations";
  }
  void getDependentDialects(DialectRegistry& registry) const override {
    registry.insert<NpuDialect>();
    match::registerDialects(registry);
  }
  void runOnOperation() override {
    Target target(spec());
    VectorInstructions vectors(getContext(), spec());
    std::vector<std::string> missing = target.missing();
    llvm::append_range(missing, vectors.missing());
    for (const std::string& line : missing)
      getOperation().emitError() << spec().machine.name << ": " << line;
    if (!missing.empty() || failed(Lowering(getOperation(), target, vectors).run()))
      signalPassFailure();
  }
};

} // namespace

void registerLowerPass() {
  PassRegistration<LowerPass>();
}

std::unique_ptr<Pass> createLowerPass(const isa::Spec& spec) {
  return std::make_unique<LowerPass>(spec);
}

} // namespace npuforge::npu
