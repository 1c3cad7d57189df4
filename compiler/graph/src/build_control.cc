#include "npuforge/compiler/graph/build_control.h"

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

Values buildIf(const Build& build, llvm::StringRef name, mlir::Value condition,
               const std::function<Values()>& then, const std::function<Values()>& otherwise) {
  auto arm = [&](const char* which, const std::function<Values()>& body) {
    OpenFunction open(build, (name + which).str());
    return open.close(body());
  };
  auto [first, first_inputs] = arm("/then", then);
  try {
    auto [second, second_inputs] = arm("/else", otherwise);
    if (first.getResultTypes() != second.getResultTypes()) {
      eraseFunction(second);
      throw BuildError("its branches give tensors of other shapes or types");
    }
    return IfOp::create(build.builder(), build.location(), first.getResultTypes(), condition,
                        first_inputs, second_inputs, first.getSymName(), second.getSymName())
        .getResults();
  } catch (...) {
    eraseFunction(first);
    throw;
  }
}

} // namespace npuforge::graph
