// tile-place: tasks of layers on the plane of cores and time.
#include "npuforge/compiler/graph/optimisations.h"
#include "npuforge/compiler/tile/placement.h"
#include "npuforge/compiler/tile/spec_pass.h"

#include "conv/share.h"
#include "cores/layer_reads.h"
#include "cores/plane.h"
#include "cores/weight_keys.h"
#include "flow.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"

namespace npuforge::tile {

using namespace mlir;

namespace {

/// The layers of @main as operators, with their ways.
class Placement {
public:
  Placement(const Flow& flow, const isa::Spec& spec)
      : flow_(flow), spec_(spec), machine_(spec.machine), keys_(spec.machine) {}

  void run(StringRef how) {
    for (const Step& step : flow_.steps)
      add(step);
    const isa::DramParams& dram = machine_.dram;
    const MemoryMap map(machine_);
    const PlaneMachine plane{machine_.cores, dram.beat_bytes, map.weights[0].bytes,
                             machine_.events.latency + 2 * dram.latency, map.kept.bytes};
    write(how == kInTurns ? placeInTurn(operators_, plane) : placeOnPlane(operators_, plane));
  }

private:
  struct Way {
    std::vector<Part> parts;
    std::vector<Attribute> plans;
    bool shares_weights = false;
  };

  void add(const Step& step) {
    PlaneOperator op;
    for (Operation* made : readsOf(*step.op))
      op.reads.push_back(numbers_.lookup(made));
    numbers_[step.op] = static_cast<int>(operators_.size());
    op.ways.push_back({costOf(step.layer, step.plan)});
    ways_.push_back({Way{{Part{}}, {Attribute()}}});
    for (int64_t count = 2; count <= machine_.cores; ++count)
      for (int64_t rows = 1; rows <= count; ++rows)
        if (count % rows == 0)
          addWay(step, rows, count / rows, op);
    operators_.push_back(std::move(op));
  }

  TaskCost costOf(const Layer& layer, const Plan& plan, int64_t at_once = 1) {
    TaskCost cost = taskCost(layer, plan, machine_, at_once);
    const WeightKeys::Weights own = keys_.of(layer, plan);
    cost.weights = own.key, cost.kept = own.bytes, cost.beside = own.beside;
    return cost;
  }

  /// The layer in parts, if it can be cut so and all of them fit.
  void addWay(const Step& step, int64_t rows, int64_t blocks, PlaneOperator& op) {
    Way way{partsOf(step.layer, rows, blocks, machine_), {}};
    PlaneWay tasks;
    std::vector<std::pair<Layer, Plan>> layers;
    if (way.parts.size() != static_cast<size_t>(rows * blocks))
      return;
    for (const Part& part : way.parts) {
      auto attribute = planPart(step.layer, part, spec_);
      if (std::holds_alternative<std::string>(attribute))
        return;
      way.plans.push_back(std::get<Attribute>(attribute));
      FailureOr<Plan> plan = step.layer.kind == Kind::Words ? FailureOr<Plan>(Plan())
                                                            : readPlan(*step.op, way.plans.back());
      if (failed(plan))
        return;
      layers.push_back({partOf(step.layer, part, machine_), *plan});
      tasks.push_back(costOf(layers.back().first, *plan, rows * blocks));
    }
    op.ways.push_back(tasks);
    ways_.back().push_back(way);
    if (rows > 1 && step.layer.kind == Kind::Conv && graph::allowed(step.op, graph::kCopyWeights) &&
        canShare(step, layers, blocks)) {
      way.shares_weights = true;
      for (auto [index, task] : llvm::enumerate(tasks))
        shareWeights(task, static_cast<int64_t>(index) % blocks, {rows, blocks}, machine_);
      op.ways.push_back(std::move(tasks));
      ways_.back().push_back(std::move(way));
    }
  }

  /// Parts of the same blocks are `blocks` apart in the list.
  bool canShare(const Step& step, ArrayRef<std::pair<Layer, Plan>> layers, int64_t blocks) {
    for (int64_t first = 0; first < blocks; ++first) {
      std::vector<SharedPart> parts;
      for (size_t i = first; i < layers.size(); i += blocks)
        parts.push_back({static_cast<int>(i), &layers[i].first, &layers[i].second});
      std::string why = checkShared(parts, spec_);
      if (why.empty() && !loadsBlocksOnce(parts.front(), machine_))
        why = "they are not loaded once, one block behind the other";
      if (!why.empty()) {
        graph::refused(step.layer.node->getLoc(), graph::kCopyWeights,
                       std::to_string(parts.size()) + " cores: " + why);
        return false;
      }
    }
    return true;
  }

