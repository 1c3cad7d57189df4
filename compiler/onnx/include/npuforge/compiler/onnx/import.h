#pragma once
// An ONNX file as a module of the graph dialect: func.func @main over ranked static tensors. What
// quantised networks are made of keeps ONNX's names (FloatOps.td), the rest is tensor operators
// (TensorOps.td, MapOps.td); what depends on constants alone is computed. Every operation's
// location is the name of its node.

#include <cstdint>
#include <filesystem>
#include <map>
#include <set>
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
  /// Inputs that are parameters (see parameter_inputs): files with their values, .npy or a
  /// TensorProto.
  std::map<std::string, std::filesystem::path> bindings;
  /// By name of a value whose extent only the device knows: it never has more elements along that
  /// dimension, and a run in which it had stops. Without: as many as its operator can make.
  std::map<std::string, int64_t> most_elements;
  /// RNN, GRU and LSTM become the operators of all their steps, whatever their number, for what
  /// looks at each of them; else loops.
  bool unrolls = false;
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

/// Reads a model. Throws ImportError, with all nodes that cannot be imported.
Import import_model(mlir::MLIRContext& context, const std::filesystem::path& file,
                    const ImportOptions& options);

/// The inputs without a value that operators take as parameters (shapes, axes, ...) and never as
/// data, and those of integers, of one dimension at most, from which alone a parameter is computed.
/// Throws ImportError if the file is no model.
std::set<std::string> parameter_inputs(const std::filesystem::path& file);

} // namespace npuforge::onnx
