#pragma once
// An ONNX file as a module of the graph dialect, imported stage: func.func @main, operators over
// tensors whose shapes are unknown but for inputs and constants. Every operation's location is the
// name of its node.

#include <cstdint>
#include <filesystem>
#include <map>
#include <stdexcept>
#include <string>
#include <vector>

#include <mlir/IR/BuiltinOps.h>
#include <mlir/IR/OwningOpRef.h>

namespace npuforge::onnx {

struct ImportOptions {
  /// Shapes of inputs by name, for those the file leaves open. A missing first (batch) dimension
  /// becomes 1 by itself.
  std::map<std::string, std::vector<int64_t>> shapes;
  /// Inner values that become the network's outputs instead of the file's; nodes behind them are
  /// dropped. A float value that goes straight into QuantizeLinear is taken from there.
  std::vector<std::string> outputs;
};

struct Import {
  mlir::OwningOpRef<mlir::ModuleOp> module;
  std::vector<std::string> notes; ///< decisions the user should know, e.g. dimensions bound to 1
};

/// What is wrong with a model; what() has one line for each problem, naming the node.
class ImportError : public std::runtime_error {
public:
  using std::runtime_error::runtime_error;
};

/// Reads a model. Nodes it does not know become graph.unsupported, for graph-check to report.
/// Throws ImportError.
Import import_model(mlir::MLIRContext& context, const std::filesystem::path& file,
                    const ImportOptions& options);

} // namespace npuforge::onnx
