// tile-chain: reductions and the maps around them that become one layer.
#include "npuforge/compiler/graph/optimisations.h"
#include "npuforge/compiler/tile/Tile.h"
#include "npuforge/compiler/tile/chain.h"

#include "pattern_pass.h"
#include "words/chain.h"
#include "words/epilogue.h"

namespace npuforge::tile {

using namespace mlir;

namespace {

struct ChainPass : PatternPass<ChainPass> {
  MLIR_DEFINE_EXPLICIT_INTERNAL_INLINE_TYPE_ID(ChainPass)
  using PatternPass::PatternPass;
  StringRef getArgument() const override { return "tile-chain"; }
  StringRef getDescription() const override {
    return "Reductions along rows and the maps around them become one layer";
  }
  void runOnOperation() override {
    SmallVector<graph::ReduceOp> reductions;
    getOperation().walk([&](graph::ReduceOp reduce) { reductions.push_back(reduce); });
    if (reductions.empty())
      return;
    const match::Patterns patterns = match::readPatterns(getContext(), spec());
    for (graph::ReduceOp reduce : reductions)
      fuse(reduce, patterns);
  }

  void fuse(graph::ReduceOp reduce, const match::Patterns& patterns) {
    std::string reason;
    auto chain = findChain(reduce, reason);
    if (!chain && !reason.empty())
      graph::refused(reduce.getLoc(), graph::kFuseChain, reason);
    if (!chain)
      return;
    if (!graph::allowed(reduce, graph::kFuseChain))
      return graph::refused(reduce.getLoc(), graph::kFuseChain, "turned off");
    auto plan = planChain(*chain, spec(), patterns, fast_math);
    if (auto* why = std::get_if<std::string>(&plan))
      return graph::refused(reduce.getLoc(), graph::kFuseChain, *why);
    for (Operation* member : ArrayRef(chain->members).drop_back())
      member->setAttr(kFusedAttr, UnitAttr::get(&getContext()));
    const auto& planned = std::get<ChainPlan>(plan);
    chain->last()->setAttr(kChainAttr, Builder(&getContext()).getI64IntegerAttr(planned.rows));
    chain->last()->setAttr(kCoverAttr, toAttribute(&getContext(), planned.steps));
    graph::taken(chain->last()->getLoc(), graph::kFuseChain,
                 std::to_string(chain->members.size()) + " operators are one layer");
  }
};

} // namespace

void registerChainPass() {
  PassRegistration<ChainPass>();
}

std::unique_ptr<Pass> createChainPass(const isa::Spec& spec, bool fast_math) {
  return std::make_unique<ChainPass>(spec, fast_math);
}

} // namespace npuforge::tile
