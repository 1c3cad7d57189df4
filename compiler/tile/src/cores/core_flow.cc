#include "cores/core_flow.h"

#include <map>

#include "npuforge/compiler/tile/placement.h"

#include "conv/share.h"
#include "cores/layer_reads.h"
#include "cores/task_order.h"

namespace npuforge::tile {

using namespace mlir;

namespace {

class Division {
public:
  explicit Division(const isa::Spec& spec)
      : spec_(spec), machine_(spec.machine), last_(machine_.cores) {}

  FailureOr<std::vector<CoreFlow>> run(Flow flow) {
    auto how = flow.function->getParentOp()->getAttrOfType<StringAttr>(kPlacementAttr);
    barriers_ = how && how.getValue() == kInTurns;
    for (Step& step : flow.steps) {
      before_ = behind_;
      behind_ = tasks_.size();
      if (failed(step.isLayer() ? divide(step) : keep(step)))
        return failure();
    }
    const bool single =
        llvm::all_of(tasks_, [&](const OrderedTask& task) { return task.core == tasks_[0].core; });
    if (control_ && !single)
      return control_->emitError() << "control flow stands on one core with all layers; other "
                                      "cores have tasks as well";
    if (failed(order(flow)))
      return failure();
    return std::move(flows_);
  }

private:
  /// Control flow is on core 0, with the layers of its bodies.
  LogicalResult keep(Step& step) {
    control_ = step.op;
    if (failed(refuseTasks(step)))
      return failure();
    add(0, std::move(step), {});
    return success();
  }

  static LogicalResult refuseTasks(const Step& step) {
    for (const Flow& body : step.bodies)
      for (const Step& inner : body.steps) {
        if (inner.op->hasAttr(kTasksAttr))
          return inner.op->emitError() << "has a " << kTasksAttr << " inside control flow, whose "
                                       << "layers are all on core 0";
        if (failed(refuseTasks(inner)))
          return failure();
      }
    return success();
  }

  LogicalResult divide(Step& step) {
    FailureOr<std::vector<Task>> tasks = readTasks(*step.op);
    if (failed(tasks) || failed(check(step, *tasks)))
      return failure();
    auto times = step.op->getAttrOfType<DenseI64ArrayAttr>(kPredictedAttr);
    if (times && times.size() != static_cast<int64_t>(2 * tasks->size()))
      return step.op->emitError() << "has a " << kPredictedAttr << " with " << times.size()
                                  << " numbers for " << tasks->size() << " tasks";
    std::vector<Step> parts;
    for (auto [index, task] : llvm::enumerate(*tasks)) {
      Layer own = task.part.whole() ? step.layer : partOf(step.layer, task.part, machine_);
      Plan plan = step.plan;
      if (task.plan && own.kind != Kind::Words) {
        FailureOr<Plan> given = readPlan(*step.op, task.plan);
        if (failed(given))
          return failure();
        plan = *given;
      }
      std::string name = step.name;
      if (tasks->size() > 1)
        name += kPartMark + std::to_string(task.core);
      Step part{step.op, name, step.first, step.last, std::move(own), plan, {}, {}, {}};
      if (times)
        part.predicted = {times[2 * index], times[2 * index + 1]};
      parts.push_back(std::move(part));
    }
    if (failed(makeGangs(*tasks, parts)))
      return failure();
    for (auto [task, part] : llvm::zip_equal(*tasks, parts))
      add(task.core, std::move(part), task.part);
    return success();
  }

  /// Those that share weights, of each range of blocks.
  LogicalResult makeGangs(ArrayRef<Task> tasks, std::vector<Step>& parts) {
    std::map<std::pair<int64_t, int64_t>, std::vector<size_t>> gangs;
    for (auto [index, task] : llvm::enumerate(tasks)) {
      const Range blocks = task.part.blocks.value_or(Range{0, INT64_MAX});
      if (task.shares_weights)
        gangs[{blocks.begin, blocks.end}].push_back(index);
    }
    for (const auto& [blocks, members] : gangs)
      if (failed(makeGang(tasks, members, parts)))
        return failure();
    return success();
  }