  /// Cores run their tasks in the order in which the operators stand.
  void reorder(const Plane& plane) {
    Block& block = func::FuncOp(flow_.function).getBody().front();
    llvm::DenseSet<Operation*> placed;
    std::function<void(Operation*)> place = [&](Operation* op) {
      if (!op || !placed.insert(op).second)
        return;
      for (Value operand : op->getOperands())
        place(operand.getDefiningOp());
      op->moveBefore(block.getTerminator());
    };
    for (int index : plane.order)
      place(flow_.steps[index].op);
    SmallVector<Operation*> rest;
    for (Operation& op : block.without_terminator())
      if (!placed.contains(&op))
        rest.push_back(&op);
    for (Operation* op : rest)
      place(op);
  }

  void write(const Plane& plane) {
    reorder(plane);
    MLIRContext* context = flow_.steps.front().op->getContext();
    for (auto [index, step] : llvm::enumerate(flow_.steps)) {
      const PlanePlace& place = plane.places[index];
      const Way& way = ways_[index][place.way];
      std::vector<Task> tasks;
      SmallVector<int64_t> predicted;
      for (auto [task, slot] : llvm::enumerate(place.tasks)) {
        tasks.push_back({slot.core, way.parts[task], way.plans[task], way.shares_weights});
        predicted.append({slot.start, slot.end});
      }
      if (way.shares_weights)
        graph::taken(step.layer.node->getLoc(), graph::kCopyWeights,
                     std::to_string(tasks.size()) + " parts load each weight once");
      step.op->setAttr(kTasksAttr, toAttribute(context, tasks));
      step.op->setAttr(kPredictedAttr, DenseI64ArrayAttr::get(context, predicted));
    }
  }

  const Flow& flow_;
  const isa::Spec& spec_;
  const isa::Machine& machine_;
  WeightKeys keys_;
  llvm::DenseMap<Operation*, int> numbers_;
  std::vector<PlaneOperator> operators_;
  std::vector<std::vector<Way>> ways_;
};

struct PlacePass : SpecPass<PlacePass> {
  MLIR_DEFINE_EXPLICIT_INTERNAL_INLINE_TYPE_ID(PlacePass)
  using SpecPass::SpecPass;
  StringRef getArgument() const override { return "tile-place"; }
  StringRef getDescription() const override {
    return "Place layers, or parts of them, on the machine's cores";
  }

  void runOnOperation() override {
    auto main = getOperation().lookupSymbol<func::FuncOp>("main");
    if (spec().machine.cores == 1)
      return;
    if (!main)
      return getOperation().emitError() << "there is no function @main", signalPassFailure();
    FailureOr<StringRef> how = placement();
    FailureOr<Flow> flow = failed(how) ? FailureOr<Flow>() : readFlow(main);
    if (failed(how) || failed(flow))
      return signalPassFailure();
    const bool given =
        llvm::any_of(flow->steps, [](const Step& step) { return step.op->hasAttr(kTasksAttr); });
    // What decides about control flow is where that is: all of it on core 0, as without tasks.
    const bool control =
        llvm::any_of(flow->steps, [](const Step& step) { return !step.isLayer(); });
    if (!given && !control && *how != kOnOne && !flow->steps.empty())
      Placement(*flow, spec()).run(*how);
  }

private:
  FailureOr<StringRef> placement() {
    auto how = getOperation()->getAttrOfType<StringAttr>(kPlacementAttr);
    if (!how)
      return StringRef(kOnPlane);
    if (!llvm::is_contained({kOnPlane, kOnOne, kInTurns}, how.getValue()))
      return getOperation().emitError() << "has the unknown " << kPlacementAttr << " " << how;
    return how.getValue();
  }
};

} // namespace

void registerPlacePass() {
  PassRegistration<PlacePass>();
}

std::unique_ptr<Pass> createPlacePass(const isa::Spec& spec) {
  return std::make_unique<PlacePass>(spec);
}

} // namespace npuforge::tile
