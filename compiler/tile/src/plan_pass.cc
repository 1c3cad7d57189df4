// tile-plan: a plan for every layer, or all reasons why there is none.
#include "npuforge/compiler/graph/Graph.h"
#include "npuforge/compiler/graph/optimisations.h"
#include "npuforge/compiler/tile/Tile.h"
#include "npuforge/compiler/tile/spec_pass.h"
#include "npuforge/compiler/tile/unfit.h"

#include "bottleneck_plan.h"
#include "map_plan.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/IR/BuiltinOps.h"
#include "words.h"

namespace npuforge::tile {

using namespace mlir;

namespace {

struct PlanPass : SpecPass<PlanPass> {
  MLIR_DEFINE_EXPLICIT_INTERNAL_INLINE_TYPE_ID(PlanPass)
  using SpecPass::SpecPass;
  PlanPass(const PlanPass& other) : SpecPass(other) { fast_math = other.fast_math; }
  PlanPass(const isa::Spec& spec, bool fast_math_) : SpecPass(spec) { fast_math = fast_math_; }
  StringRef getArgument() const override { return "tile-plan"; }
  StringRef getDescription() const override {
    return "Write each layer's tile sizes and loop order as tile.plan";
  }

  /// Network inputs whose every reader is a convolution that profits stay row-major.
  bool isPlain(Value input, const std::vector<Layer>& layers) {
    if (!mlir::isa<BlockArgument>(input))
      return false;
    auto refuse = [&](const Layer& layer, const char* why) {
      graph::refused(layer.node->getLoc(), graph::kPlainInput, why);
      return false;
    };
    for (const Layer& layer : layers) {
      if (layer.input != input && !readsBesides(layer, input))
        continue;
      if (!graph::allowed(layer.root, graph::kPlainInput))
        return refuse(layer, "turned off");
      if (layer.input != input || layer.kind != Kind::Conv)
        return refuse(layer, "reads the network's input, and is no convolution");
      if (!prefersPlain(layer, spec().machine))
        return refuse(layer, "blocks of channels fill more rows of the array");
    }
    return true;
  }

  /// Writes a layer's plan; why there is none, or "".
  std::string plan(const Layer& layer, const std::vector<Layer>& layers,
                   const match::Patterns& patterns) {
    if (layer.kind == Kind::Bottleneck)
      return ""; // it has one
    if (layer.kind == Kind::Words)
      return wordsKind(*layer.root)->plan(*layer.root, spec(), patterns, fast_math);
    if (layer.kind == Kind::Map) {
      auto plans = makeMapPlan(layer, spec(), patterns, fast_math);
      if (auto* reason = std::get_if<std::string>(&plans))
        return *reason;
      const auto& [tiles, cover] = std::get<0>(plans);
      layer.root->setAttr(kPlanAttr, toAttribute(&getContext(), tiles));
      layer.root->setAttr(kCoverAttr, toAttribute(&getContext(), cover));
      return "";
    }
    explainFusion(*layer.root);
    const bool plain = isPlain(layer.input, layers);
    if (plain)
      graph::taken(layer.node->getLoc(), graph::kPlainInput, "taps fill more rows of the array");
    auto plan = makePlan(layer, plain, spec().machine);
    if (auto* reason = std::get_if<std::string>(&plan))
      return *reason;
    layer.root->setAttr(kPlanAttr, toAttribute(&getContext(), std::get<Plan>(plan)));
    return "";
  }

  /// Layers that are faster as one become one.
  void fuseBottlenecks(std::vector<Layer>& layers) {
    for (Layer& layer : layers)
      fuseBottleneck(layer);
    llvm::erase_if(layers, [](const Layer& layer) { return layer.root->hasAttr(kWithinAttr); });
  }

  void fuseBottleneck(Layer& layer) {
    auto refuse = [&](const llvm::Twine& why) {
      graph::refused(layer.node->getLoc(), graph::kFuseBottleneck, why);
    };
    auto bottleneck = bottleneckOf(layer);
    if (auto* obstacle = std::get_if<std::string>(&bottleneck))
      return obstacle->empty() ? void() : refuse(*obstacle);
    if (!graph::allowed(layer.root, graph::kFuseBottleneck))
      return refuse("turned off");
    Layer& whole = std::get<Layer>(bottleneck);
    auto plan = planBottleneck(whole, spec().machine);
    if (auto* reason = std::get_if<std::string>(&plan))
      return refuse(*reason);
    graph::taken(layer.node->getLoc(), graph::kFuseBottleneck,
                 "is one layer with what is before it, from '" + whole.before[0].name + "' on");
    whole.root->setAttr(kPlanAttr, toAttribute(&getContext(), std::get<Plan>(plan)));
    explainFusion(*whole.root);
    markBottleneck(whole);
    layer = std::move(whole);
  }

  Option<bool> fast_math{*this, "fast-math",
                         llvm::cl::desc("allow rewrites that change the last bits of f32")};

  void getDependentDialects(DialectRegistry& registry) const override {
    registry.insert<func::FuncDialect, arith::ArithDialect, math::MathDialect,
                    graph::GraphDialect>(); // of instructions' regions
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
    fuseBottlenecks(layers);
    const match::Patterns patterns = match::readPatterns(getContext(), spec());
    SmallVector<Attribute> unfit; // names of nodes
    bool words_fit = !failed;
    for (const Layer& layer : layers)
      if (std::string reason = plan(layer, layers, patterns); !reason.empty()) {
        emitError(layer.root->getLoc())
            << "'" << layer.name << "' does not fit " << spec().machine.name << ": " << reason;
        failed = true;
        words_fit &= layer.kind != Kind::Words;
        for (Operation* op : {layer.root, layer.node})
          unfit.push_back(StringAttr::get(&getContext(), graph::nodeName(op->getLoc())));
      }
    if (words_fit && !unfit.empty())
      getOperation()->setAttr(kUnfitAttr, ArrayAttr::get(&getContext(), unfit));
    if (failed)
      signalPassFailure();
  }
};

} // namespace

void registerPlanPass() {
  PassRegistration<PlanPass>();
}

std::unique_ptr<Pass> createPlanPass(const isa::Spec& spec, bool fast_math) {
  return std::make_unique<PlanPass>(spec, fast_math);
}

} // namespace npuforge::tile
