#pragma once
// Which graph pass breaks a network: after each of them the reference interpreters run the graph as
// it is then (tensor_interpreter.h, or interpreter.h where it is lowered), and its outputs are held
// against those of the graph as imported.

#include <memory>
#include <string>
#include <vector>

#include <mlir/Pass/PassInstrumentation.h>

#include "npuforge/compiler/verify/tensors.h"
#include "npuforge/compiler/verify/tolerances.h"

namespace npuforge::verify {

/// The graph after one pass.
struct Step {
  std::string pass;
  std::string skipped;        ///< why nothing could be compared; "" if it was
  std::string output;         ///< the network's output that differs most
  std::optional<Worst> worst; ///< none: all equal
  bool differs() const { return worst && !worst->allowed; }
};

/// The outputs of a graph before it is lowered. Throws InterpreterError.
std::vector<Tensor> outputs_of(mlir::func::FuncOp main, const std::vector<Tensor>& inputs);

/// To be added to a pass manager that runs graph passes; adds a step after each. `wanted`: the
/// outputs of the graph as imported. `steps` and `tolerances` must outlive the pass manager.
std::unique_ptr<mlir::PassInstrumentation> make_bisection(const std::vector<Tensor>& inputs,
                                                          const std::vector<Tensor>& wanted,
                                                          const Tolerances& tolerances,
                                                          const std::string& precision,
                                                          std::vector<Step>& steps);

/// The first step that differs; none if all are near.
const Step* first_difference(const std::vector<Step>& steps);
/// The passes that may have made that difference: its own, and those right before it after which
/// nothing could be compared; without a difference, those at the end of the list.
std::vector<std::string> suspects(const std::vector<Step>& steps);
/// A line for each step.
void print(const std::vector<Step>& steps);

} // namespace npuforge::verify
