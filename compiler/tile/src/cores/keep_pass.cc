// tile-keep: weights that several tasks of a core use stay in its scratchpad.
#include <map>

#include "npuforge/compiler/graph/optimisations.h"
#include "npuforge/compiler/tile/placement.h"
#include "npuforge/compiler/tile/spec_pass.h"

#include "cores/kept_weights.h"
#include "cores/part.h"
#include "cores/weight_keys.h"
#include "flow.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"

namespace npuforge::tile {

using namespace mlir;

namespace {

/// The tasks of the layers of @main, core by core.
class Keeping {
public:
  Keeping(const Flow& flow, const isa::Machine& machine)
      : flow_(flow), machine_(machine), keys_(machine) {}

  LogicalResult run() {
    for (auto [index, step] : llvm::enumerate(flow_.steps))
      if (failed(add(step, index)))
        return failure();
    for (const auto& [core, own] : cores_)
      keep(own);
    for (auto [index, step] : llvm::enumerate(flow_.steps))
      if (changed_.contains(index))
        step.op->setAttr(kTasksAttr, toAttribute(step.op->getContext(), tasks_[index]));
    return success();
  }

private:
  struct Place {
    size_t step, task;
    Plan plan;
  };
  struct Core {
    std::vector<Place> places;
    std::vector<WeightUse> uses;
  };

  LogicalResult add(const Step& step, size_t index) {
    FailureOr<std::vector<Task>> tasks = readTasks(*step.op);
    if (failed(tasks))
      return failure();
    for (auto [number, task] : llvm::enumerate(*tasks)) {
      const Layer own = task.part.whole() ? step.layer : partOf(step.layer, task.part, machine_);
      Plan plan = step.plan;
      if (task.plan && own.kind != Kind::Words) {
        FailureOr<Plan> given = readPlan(*step.op, task.plan);
        if (failed(given))
          return failure();
        plan = *given;
      }
      Core& core = cores_[task.core];
      core.places.push_back({index, number, plan});
      core.uses.push_back(useOf(own, plan));
      if (task.shares_weights) // they come in parts, from several cores
        core.uses.back().bytes = 0;
    }
    tasks_.push_back(std::move(*tasks));
    return success();
  }

  WeightUse useOf(const Layer& layer, const Plan& plan) {
    const WeightKeys::Weights own = keys_.of(layer, plan);
    return {own.key, own.bytes, layer.kind == Kind::Conv, own.beside};
  }

  void keep(const Core& core) {
    const tile::Place room = MemoryMap(machine_).kept;
    const auto kept = keepWeights(core.uses, room.bytes);
    for (auto [place, use, own] : llvm::zip(core.places, core.uses, kept)) {
      if (!own)
        continue;
      Plan plan = place.plan;
      plan.kept = room.address + own->at, plan.found = own->found;
      Operation& op = *flow_.steps[place.step].op;
      tasks_[place.step][place.task].plan = toAttribute(op.getContext(), plan);
      changed_.insert(place.step);
      if (own->found)
        graph::taken(flow_.steps[place.step].layer.node->getLoc(), graph::kShareWeights,
                     "its weights are in the scratchpad of core " +
                         std::to_string(tasks_[place.step][place.task].core));
    }
  }

  const Flow& flow_;
  const isa::Machine& machine_;
  std::vector<std::vector<Task>> tasks_; ///< of each step
  std::map<int64_t, Core> cores_;
  WeightKeys keys_;
  llvm::DenseSet<size_t> changed_;
};

struct KeepPass : SpecPass<KeepPass> {
  MLIR_DEFINE_EXPLICIT_INTERNAL_INLINE_TYPE_ID(KeepPass)
  using SpecPass::SpecPass;
  StringRef getArgument() const override { return "tile-keep"; }
  StringRef getDescription() const override {
    return "Keep weights in the scratchpad between tasks of a core that use them";
  }

  void runOnOperation() override {
    auto main = getOperation().lookupSymbol<func::FuncOp>("main");
    auto how = getOperation()->getAttrOfType<StringAttr>(kPlacementAttr);
    if (!main || (how && how.getValue() == kInTurns))
      return;
    FailureOr<Flow> flow = readFlow(main);
    if (failed(flow))
      return signalPassFailure();
    const bool control =
        llvm::any_of(flow->steps, [](const Step& step) { return !step.isLayer(); });
    if (!control && failed(Keeping(*flow, spec().machine).run()))
      signalPassFailure();
  }
};

} // namespace

void registerKeepPass() {
  PassRegistration<KeepPass>();
}

std::unique_ptr<Pass> createKeepPass(const isa::Spec& spec) {
  return std::make_unique<KeepPass>(spec);
}

} // namespace npuforge::tile
