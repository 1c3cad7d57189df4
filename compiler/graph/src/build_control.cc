#include "npuforge/compiler/graph/build_control.h"

#include <array>

#include <fmt/format.h>

#include "npuforge/compiler/graph/control.h"
#include "npuforge/compiler/graph/tensor_interpreter.h"

namespace npuforge::graph {
namespace {

/// Longer loops of constants are left to the device.
constexpr int64_t kFoldTurns = 4096;

mlir::ModuleOp moduleOf(mlir::OpBuilder& builder) {
  mlir::Operation* parent = builder.getInsertionBlock()->getParentOp();
  auto module = llvm::dyn_cast<mlir::ModuleOp>(parent);
  return module ? module : parent->getParentOfType<mlir::ModuleOp>();
}

/// A function that is erased again if its body cannot be built.
class OpenFunction {
public:
  OpenFunction(const Build& build, llvm::StringRef name)
      : guard_(std::in_place, build.builder()),
        function_(openFunction(moduleOf(build.builder()), name, build.location())) {
    build.builder().setInsertionPointToStart(&body());
  }
  OpenFunction(const OpenFunction&) = delete;
  OpenFunction& operator=(const OpenFunction&) = delete;
  ~OpenFunction() {
    if (function_)
      eraseFunction(function_);
  }

  mlir::Block& body() { return function_.getBody().front(); }
  mlir::Value argument(mlir::Type type) { return body().addArgument(type, function_.getLoc()); }
  /// Returns the function and what it uses of others.
  std::pair<mlir::func::FuncOp, Values> close(mlir::ValueRange results) {
    Values captured = closeFunction(function_, results);
    guard_.reset();
    return {std::exchange(function_, {}), captured};
  }

private:
  std::optional<mlir::OpBuilder::InsertionGuard> guard_; ///< until it is closed
  mlir::func::FuncOp function_;
};

mlir::RankedTensorType sliceOf(mlir::Value stack) {
  return mlir::RankedTensorType::get(shapeOf(stack).drop_front(), elementOf(stack));
}

/// [most, slice ..]
mlir::RankedTensorType stackOf(mlir::Value slice, int64_t most) {
  Shape shape{most};
  shape.append(shapeOf(slice).begin(), shapeOf(slice).end());
  elements(shape); // throws if there are too many
  return mlir::RankedTensorType::get(shape, elementOf(slice));
}

void checkCarried(const Values& before, const Values& after) {
  if (before.size() != after.size())
    throw BuildError(
        fmt::format("carries {} values into a turn and {} out of it", before.size(), after.size()));
  for (auto [index, values] : llvm::enumerate(llvm::zip_equal(before, after))) {
    auto [in, out] = values;
    if (in.getType() != out.getType())
      throw BuildError(fmt::format("carried value {} is {} before a turn and {} after it{}", index,
                                   text(shapeOf(in)), text(shapeOf(out)),
                                   elementOf(in) == elementOf(out) ? "" : ", of another type"));
  }
}

/// The results as constants where all operands are, and the interpreter can tell them soon.
Values folded(const Build& build, mlir::Operation* op) {
  Values results(op->getResults());
  llvm::SmallVector<mlir::DenseElementsAttr> operands;
  for (mlir::Value operand : op->getOperands()) {
    operands.push_back(constantValue(operand));
    if (!operands.back())
      return results;
  }
  for (mlir::Value result : results)
    if (elements(shapeOf(result)) > kFoldElements)
      return results;
  try {
    Values constants;
    for (mlir::DenseElementsAttr value : evaluate(op, operands))
      constants.push_back(build.constant(value));
    llvm::SmallVector<mlir::func::FuncOp> bodies = bodiesOf(op);
    op->erase();
    for (mlir::func::FuncOp body : bodies)
      eraseFunction(body);
    return constants;
  } catch (const InterpreterError&) { // it stays, for the device
    return results;
  }
}

} // namespace

Values buildLoop(const Build& build, llvm::StringRef name, const LoopInputs& inputs,
                 const TurnBody& body) {
  OpenFunction open(build, name);
  Turn turn;
  turn.number = open.argument(mlir::RankedTensorType::get({}, build.i64()));
  for (mlir::Value value : inputs.carried)
    turn.carried.push_back(open.argument(value.getType()));
  for (mlir::Value value : inputs.scanned)
    turn.slices.push_back(open.argument(sliceOf(value)));
  const TurnResults made = body(turn);
  checkCarried(turn.carried, made.carried);
  if (inputs.condition && !made.condition)
    throw BuildError("has a condition at first and none in its turns");
  if (!made.collected.empty() && (made.condition || inputs.trips))
    throw BuildError("collects values of turns whose number is known only when the network runs");
  Values results;
  llvm::SmallVector<mlir::Type> types;
  if (made.condition)
    results.push_back(made.condition);
  for (mlir::Value value : made.carried)
    types.push_back(value.getType());
  for (mlir::Value value : made.collected)
    types.push_back(stackOf(value, inputs.most));
  results.append(made.carried);
  results.append(made.collected);
  auto [function, captured] = open.close(results);
  mlir::Value condition = inputs.condition;
  if (made.condition && !condition)
    condition = build.number(build.boolean(), 1);
  auto loop = LoopOp::create(build.builder(), build.location(), types, inputs.trips, condition,
                             inputs.carried, inputs.scanned, captured, function.getSymName(),
                             inputs.most, inputs.backwards);
  return inputs.most <= kFoldTurns ? folded(build, loop) : Values(loop.getResults());
}

namespace {

/// The functions of an If's arms while they are made; those of an If that cannot be built go.
class Arms {
public:
  Arms(const Build& build, llvm::StringRef name) : build_(build), name_(name) {}
  Arms(const Arms&) = delete;
  Arms& operator=(const Arms&) = delete;
  ~Arms() {
    for (auto& arm : arms_)
      if (arm)
        eraseFunction(arm->first);
  }

