#include "cores/core_code.h"

#include "npuforge/compiler/graph/values.h"
#include "npuforge/compiler/tile/layer_value.h"
#include "npuforge/compiler/tile/placement.h"

#include "control/control_code.h"
#include "layer_code.h"
#include "maps/map_plan.h"
#include "words/words.h"

namespace npuforge::tile {

using namespace mlir;

LogicalResult CoreCode::write(Flow& flow, bool host_control) {
  OpBuilder& builder = e_.builder;
  Block* block = builder.getInsertionBlock();
  const bool at_begin = builder.getInsertionPoint() == block->begin();
  Operation* before = at_begin ? nullptr : &*std::prev(builder.getInsertionPoint());
  session_.host_control = host_control;
  if (failed(makeCodes(flow)) || failed(writeFlow(flow, flow)))
    return failure();
  makeCredits(before ? before->getNextNode() : &block->front());
  return success();
}

/// All layers' codes exist before the first one runs.
LogicalResult CoreCode::makeCodes(Flow& flow) {
  for (Step& step : flow.steps) {
    if (step.isLayer() && !(step.code = makeCode(e_, session_, step.layer, step.plan, spec_)))
      return failure();
    for (Flow& body : step.bodies)
      if (failed(makeCodes(body)))
        return failure();
  }
  return success();
}

namespace {
/// Is there no layer from `step` on that loads weights?
bool weighsNothing(llvm::ArrayRef<Step> steps) {
  return llvm::all_of(
      steps, [](const Step& step) { return step.code && step.code->weightLoads().groups == 0; });
}
} // namespace

/// Of a turn of a loop those layers that load no weights wait for each other: what the next turn
/// begins with is loaded meanwhile.
LogicalResult CoreCode::writeFlow(Flow& flow, const Flow& main, LayerCode* behind) {
  noteDeciding(session_, flow);
  LogicalResult done = success();
  for (auto [index, step] : llvm::enumerate(flow.steps)) {
    e_.location = step.op->getLoc();
    const bool more = index + 1 < flow.steps.size();
    // Nothing runs ahead into control flow and out of it.
    const bool ahead = behind && weighsNothing(llvm::ArrayRef(flow.steps).drop_front(index + 1));
    session_.next = ahead ? behind : more ? flow.steps[index + 1].code.get() : nullptr;
    if (!step.isLayer()) {
      writeControl(e_, session_, step, [&](Flow& body, LayerCode* behind) {
        done = failure(failed(done) || failed(writeFlow(body, main, behind)));
      });
      session_.stores_inputs = true; // copies of what bodies make
    } else if (succeeded(done)) {
      done = makeLayer(step, &flow == &main);
      loadDecision(e_, session_, *step.op, *step.code);
    }
  }
  return done;
}

/// Which of the network's values a layer stores, and how; null if its name is not known.
DictionaryAttr CoreCode::describeValue(Operation& root) {
  OpBuilder& builder = e_.builder;
  auto value = graph::networkValue(root.getLoc());
  for (Operation* user : root.getUsers()) // a reshape of it is the same bytes
    if (!value && mlir::isa<graph::ReshapeOp>(user))
      value = graph::networkValue(user->getLoc());
  auto type = cast<RankedTensorType>(root.getResult(0).getType());
  const bool words = isWords(root.getResult(0));
  const bool moved = session_.tensor(root.getResult(0)).symbol.empty(); // stored in another order
  if (!value || moved || (!words && !type.getElementType().isSignlessInteger(8)))
    return {};
  auto data =
      FlatSymbolRefAttr::get(builder.getContext(), session_.tensor(root.getResult(0)).symbol);
  return builder.getDictionaryAttr(
      {builder.getNamedAttr("name", builder.getStringAttr(value->name)),
       builder.getNamedAttr("order", builder.getDenseI64ArrayAttr(value->order)),
       builder.getNamedAttr("shape", builder.getDenseI64ArrayAttr(type.getShape())),
       builder.getNamedAttr("layout", builder.getStringAttr(words ? "words" : "blocked")),
       builder.getNamedAttr("data", data)});
}

/// A value of the network is one of @main: those of bodies have another one each turn.
LogicalResult CoreCode::makeLayer(Step& step, bool of_network) {
  OpBuilder& builder = e_.builder;
  auto op = LayerOp::create(builder, e_.location, step.name);
  OpBuilder::InsertionGuard guard(builder);
  builder.createBlock(&op.getBody());
  session_.expect(step.expects);
  step.code->run();
  if (session_.expects())
    return step.op->emitError() << "'" << step.name << "' waits for no other core before it loads";
  if (Attribute cover = step.op->getAttr(kCoverAttr))
    op->setAttr(kCoverAttr, cover); // for reports
  if (!step.predicted.empty())
    op->setAttr(kPredictedAttr, builder.getDenseI64ArrayAttr(step.predicted));
  if (DictionaryAttr value = of_network ? describeValue(*step.op) : DictionaryAttr())
    op->setAttr(kLayerValueAttr, value);
  // The next layer's loads wait for one token of this layer's stores.
  e_.signal("store", "load");
  session_.first_layer = false;
  session_.stores_inputs = step.layer.kind == Kind::Words;
  if (!step.tells.empty())
    NotifyOp::create(builder, e_.location, "store", core_, step.tells);
  return success();
}

/// Two free slots of everything that units hand back to each other.
void CoreCode::makeCredits(Operation* before) {
  OpBuilder::InsertionGuard guard(e_.builder);
  e_.builder.setInsertionPoint(before);
  for (int slot = 0; slot < 2; ++slot)
    for (const auto& [from, unit] : session_.credits())
      e_.signal(from, unit);
}

} // namespace npuforge::tile
