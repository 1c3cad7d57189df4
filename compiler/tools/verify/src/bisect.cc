#include "npuforge/compiler/verify/bisect.h"

#include <fmt/format.h>
#include <mlir/Pass/Pass.h>

#include "npuforge/compiler/graph/Graph.h"
#include "npuforge/compiler/graph/interpreter.h"
#include "npuforge/compiler/graph/tensor_interpreter.h"

#include "interface.h"

namespace npuforge::verify {
namespace {

/// Of lowered graphs, which hold bytes only.
std::vector<Tensor> run_lowered(mlir::func::FuncOp main, const std::vector<Tensor>& inputs) {
  std::vector<std::vector<int32_t>> device;
  for (const Tensor& input : inputs) {
    if (input.is_real())
      throw graph::InterpreterError("a part of it is lowered, another is not");
    device.emplace_back(input.integers->begin(), input.integers->end());
  }
  std::vector<Tensor> results;
  for (const auto& [values, type] :
       llvm::zip(graph::interpret(main, device), main.getResultTypes())) {
    auto ranked = llvm::cast<mlir::RankedTensorType>(type);
    results.push_back(graph::reference::make_tensor(ranked.getShape(), ranked.getElementType()));
    if (results.back().is_real())
      throw graph::InterpreterError("a part of it is lowered, another is not");
    results.back().integers->assign(values.begin(), values.end());
  }
  return results;
}

mlir::func::FuncOp main_of(mlir::func::FuncOp function) {
  return function->getParentOfType<mlir::ModuleOp>().lookupSymbol<mlir::func::FuncOp>("main");
}

bool is_lowered(mlir::func::FuncOp main) {
  bool found = false;
  main.walk([&](mlir::Operation* op) {
    found |= llvm::isa<graph::QConvOp, graph::QMatMulOp, graph::RequantOp, graph::RescaleOp,
                       graph::QAddOp, graph::QMaxPoolOp, graph::QAvgPoolOp>(op);
  });
  return found;
}

class Bisection : public mlir::PassInstrumentation {
public:
  Bisection(const std::vector<Tensor>& inputs, const std::vector<Tensor>& wanted,
            const Tolerances& tolerances, const std::string& precision, std::vector<Step>& steps)
      : inputs_(inputs), tolerances_(tolerances), precision_(precision), steps_(steps),
        wanted_(wanted) {}

  void runAfterPass(mlir::Pass* pass, mlir::Operation* op) override {
    auto function = llvm::dyn_cast<mlir::func::FuncOp>(op);
    auto main = function ? main_of(function) : nullptr;
    if (!main)
      return;
    Step step{pass->getArgument().str(), "", "", {}};
    if (function != main) // a body of control flow, which has the same passes behind @main
      step.pass += " in @" + function.getName().str();
    try {
      compare(main, step);
    } catch (const graph::InterpreterError& error) {
      step.skipped = error.what();
    }
    steps_.push_back(std::move(step));
  }

private:
  void compare(mlir::func::FuncOp main, Step& step) const {
    std::vector<Tensor> arguments;
    for (unsigned i = 0; i < inputs_.size(); ++i)
      arguments.push_back(to_argument(main, i, inputs_[i]));
    const std::vector<Tensor> results =
        is_lowered(main) ? run_lowered(main, arguments) : outputs_of(main, arguments);
    for (unsigned i = 0; i < results.size(); ++i) {
      const auto difference = worst(from_result(main, i, results[i], wanted_[i].element),
                                    numbers(wanted_[i]), tolerance_of(main, i));
      if (!difference || (step.worst && !(step.worst->allowed && !difference->allowed)))
        continue;
      step.worst = difference;
      step.output = main.getResultAttrOfType<mlir::StringAttr>(i, "graph.name").str();
    }
  }

  Tolerance tolerance_of(mlir::func::FuncOp main, unsigned index) const {
    if (const double step = step_of(main, index); step != 0)
      return tolerances_.quantised(wanted_[index].is_real() ? step : 1);
    return tolerances_.of(type_name(wanted_[index].element), precision_);
  }

  const std::vector<Tensor> inputs_;
  const Tolerances& tolerances_;
  const std::string precision_;
  std::vector<Step>& steps_;
  const std::vector<Tensor> wanted_;
};

} // namespace

std::vector<Tensor> outputs_of(mlir::func::FuncOp main, const std::vector<Tensor>& inputs) {
  const llvm::SmallVector<Tensor> results = graph::runFunction(main, inputs);
  return {results.begin(), results.end()};
}

std::unique_ptr<mlir::PassInstrumentation> make_bisection(const std::vector<Tensor>& inputs,
                                                          const std::vector<Tensor>& wanted,
                                                          const Tolerances& tolerances,
                                                          const std::string& precision,
                                                          std::vector<Step>& steps) {
  return std::make_unique<Bisection>(inputs, wanted, tolerances, precision, steps);
}

const Step* first_difference(const std::vector<Step>& steps) {
  for (const Step& step : steps)
    if (step.differs())
      return &step;
  return nullptr;
}

std::vector<std::string> suspects(const std::vector<Step>& steps) {
  std::vector<std::string> passes;
  for (const Step& step : steps) {
    passes.push_back(step.pass);
    if (step.differs())
      return passes;
    if (step.skipped.empty())
      passes.clear();
  }
  return passes;
}

void print(const std::vector<Step>& steps) {
  for (const Step& step : steps) {
    if (!step.skipped.empty())
      fmt::print("{:<24} not run: {}\n", step.pass, step.skipped);
    else if (!step.worst)
      fmt::print("{:<24} equal\n", step.pass);
    else
      fmt::print("{:<24} {}: output '{}': largest error {:.4g}: element {} is {:.9g} instead of "
                 "{:.9g}\n",
                 step.pass, step.differs() ? "differs" : "near", step.output, step.worst->error,
                 step.worst->index, step.worst->got, step.worst->wanted);
  }
}

} // namespace npuforge::verify
