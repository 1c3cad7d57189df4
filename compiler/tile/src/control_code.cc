#include "control_code.h"

#include <limits>
#include <set>

#include "words_rows.h"

namespace npuforge::tile {

using namespace mlir;

namespace {

SmallVector<Value> resultsOf(const Flow& body) {
  return SmallVector<Value>(
      cast<func::ReturnOp>(func::FuncOp(body.function).getBody().front().getTerminator())
          .getOperands());
}

ArrayRef<BlockArgument> argumentsOf(const Flow& body) {
  return func::FuncOp(body.function).getArguments();
}

/// Where a loop's values are among its body's arguments and results.
struct LoopParts {
  explicit LoopParts(graph::LoopOp op, const Flow& body)
      : carried(op.getCarried().size()), scanned(op.getScanned().size()),
        collected(op.getResults().size() - carried), arguments(argumentsOf(body)),
        results(resultsOf(body)), first_result(op.getCondition() ? 1 : 0) {}

  Value turn() const { return arguments[0]; }
  Value carriedIn(size_t i) const { return arguments[1 + i]; }
  Value slice(size_t i) const { return arguments[1 + carried + i]; }
  Value input(size_t i) const { return arguments[1 + carried + scanned + i]; }
  Value condition() const { return results[0]; }
  Value carriedOut(size_t i) const { return results[first_result + i]; }
  Value piece(size_t i) const { return results[first_result + carried + i]; }

  const size_t carried, scanned, collected;
  const ArrayRef<BlockArgument> arguments;
  const SmallVector<Value> results;
  const size_t first_result;
};

int64_t bytesOf(Value value) {
  return elementsOf(value) * elementBytes(value);
}

class Definitions {
public:
  Definitions(Session& session, const Lives& lives, const Step& step, const isa::Machine& machine)
      : s(session), lives(lives), step(step), machine(machine) {}

  void branch(graph::IfOp op) {
    alias(argumentsOf(step.bodies[0]), op.getThenInputs());
    alias(argumentsOf(step.bodies[1]), op.getElseInputs());
    for (Value result : op.getResults())
      place(result, "result", lives.lastRead(result));
  }

  void loop(graph::LoopOp op) {
    const LoopParts parts(op, step.bodies[0]);
    place(parts.turn(), "turn", step.last);
    for (size_t i = 0; i < parts.carried; ++i) {
      place(op.getResults()[i], "carried", lives.lastRead(op.getResults()[i]));
      s.defineAll(parts.carriedIn(i), s.tensor(op.getResults()[i]));
    }
    for (size_t i = 0; i < parts.scanned; ++i)
      place(parts.slice(i), "slice", step.last);
    for (size_t i = 0; i < parts.collected; ++i) {
      Value result = op.getResults()[parts.carried + i];
      place(result, "collected", lives.lastRead(result));
    }
    for (auto [index, value] : llvm::enumerate(op.getInputs()))
      s.defineAll(parts.input(index), s.tensor(value));
  }

private:
  void alias(ArrayRef<BlockArgument> arguments, ValueRange operands) {
    for (auto [argument, operand] : llvm::zip_equal(arguments, operands))
      s.defineAll(argument, s.tensor(operand));
  }

  void place(Value value, const char* what, int64_t last) {
    Tensor tensor = s.reserve(step.name + "." + what, wordsBytes(value, machine));
    s.setLife(tensor, step.first, std::max(step.last, last));
    s.defineAll(value, tensor);
  }

  Session& s;
  const Lives& lives;
  const Step& step;
  const isa::Machine& machine;
};

class Writer {
public:
  Writer(Emit& emit, Session& session, Step& step, const std::function<void(Flow&)>& body)
      : e(emit), s(session), step(step), body(body) {}

  void branch(graph::IfOp op) {
    Value condition = readScalar(e, s, s.tensor(op.getCondition()));
    auto branch = BranchOp::create(e.builder, e.location, step.name, condition);
    for (auto [index, arm] : llvm::enumerate(step.bodies))
      inside(branch->getRegion(static_cast<unsigned>(index)), [&, &arm = arm] {
        body(arm);
        SmallVector<Transfer> copies;
        for (auto [result, value] : llvm::zip_equal(op.getResults(), resultsOf(arm)))
          add(copies, s.tensor(value), s.tensor(result), bytesOf(result));
        layer(index == 0 ? "then.results" : "else.results", copies);
      });
    settle(e);
  }

  void loop(graph::LoopOp op) {
    const LoopParts parts(op, step.bodies[0]);
    Tensor condition;
    if (op.getCondition())
      condition = s.reserve(step.name + ".condition", e.machine.accumulator_row_bytes());
    begin(op, parts, condition);
    Value turns = op.getTrips() ? readScalar(e, s, s.tensor(op.getTrips())) : Value();
    if (!turns && op.getMost() <= std::numeric_limits<int32_t>::max())
      turns = e.constant(op.getMost());
    settle(e);
    auto repeat = RepeatOp::create(e.builder, e.location, step.name, turns);
    Value turn = repeat.getBody().emplaceBlock().addArgument(e.builder.getIndexType(), e.location);
    inside(repeat.getBody(), [&] {
      if (op.getCondition())
        LeaveOp::create(e.builder, e.location, readScalar(e, s, condition));
      head(op, parts, turn);
      body(step.bodies[0]);
      tail(op, parts, turn, condition);
      settle(e);
    });
  }

private:
  void inside(Region& region, const std::function<void()>& write) {
    OpBuilder::InsertionGuard guard(e.builder);
    if (region.empty())
      region.emplaceBlock();
    e.builder.setInsertionPointToEnd(&region.front());
    write();
  }

