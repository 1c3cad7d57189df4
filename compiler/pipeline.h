#pragma once
// From an ONNX file to a lowered graph: the one readable list of passes.

#include <filesystem>
#include <stdexcept>
#include <string>
#include <vector>

#include <mlir/IR/BuiltinOps.h>
#include <mlir/IR/OwningOpRef.h>
#include <mlir/Pass/PassManager.h>

#include "npuforge/compiler/onnx/import.h"

namespace npuforge::compiler {

/// The types in which the array multiplies f32: f32, f16 or bf16. See graph-precision.
struct Precisions {
  std::string all = "f32";
  std::vector<std::string> layers{}; ///< NAME=TYPE, of one node
};

/// The first graph passes: operators become fewer, the element types stay. Between these and the
/// rest a float network can be quantised; `to_quantise`: it will be.
void add_cleaning_passes(mlir::OpPassManager& passes, bool to_quantise);

/// The graph passes behind them. The module then holds what the back end takes.
void add_lowering_passes(mlir::OpPassManager& passes, const Precisions& precisions = {});

/// All graph passes in order.
void add_graph_passes(mlir::OpPassManager& passes, const Precisions& precisions = {});

/// Collects MLIR's diagnostics while it lives, so that tools report them in their own way.
class Diagnostics {
public:
  explicit Diagnostics(mlir::MLIRContext& context);
  ~Diagnostics();
  std::string text() const; ///< errors, one a line

private:
  mlir::MLIRContext& context_;
  uint64_t id_;
  std::vector<std::string> errors_;
};

/// What could not be compiled; what() has a line for each problem.
class CompileError : public std::runtime_error {
public:
  using std::runtime_error::runtime_error;
};

/// `--print-ir-after`: "" prints nothing, "all" after every pass, otherwise after the pass of that
/// name. Sets `printed` when something was; it must outlive the pass manager.
void print_after(mlir::PassManager& passes, const std::string& pass, bool& printed);

/// Runs the passes on the module. Throws CompileError with the diagnostics.
void run_passes(mlir::PassManager& passes, mlir::ModuleOp module);

} // namespace npuforge::compiler
