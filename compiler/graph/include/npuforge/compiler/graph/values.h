#pragma once
// Which of the network's values an operation makes: its ONNX name, kept in the operation's
// location, where it changes nothing of what passes do. A pass that replaces an operation hands the
// name on with giveValue(); what it makes on the way there must not have it (Build takes it off). A
// name that gets lost is a value that nobody can look at; a wrong one is an error.

#include <optional>
#include <string>

#include <llvm/ADT/SmallVector.h>
#include <mlir/IR/Operation.h>

namespace npuforge::graph {

struct NetworkValue {
  std::string name;
  /// Dimension i of the network's value is dimension order[i] of the tensor. Empty: the elements
  /// are in the same order, whatever the tensor's shape.
  llvm::SmallVector<int64_t> order;
};

std::optional<NetworkValue> networkValue(mlir::Location location);
mlir::Location withValue(mlir::Location location, const NetworkValue& value);
mlir::Location withoutValue(mlir::Location location);

/// A new value of the network. Where it is a transpose of what the node computed, that gets the
/// name, since the transpose may vanish.
void nameValue(mlir::Value value, const std::string& name);

/// `to`, which takes the place of `from`'s result, is the value that `from` made.
void giveValue(mlir::Operation* from, mlir::Value to);
/// The same, where from's result would be a transpose of `to`: its dimension i is to's order[i].
void giveValue(mlir::Operation* from, mlir::Value to, llvm::ArrayRef<int64_t> order);
void dropValue(mlir::Operation* op);

} // namespace npuforge::graph
