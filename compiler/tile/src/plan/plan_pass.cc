// tile-plan: a plan for every layer, or all reasons why there is none.
#include "npuforge/compiler/graph/Graph.h"
#include "npuforge/compiler/graph/optimisations.h"
#include "npuforge/compiler/tile/Tile.h"
#include "npuforge/compiler/tile/unfit.h"

#include "bottleneck/plan.h"
#include "conv/rows.h"
#include "maps/map_plan.h"
#include "mlir/IR/BuiltinOps.h"
#include "pattern_pass.h"
#include "plan/plan_check.h"
#include "words/concat.h"
#include "words/epilogue.h"

namespace npuforge::tile {

using namespace mlir;

namespace {

struct PlanPass : PatternPass<PlanPass> {
  MLIR_DEFINE_EXPLICIT_INTERNAL_INLINE_TYPE_ID(PlanPass)
  using PatternPass::PatternPass;
  StringRef getArgument() const override { return "tile-plan"; }
  StringRef getDescription() const override {
    return "Write each layer's tile sizes and loop order as tile.plan";
  }

  /// Network inputs whose every reader is a convolution that profits stay row-major. A plan that is
  /// given decides for all readers.
  bool isPlain(Value input, const std::vector<Layer>& layers) {
    if (!mlir::isa<BlockArgument>(input))
      return false;
    for (const Layer& layer : layers)
      if (auto given = given_.find(layer.root); given != given_.end() && layer.input == input)
        return given->second.plain && mayBePlain(input, layers);
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

  static bool mayBePlain(Value input, const std::vector<Layer>& layers) {
    return llvm::all_of(layers, [&](const Layer& layer) {
      return !readsBesides(layer, input) &&
             (layer.input != input || (layer.kind == Kind::Conv && layer.window.dilation_w == 1));
    });
  }

  /// Writes a layer's plan; why there is none, or "".
  std::string plan(const Layer& layer, const std::vector<Layer>& layers,
                   const match::Patterns& patterns) {
    if (auto given = given_.find(layer.root); given != given_.end())
      return checkGiven(layer, given->second, layers);
    if (layer.kind == Kind::Bottleneck || layer.mapped || layer.average)
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

  /// Why a plan that is there already is wrong, or "".
  std::string checkGiven(const Layer& layer, const Plan& plan, const std::vector<Layer>& layers) {
    const bool plain = isPlain(layer.input, layers);
    if (plan.plain != plain)
      return plain ? "other layers read its input as plain: row-major"
                   : "plain is for network inputs that nothing but convolutions read, all of them "
                     "as plain, none with dilated columns";
    const std::string wrong = checkPlan(layer, plan, spec().machine);
    return wrong.empty() ? "" : ("the plan that is given is wrong: " + wrong);
  }

  /// Plans that stand in the text: written by hand, or by a search. False, with errors, where one
  /// is none, or on an operation that has none of this form.
  bool readGiven(Operation* op) {
    if (!isGivenMean(*op))
      op->removeAttr(kWithinAttr); // is written anew
    if (op->hasAttr(kBottleneckAttr) && !op->hasAttr(kPlanAttr))
      return op->emitError() << "has " << kBottleneckAttr << " and no " << kPlanAttr, false;
    if (!op->hasAttr(kPlanAttr) || wordsKind(*op) || op->hasAttr(kFusedAttr))
      return true; // layers over words have plans of their own form
    if (!isLayer(*op) || mlir::isa<graph::MapOp>(op))
      return op->emitError() << "has a " << kPlanAttr
                             << ", which only the last operation of a convolution, pooling, sum or "
                                "rescaling may have before tile-plan",
             false;
    FailureOr<Plan> plan = readPlan(*op);
    if (succeeded(plan))
      given_[op] = *plan;
    return succeeded(plan);
  }

  /// A convolution whose mean is a layer with a plan that is given: as the text says.
  static bool isGivenMean(Operation& op) {
    return op.getNumResults() == 1 && op.hasOneUse() &&
           mlir::isa<graph::QAvgPoolOp>(*op.user_begin()) && op.user_begin()->hasAttr(kPlanAttr);
  }

  /// Layers that are faster as one become one.
  void fuseBottlenecks(std::vector<Layer>& layers) {
    for (Layer& layer : layers)
      fuseBottleneck(layer);
    llvm::erase_if(layers, [](const Layer& layer) { return layer.root->hasAttr(kWithinAttr); });
  }

  struct Fused {
    Layer layer;
    BottleneckPlan plan;
  };
  /// The layer with the ones before it, if that is faster; else why not.
  std::variant<Fused, std::string> fusedPlan(const Layer& layer,
                                             std::variant<Layer, std::string> bottleneck) {
    if (auto* obstacle = std::get_if<std::string>(&bottleneck))
      return *obstacle;
    if (!graph::allowed(layer.root, graph::kFuseBottleneck))
      return "turned off";
    Layer& whole = std::get<Layer>(bottleneck);
    if (llvm::any_of(whole.before, [&](const Layer& part) { return given_.contains(part.root); }))
      return "the plan of a layer before it is given";
    auto plan = planBottleneck(whole, spec().machine);
    if (auto* reason = std::get_if<std::string>(&plan))
      return *reason;
    return Fused{std::move(whole), std::get<BottleneckPlan>(plan)};
  }

  void fuseBottleneck(Layer& layer) {
    auto refuse = [&](const llvm::Twine& why) {
      graph::refused(layer.node->getLoc(), graph::kFuseBottleneck, why);
    };
    if (layer.kind == Kind::Bottleneck) // as the plan that is given says
      return markBottleneck(layer);
    if (given_.contains(layer.root))
      return refuse("its plan is given");
    std::optional<Fused> best;
    std::string why;
    for (auto* join : {bottleneckOf, separableOf}) {
      auto fused = fusedPlan(layer, join(layer));
      if (auto* reason = std::get_if<std::string>(&fused))
        why += reason->empty() || *reason == why ? "" : (why.empty() ? "" : "; ") + *reason;
      else if (!best || std::get<Fused>(fused).plan.saved > best->plan.saved)
        best = std::move(std::get<Fused>(fused));
    }
    if (!best)
      return why.empty() ? void() : refuse(why);
    Layer& whole = best->layer;
    graph::taken(layer.node->getLoc(), graph::kFuseBottleneck,
                 "is one layer with what is before it, from '" + whole.before[0].name + "' on");
    whole.root->setAttr(kPlanAttr, toAttribute(&getContext(), best->plan.plan));
    explainFusion(*whole.root);
    markBottleneck(whole);
    layer = std::move(whole);
  }

  /// Means over all pixels that alone read a convolution become its last step.
  void fuseMeans(std::vector<Layer>& layers) {
    for (Layer& layer : layers)
      if (layer.kind == Kind::AveragePool)
        fuseMean(layer, layers);
    llvm::erase_if(layers, [](const Layer& layer) { return layer.root->hasAttr(kWithinAttr); });
  }

  void fuseMean(Layer& mean, const std::vector<Layer>& layers) {
    auto fused = meanPlan(mean, layers);
    if (auto* why = std::get_if<std::string>(&fused))
      return why->empty() ? void() : graph::refused(mean.root->getLoc(), graph::kFusePool, *why);
    auto& [layer, plan] = std::get<Mean>(fused);
    graph::taken(mean.root->getLoc(), graph::kFusePool,
                 "is the last step of '" + graph::nodeName(layer.node->getLoc()) + "'");
    mean.input.getDefiningOp()->setAttr(kWithinAttr, UnitAttr::get(&getContext()));
    layer.root->setAttr(kPlanAttr, toAttribute(&getContext(), plan));
    mean = std::move(layer);
  }

  struct Mean {
    Layer layer;
    Plan plan;
  };
  /// The mean and the convolution before it as one layer, or why not; "" where there is none.
  std::variant<Mean, std::string> meanPlan(const Layer& mean, const std::vector<Layer>& layers) {
    auto conv = averagedConv(mean);
    if (auto* why = std::get_if<std::string>(&conv))
      return *why;
    if (!graph::allowed(mean.root, graph::kFusePool))
      return "turned off";
    Operation* made = mean.input.getDefiningOp();
    if (made->hasAttr(kWithinAttr) || given_.contains(made) || given_.contains(mean.root))
      return "the convolution is a part of another layer, or a plan is given";
    Layer& layer = std::get<Layer>(conv);
    auto plan = makePlan(layer, isPlain(layer.input, layers), spec().machine);
    if (auto* why = std::get_if<std::string>(&plan))
      return *why;
    return Mean{std::move(layer), std::get<Plan>(plan)};
  }

  /// Maps that alone read a convolution become its last step.
  void fuseMaps(std::vector<Layer>& layers, const match::Patterns& patterns) {
    for (Layer& layer : layers)
      if (layer.kind == Kind::Map)
        fuseMap(layer, layers, patterns);
    llvm::erase_if(layers, [](const Layer& layer) { return layer.root->hasAttr(kWithinAttr); });
  }

  void fuseMap(Layer& map, const std::vector<Layer>& layers, const match::Patterns& patterns) {
    auto fused = mappedPlan(map, layers, patterns);
    if (auto* why = std::get_if<std::string>(&fused))
      return why->empty() ? void() : graph::refused(map.root->getLoc(), graph::kFuseMap, *why);
    auto& [layer, plan, cover] = std::get<Mapped>(fused);
    graph::taken(map.root->getLoc(), graph::kFuseMap,
                 "is the last step of '" + graph::nodeName(layer.node->getLoc()) + "'");
    map.input.getDefiningOp()->setAttr(kWithinAttr, UnitAttr::get(&getContext()));
    layer.root->setAttr(kPlanAttr, toAttribute(&getContext(), plan));
    layer.root->setAttr(kCoverAttr, toAttribute(&getContext(), cover));
    map = std::move(layer);
  }

  struct Mapped {
    Layer layer;
    Plan plan;
    MapPlan cover;
  };
  /// The map and the convolution before it as one layer, or why not; "" where there is none.
  std::variant<Mapped, std::string> mappedPlan(const Layer& map, const std::vector<Layer>& layers,
                                               const match::Patterns& patterns) {
    auto conv = mappedConv(map);
    if (auto* why = std::get_if<std::string>(&conv))
      return *why;
    if (!graph::allowed(map.root, graph::kFuseMap))
      return "turned off";
    if (hasChannelOperands(map))
      return "it has operands for each channel";
    if (map.input.getDefiningOp()->hasAttr(kWithinAttr) ||
        given_.contains(map.input.getDefiningOp()))
      return "the convolution is a part of another layer, or its plan is given";
    Layer& layer = std::get<Layer>(conv);
    auto plans = makeMappedPlan(layer, isPlain(layer.input, layers), spec(), patterns, fast_math);
    if (auto* why = std::get_if<std::string>(&plans))
      return *why;
    auto& [plan, cover] = std::get<0>(plans);
    return Mapped{std::move(layer), plan, std::move(cover)};
  }

  llvm::DenseMap<Operation*, Plan> given_;

  void runOnOperation() override {
    given_.clear();
    std::vector<Layer> layers;
    bool failed = false;
    getOperation().walk([&](Operation* op) {
      failed |= !readGiven(op);
      if (!isLayer(*op))
        return;
      FailureOr<Layer> layer = readLayer(*op);
      if (mlir::failed(layer))
        failed = true;
      else
        layers.push_back(std::move(*layer));
    });
    fuseBottlenecks(layers);
    fuseMeans(layers);
    const match::Patterns patterns = match::readPatterns(getContext(), spec());
    fuseMaps(layers, patterns);
    markRows(layers, spec().machine.array.cols);
    if (graph::allowed(getOperation(), graph::kInRows))
      markParts(layers, spec().machine.array.cols);
    llvm::erase_if(layers, [](const Layer& layer) { return !isLayer(*layer.root); });
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
