// The attribute `tile.tasks`.
#include "cores/part.h"
#include "llvm/ADT/STLExtras.h"
#include "mlir/IR/Builders.h"
#include "plan/plan.h"

namespace npuforge::tile {

using namespace mlir;

namespace {

constexpr StringLiteral kCore = "core", kRows = "rows", kBlocks = "blocks", kPlan = "plan",
                        kSharesWeights = "shares_weights";

LogicalResult refuse(Operation& op, const llvm::Twine& why) {
  return op.emitError() << "has a " << kTasksAttr << ' ' << why;
}

LogicalResult readRange(Operation& op, DictionaryAttr task, StringRef name,
                        std::optional<Range>& range) {
  Attribute value = task.get(name);
  if (!value)
    return success();
  auto bounds = dyn_cast<DenseI64ArrayAttr>(value);
  if (!bounds || bounds.size() != 2)
    return refuse(op, "whose '" + name + "' is not array<i64: first, behind the last>");
  range = Range{bounds[0], bounds[1]};
  return success();
}

FailureOr<Task> readTask(Operation& op, Attribute attribute) {
  auto entries = dyn_cast<DictionaryAttr>(attribute);
  auto core = entries ? entries.getAs<IntegerAttr>(kCore) : IntegerAttr();
  if (!core || !core.getType().isInteger(64) || core.getInt() < 0)
    return refuse(op, "with a task without a 'core', a number of type i64 from 0 on");
  for (NamedAttribute named : entries)
    if (!llvm::is_contained({kCore, kRows, kBlocks, kPlan, kSharesWeights},
                            named.getName().getValue()))
      return refuse(op, "with the unknown '" + named.getName().getValue() + "'");
  if (entries.get(kSharesWeights) && !entries.getAs<UnitAttr>(kSharesWeights))
    return refuse(op, "whose 'shares_weights' has a value; it has none");
  Task task{core.getInt(), {}, entries.get(kPlan), entries.contains(kSharesWeights)};
  if (failed(readRange(op, entries, kRows, task.part.rows)) ||
      failed(readRange(op, entries, kBlocks, task.part.blocks)))
    return failure();
  return task;
}

} // namespace

Attribute toAttribute(MLIRContext* context, ArrayRef<Task> tasks) {
  Builder b(context);
  SmallVector<Attribute> list;
  for (const Task& task : tasks) {
    NamedAttrList entries;
    entries.append(kCore, b.getI64IntegerAttr(task.core));
    for (const auto& [name, range] :
         {std::pair(kRows, task.part.rows), {kBlocks, task.part.blocks}})
      if (range)
        entries.append(name, b.getDenseI64ArrayAttr({range->begin, range->end}));
    if (task.plan)
      entries.append(kPlan, task.plan);
    if (task.shares_weights)
      entries.append(kSharesWeights, b.getUnitAttr());
    list.push_back(entries.getDictionary(context));
  }
  return b.getArrayAttr(list);
}

FailureOr<std::vector<Task>> readTasks(Operation& op) {
  Attribute attribute = op.getAttr(kTasksAttr);
  if (!attribute)
    return std::vector<Task>{Task{}};
  auto list = dyn_cast<ArrayAttr>(attribute);
  if (!list || list.empty())
    return refuse(op, "that is not a list of tasks");
  std::vector<Task> tasks;
  for (Attribute entry : list) {
    FailureOr<Task> task = readTask(op, entry);
    if (failed(task))
      return failure();
    tasks.push_back(*task);
  }
  return tasks;
}

} // namespace npuforge::tile
