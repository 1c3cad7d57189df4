#pragma once
// What the compiler's programs share: options that say how a model is read, and how errors end a
// program.

#include <functional>
#include <map>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>
#include <mlir/IR/BuiltinOps.h>
#include <mlir/IR/OwningOpRef.h>
#include <mlir/Pass/PassManager.h>

#include "../pipeline.h"

namespace npuforge::tools {

struct ModelOptions {
  std::string model;
  std::vector<std::string> shapes, outputs, bindings, most_elements;
  compiler::Precisions precisions;
  std::vector<std::string> disabled; ///< names of optimisations
  std::vector<std::string> in_words; ///< nodes without integer operators, see graph/in_words.h
  std::string print_after;
  mutable bool printed = false; ///< whether print_after named a pass that ran
};

void add_model_options(CLI::App& app, ModelOptions& options);

/// What is called on the way; each may be empty.
struct GraphHooks {
  std::function<void(mlir::ModuleOp)> imported;   ///< before any pass
  std::function<void(mlir::PassManager&)> passes; ///< each pass manager, before it runs
};

/// Reads the model and runs the graph passes that keep it a network of ONNX's operators; notes go
/// to standard error. `to_quantise`: a float network that will be. Throws ImportError,
/// CompileError.
mlir::OwningOpRef<mlir::ModuleOp> read_graph(mlir::MLIRContext& context,
                                             const ModelOptions& options, bool to_quantise,
                                             const GraphHooks& hooks = {});

/// Runs the other graph passes. Throws CompileError.
void lower_graph(mlir::ModuleOp module, const ModelOptions& options, const GraphHooks& hooks = {});

/// Both.
mlir::OwningOpRef<mlir::ModuleOp> load_graph(mlir::MLIRContext& context,
                                             const ModelOptions& options);

/// Throws if --print-ir-after named a pass that never ran.
void check_printed(const ModelOptions& options);

/// isa::run_tool; errors that do not name a file of their own get the model's name before them.
int run_tool(CLI::App& app, int argc, char** argv, const ModelOptions& options,
             const std::function<int()>& body);

} // namespace npuforge::tools