  LogicalResult makeGang(ArrayRef<Task> tasks, ArrayRef<size_t> members, std::vector<Step>& parts) {
    auto gang = std::make_shared<Gang>();
    std::vector<SharedPart> shared;
    Operation* before = last_[tasks[members.front()].core];
    gang->early = before && isLayer(*before);
    for (size_t member : members) {
      const int64_t core = tasks[member].core;
      gang->early &= last_[core] == before;
      gang->cores.push_back(static_cast<int>(core));
      shared.push_back({static_cast<int>(core), &parts[member].layer, &parts[member].plan});
    }
    if (std::string wrong = checkShared(shared, spec_); !wrong.empty())
      return parts[members.front()].op->emitError()
             << "has a wrong " << kTasksAttr << ": weights are not shared: " << wrong;
    for (size_t member : members) {
      parts[member].layer.gang = gang;
      parts[member].layer.core = static_cast<int>(tasks[member].core);
    }
    return success();
  }

  LogicalResult check(const Step& step, ArrayRef<Task> tasks) {
    SmallVector<Part> parts;
    for (const Task& task : tasks) {
      if (task.core >= machine_.cores)
        return step.op->emitError() << "has a " << kTasksAttr << " for core " << task.core << "; "
                                    << machine_.name << " has " << machine_.cores;
      parts.push_back(task.part);
    }
    const bool whole = tasks.size() == 1 && parts[0].whole();
    if (std::string wrong = whole ? "" : checkParts(step.layer, parts, machine_); !wrong.empty())
      return step.op->emitError() << "has a wrong " << kTasksAttr << ": " << wrong;
    return success();
  }

  void add(int64_t core, Step step, const Part& part) {
    OrderedTask task{static_cast<int>(core), {}, 0, 0};
    for (Operation* made : readsOf(*step.op))
      for (int other : of_op_[made])
        if (!step.isLayer() || !steps_[other].second.isLayer() ||
            mayRead(step.layer, steps_[other].second.layer, parts_[other], machine_))
          task.reads.push_back(other);
    for (size_t other = before_; barriers_ && other < behind_; ++other)
      task.reads.push_back(static_cast<int>(other));
    if (!step.predicted.empty())
      task.begin = step.predicted[0], task.end = step.predicted[1];
    last_[core] = step.op;
    of_op_[step.op].push_back(static_cast<int>(tasks_.size()));
    tasks_.push_back(std::move(task));
    parts_.push_back(part);
    steps_.push_back({static_cast<int>(core), std::move(step)});
  }

  LogicalResult order(const Flow& flow) {
    auto order = orderTasks(tasks_, machine_.cores, machine_.events.max);
    if (!order)
      return flow.function->emitError() << "the tasks of the cores are in no order";
    std::map<int, CoreFlow> flows;
    for (auto [index, placed] : llvm::enumerate(steps_)) {
      auto& [core, step] = placed;
      const TaskOrder::Task& own = order->tasks[index];
      step.expects.assign(own.expects.begin(), own.expects.end());
      step.tells.assign(own.tells.begin(), own.tells.end());
      auto [at, is_new] =
          flows.try_emplace(core, CoreFlow{core, Flow{flow.function, {}, flow.end}});
      at->second.flow.steps.push_back(std::move(step));
    }
    for (auto& [core, own] : flows)
      flows_.push_back(std::move(own));
    return success();
  }

  const isa::Spec& spec_;
  const isa::Machine& machine_;
  std::vector<Operation*> last_; ///< of each core the step that was added last
  Operation* control_ = nullptr;
  bool barriers_ = false;          ///< each step waits for all of the one before
  size_t before_ = 0, behind_ = 0; ///< the tasks of the step before
  std::vector<OrderedTask> tasks_;
  std::vector<Part> parts_;
  std::vector<std::pair<int, Step>> steps_;
  llvm::DenseMap<Operation*, SmallVector<int>> of_op_;
  std::vector<CoreFlow> flows_;
};

} // namespace

FailureOr<std::vector<CoreFlow>> divideFlow(Flow flow, const isa::Spec& spec) {
  return Division(spec).run(std::move(flow));
}

} // namespace npuforge::tile