  void make(size_t which, const std::function<ArmResults()>& body) {
    OpenFunction open(build_, (name_ + (which == 0 ? "/then" : "/else")).str());
    ArmResults results = body();
    if (auto* values = std::get_if<Values>(&results))
      arms_[which] = open.close(*values);
    else
      why_[which] = std::get<std::string>(results);
  }

  Values finish(mlir::Value condition) {
    if (!arms_[0] && !arms_[1])
      throw Contradiction(fmt::format("{}; {}", why_[0], why_[1]));
    for (size_t which : {0, 1})
      if (!arms_[which])
        make(which, [&] { return stop(arms_[1 - which]->first, why_[which]); });
    auto [then, then_inputs] = *arms_[0];
    auto [otherwise, else_inputs] = *arms_[1];
    if (then.getResultTypes() != otherwise.getResultTypes())
      throw BuildError("its branches give tensors of other shapes or types");
    auto op = IfOp::create(build_.builder(), build_.location(), then.getResultTypes(), condition,
                           then_inputs, else_inputs, then.getSymName(), otherwise.getSymName());
    arms_ = {};
    return op.getResults();
  }

private:
  /// With results of the other arm's types, which nobody will see.
  ArmResults stop(mlir::func::FuncOp other, const std::string& why) {
    return Values(StopOp::create(build_.builder(), build_.location(), other.getResultTypes(), why)
                      .getResults());
  }

  const Build& build_;
  const llvm::StringRef name_;
  std::array<std::optional<std::pair<mlir::func::FuncOp, Values>>, 2> arms_;
  std::array<std::string, 2> why_;
};

} // namespace

Values buildIf(const Build& build, llvm::StringRef name, mlir::Value condition,
               const std::function<ArmResults()>& then,
               const std::function<ArmResults()>& otherwise) {
  Arms arms(build, name);
  arms.make(0, then);
  arms.make(1, otherwise);
  return arms.finish(condition);
}

} // namespace npuforge::graph