  /// A layer of copies; none where there is nothing to copy.
  void layer(const char* what, ArrayRef<Transfer> copies,
             const std::function<void()>& more = nullptr) {
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

  /// What is there already, and what has no elements, is not copied.
  static void add(SmallVector<Transfer>& copies, const Tensor& from, const Tensor& to,
                  int64_t bytes, Value from_at = {}, Value to_at = {}) {
    if (bytes > 0 && from.symbol != to.symbol)
      copies.push_back({from, from_at, to, to_at, bytes});
  }

  /// What the first turn begins with.
  void begin(graph::LoopOp op, const LoopParts& parts, const Tensor& condition) {
    SmallVector<Transfer> copies;
    for (size_t i = 0; i < parts.carried; ++i)
      add(copies, s.tensor(op.getCarried()[i]), s.tensor(parts.carriedIn(i)),
          bytesOf(op.getCarried()[i]));
    if (op.getCondition())
      add(copies, s.tensor(op.getCondition()), condition, bytesOf(op.getCondition()));
    layer("begin", copies);
  }

  /// Where turn `turn` has its slice of scanned or collected tensor `index`, in bytes.
  Value placeOf(graph::LoopOp op, Value turn, size_t index, int64_t bytes) {
    Value number = op.getBackwards()[index] ? e.sub(e.constant(op.getMost() - 1), turn) : turn;
    return e.mul(number, bytes);
  }

  /// Before the body: its slices, and the turn's number.
  void head(graph::LoopOp op, const LoopParts& parts, Value turn) {
    SmallVector<size_t> slices;
    for (size_t i = 0; i < parts.scanned; ++i)
      if (!parts.slice(i).use_empty() && bytesOf(parts.slice(i)) > 0)
        slices.push_back(i);
    const bool counts = !parts.turn().use_empty();
    if (slices.empty() && !counts)
      return;
    auto op_layer = LayerOp::create(e.builder, e.location, step.name + ".fetch");
    OpBuilder::InsertionGuard guard(e.builder);
    e.builder.createBlock(&op_layer.getBody());
    SmallVector<Transfer> copies;
    for (size_t i : slices) {
      const int64_t bytes = bytesOf(parts.slice(i));
      add(copies, s.tensor(op.getScanned()[i]), s.tensor(parts.slice(i)), bytes,
          placeOf(op, turn, i, bytes));
    }
    transfer(e, s, copies);
    if (counts)
      writeScalar(e, s, turn, s.tensor(parts.turn()));
    e.signal("store", "load");
  }

  /// Behind the body: what it collects, and what it carries into the next turn. Carried values
  /// that only change places go through a tensor of their own.
  void tail(graph::LoopOp op, const LoopParts& parts, Value turn, const Tensor& condition) {
    auto layer_op = LayerOp::create(e.builder, e.location, step.name + ".next");
    OpBuilder::InsertionGuard guard(e.builder);
    e.builder.createBlock(&layer_op.getBody());
    std::set<std::string> places;
    for (size_t i = 0; i < parts.carried; ++i)
      places.insert(s.tensor(parts.carriedIn(i)).symbol);
    SmallVector<Transfer> first, second;
    for (size_t i = 0; i < parts.collected; ++i) {
      const int64_t bytes = bytesOf(parts.piece(i));
      add(first, s.tensor(parts.piece(i)), s.tensor(op.getResults()[parts.carried + i]), bytes, {},
          placeOf(op, turn, parts.scanned + i, bytes));
    }
    if (op.getCondition())
      add(first, s.tensor(parts.condition()), condition, bytesOf(parts.condition()));
    for (size_t i = 0; i < parts.carried; ++i) {
      Tensor from = s.tensor(parts.carriedOut(i)), to = s.tensor(parts.carriedIn(i));
      const int64_t bytes = bytesOf(parts.carriedOut(i));
      if (from.symbol != to.symbol && places.contains(from.symbol)) {
        Tensor between = s.reserve(step.name + ".between", from.bytes);
        add(first, from, between, bytes);
        from = between;
      }
      add(second, from, to, bytes);
    }
    transfer(e, s, first);
    if (!second.empty()) {
      e.signal("store", "load");
      transfer(e, s, second);
    }
    e.signal("store", "load");
  }

  Emit& e;
  Session& s;
  Step& step;
  const std::function<void(Flow&)>& body;
};

} // namespace

void defineControl(Session& session, const Lives& lives, const Step& step,
                   const isa::Machine& machine) {
  Definitions definitions(session, lives, step, machine);
  if (auto branch = dyn_cast<graph::IfOp>(step.op))
    definitions.branch(branch);
  else
    definitions.loop(cast<graph::LoopOp>(step.op));
}

void writeControl(Emit& emit, Session& session, Step& step,
                  const std::function<void(Flow&)>& body) {
  if (session.first_layer) { // as if one had been before
    emit.signal("store", "load");
    session.first_layer = false;
  }
  Writer writer(emit, session, step, body);
  if (auto branch = dyn_cast<graph::IfOp>(step.op))
    writer.branch(branch);
  else
    writer.loop(cast<graph::LoopOp>(step.op));
}

} // namespace npuforge::tile
