#include "control/control_code.h"

#include "control/control_writer.h"
#include "control/loop_code.h"
#include "control/loop_places.h"

namespace npuforge::tile {

using namespace mlir;

void ControlWriter::inside(Region& region, const std::function<void()>& write) {
  OpBuilder::InsertionGuard guard(e.builder);
  if (region.empty())
    region.emplaceBlock();
  e.builder.setInsertionPointToEnd(&region.front());
  write();
}

void ControlWriter::layer(const char* what, ArrayRef<Transfer> copies,
                          const std::function<void()>& more) {
  if (copies.empty() && !more)
    return;
  auto op = LayerOp::create(e.builder, e.location, step.name + "." + what);
  OpBuilder::InsertionGuard guard(e.builder);
  e.builder.createBlock(&op.getBody());
  transfer(e, s, copies);
  if (more)
    more();
  e.signal("store", "load");
}

void ControlWriter::add(SmallVector<Transfer>& copies, const Tensor& from, const Tensor& to,
                        int64_t bytes) {
  if (bytes > 0)
    copies.push_back({from, {}, to, {}, bytes});
}

void ControlWriter::alias(ArrayRef<Value> arguments, ValueRange values) {
  for (auto [argument, value] : llvm::zip_equal(arguments, values))
    s.defineAll(argument, s.tensor(value));
}

Value ControlWriter::decision(Value value, const char* what) {
  if (s.host_control)
    askHost(what);
  if (auto ready = s.decided.find(behindReshapes(value)); ready != s.decided.end()) {
    Value number = ready->second;
    s.decided.erase(ready); // it has its register until it is used
    return number;
  }
  return readScalar(e, s, s.tensor(value));
}

void ControlWriter::askHost(const char* what) {
  StopOp::create(e.builder, e.location, step.name + ": " + what, true);
}

void BranchWriter::run(graph::IfOp op) {
  Value condition = decision(op.getCondition(), "which branch");
  auto branch = BranchOp::create(e.builder, e.location, step.name, condition);
  for (auto [index, arm] : llvm::enumerate(step.bodies)) {
    auto inputs = index == 0 ? op.getThenInputs() : op.getElseInputs();
    func::FuncOp function = arm.function;
    alias(SmallVector<Value>(function.getArguments()), inputs);
    SmallVector<std::pair<Value, Value>> copied;
    MadeValues made(function);
    for (auto [result, value] : llvm::zip_equal(
             op.getResults(), function.getBody().front().getTerminator()->getOperands()))
      if (made.take(value))
        s.defineAll(behindReshapes(value), s.tensor(result));
      else
        copied.push_back({value, result});
    inside(branch->getRegion(static_cast<unsigned>(index)), [&, &arm = arm] {
      body(arm, nullptr);
      SmallVector<Transfer> copies;
      for (auto [value, result] : copied)
        add(copies, s.tensor(value), s.tensor(result), bytesOf(result));
      layer(index == 0 ? "then.results" : "else.results", copies);
    });
  }
  settle(e); // the arms may have taken slots in another order
}

namespace {

/// Tensors of the step's results; those of a loop are LoopCode's.
void defineResults(Session& session, const Lives& lives, Step& step, const isa::Machine& machine) {
  for (Value result : step.op->getResults()) {
    Tensor tensor = session.reserve(step.name + ".result", wordsBytes(result, machine));
    session.setLife(tensor, step.first, std::max(step.last, lives.lastRead(result)));
    session.defineAll(result, tensor);
  }
}

} // namespace

void defineControl(Session& session, const Lives& lives, Step& step, const isa::Machine& machine) {
  if (auto loop = dyn_cast<graph::LoopOp>(step.op))
    defineLoop(session, lives, step, loop, machine);
  else
    defineResults(session, lives, step, machine);
}

void writeControl(Emit& emit, Session& session, Step& step, const WriteBody& body) {
  if (auto stop = dyn_cast<graph::StopOp>(step.op)) {
    StopOp::create(emit.builder, emit.location, stop.getReason(), false);
    return;
  }
  if (session.first_layer) { // as if one had been before
    emit.signal("store", "load");
    session.first_layer = false;
  }
  if (auto branch = dyn_cast<graph::IfOp>(step.op))
    BranchWriter(emit, session, step, body).run(branch);
  else
    LoopWriter(emit, session, step, body).run(cast<graph::LoopOp>(step.op));
}

void noteDeciding(Session& session, const Flow& flow) {
  for (const Step& step : flow.steps) {
    if (auto branch = dyn_cast<graph::IfOp>(step.op))
      session.deciding.insert(behindReshapes(branch.getCondition()));
    if (auto loop = dyn_cast<graph::LoopOp>(step.op); loop && loop.getCondition())
      session.deciding.insert(behindReshapes(LoopParts(loop, step.bodies[0].function).condition()));
  }
}

void loadDecision(Emit& emit, Session& session, Operation& root, const LayerCode& code) {
  Value result = root.getResult(0);
  std::optional<int64_t> left = code.resultLeft();
  if (!left || !session.deciding.contains(result))
    return;
  emit.signal("vector", "sequencer");
  emit.await("sequencer", "vector");
  Value word = emit.scratchpad({*left, 4}, "decision");
  session.decided[result] = LoadScalarOp::create(
      emit.builder, emit.location, emit.builder.getIndexType(), emit.row(word, {}, 0));
}

} // namespace npuforge::tile
