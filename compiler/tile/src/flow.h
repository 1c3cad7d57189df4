#pragma once
// A network as the program runs it: layers in their order, control flow with the layers of its
// bodies inside it.

#include <memory>
#include <vector>

#include "npuforge/compiler/graph/control.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "session.h"

namespace npuforge::tile {

struct Flow;

/// A layer, or an operation of control flow. Places count the program's steps: what control flow
/// does before its bodies is at `first`, what it does behind them at `last`.
struct Step {
  mlir::Operation* op;
  std::string name; ///< that no other step has
  int64_t first, last;
  Layer layer; ///< of a layer only
  Plan plan;
  std::vector<Flow> bodies; ///< of control flow only
  std::unique_ptr<LayerCode> code;
  std::vector<Tensor> places; ///< of control flow, see control/control_code.cc
  /// Of several cores: those that it waits for before it loads, and that it tells when all is
  /// stored.
  std::vector<int> expects = {};
  std::vector<int64_t> tells = {};
  std::vector<int64_t> predicted = {}; ///< when it is expected to begin and to end; or empty

  bool isLayer() const { return !graph::isControl(*op); }
};

/// The steps of one function.
struct Flow {
  mlir::func::FuncOp function;
  std::vector<Step> steps;
  int64_t end; ///< where its results are read last: by what called it, or after the program
};

/// Reads all that @main runs. Fails, with errors, on what the back end does not know.
mlir::FailureOr<Flow> readFlow(mlir::func::FuncOp main);

/// Where values of a flow are read last.
class Lives {
public:
  explicit Lives(const Flow& flow) { add(flow); }
  /// The last place that reads the value or a reshape of it; -1: none.
  int64_t lastRead(mlir::Value value) const;

private:
  void add(const Flow& flow);

  llvm::DenseMap<mlir::Operation*, int64_t> places_; ///< of readers
};

} // namespace npuforge::tile
