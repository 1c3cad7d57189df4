// tile-fuse: maps that become epilogues of what makes the results that they read.
#include "npuforge/compiler/graph/optimisations.h"
#include "npuforge/compiler/tile/Tile.h"

#include "pattern_pass.h"
#include "words/chain.h"
#include "words/epilogue.h"

namespace npuforge::tile {

using namespace mlir;

namespace {

int64_t elementsOf(Value value) {
  return cast<ShapedType>(value.getType()).getNumElements();
}

struct FusePass : PatternPass<FusePass> {
  MLIR_DEFINE_EXPLICIT_INTERNAL_INLINE_TYPE_ID(FusePass)
  using PatternPass::PatternPass;
  StringRef getArgument() const override { return "tile-fuse"; }
  StringRef getDescription() const override {
    return "Maps become the last steps of the products and windows that they read";
  }
  void runOnOperation() override {
    SmallVector<graph::MapOp> maps;
    getOperation().walk([&](graph::MapOp map) {
      if (wordsKind(*map) == &kWordsMap)
        maps.push_back(map);
    });
    if (maps.empty())
      return;
    const match::Patterns patterns = match::readPatterns(getContext(), spec());
    for (graph::MapOp map : maps)
      fuse(map, patterns);
  }

  /// With the last of the producers that the map reads, so that the others' results are there; of
  /// those that have an element for each of the map's.
  void fuse(graph::MapOp map, const match::Patterns& patterns) {
    Operation* producer = nullptr;
    int64_t operand = -1;
    for (auto [index, value] : llvm::enumerate(map.getInputs())) {
      std::string reason;
      Operation* op = producerBehind(value, reason);
      if (!reason.empty())
        graph::refused(map.getLoc(), graph::kFuseEpilogue, reason);
      const bool sums = op && llvm::any_of(map.getInputs(), [&](Value other) {
                          Operation* product = unshaped(other).getDefiningOp();
                          return product && (sumsFor(*product, value) != nullptr ||
                                             rowSumsFor(*product, value) != nullptr);
                        });
      if (op && !sums && elementsOf(op->getResult(0)) == elementsOf(map.getResult()) &&
          (!producer || producer->isBeforeInBlock(op)))
        producer = op, operand = static_cast<int64_t>(index);
    }
    if (!producer)
      return;
    if (!graph::allowed(map, graph::kFuseEpilogue))
      return graph::refused(map.getLoc(), graph::kFuseEpilogue, "turned off");
    // What the producer itself lacks is an error, and for tile-plan to say.
    const std::string unmet = wordsKind(*producer)->plan(*producer, spec(), patterns, fast_math);
    producer->removeAttr(kPlanAttr);
    if (!unmet.empty())
      return graph::refused(map.getLoc(), graph::kFuseEpilogue, unmet);
    auto plan = planEpilogue(map, operand, spec(), patterns, fast_math);
    if (auto* reason = std::get_if<std::string>(&plan))
      return graph::refused(map.getLoc(), graph::kFuseEpilogue, *reason);
    const auto& fused = std::get<FusedPlan>(plan);
    for (Operation* part : fused.parts)
      part->setAttr(kFusedAttr, UnitAttr::get(&getContext()));
    map->setAttr(kProducerAttr, Builder(&getContext()).getI64IntegerAttr(operand));
    map->setAttr(kPlanAttr, fused.producer);
    map->setAttr(kCoverAttr, toAttribute(&getContext(), fused.map));
    graph::taken(map.getLoc(), graph::kFuseEpilogue,
                 "is the last step of '" + graph::nodeName(producer->getLoc()) + "'");
  }
};

} // namespace

void registerFusePass() {
  PassRegistration<FusePass>();
}

std::unique_ptr<Pass> createFusePass(const isa::Spec& spec, bool fast_math) {
  return std::make_unique<FusePass>(spec, fast_math);
}

} // namespace npuforge::tile
