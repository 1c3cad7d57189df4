#pragma once
// One ONNX node becomes one operation of the graph dialect; nodes.cc has the table.

#include <functional>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include <mlir/IR/Builders.h>

#include "npuforge_onnx.pb.h"

namespace npuforge::onnx {

/// Why a node cannot be imported; reported by graph-check together with all others.
class Unsupported : public std::runtime_error {
public:
  using std::runtime_error::runtime_error;
};

/// A node with its operands, and typed access to its attributes. Accessors throw Unsupported.
class Node {
public:
  Node(mlir::OpBuilder& builder, mlir::Location location, const onnx_proto::NodeProto& proto,
       std::vector<mlir::Value> inputs, int64_t opset)
      : builder(builder), location(location), proto(proto), inputs(std::move(inputs)),
        opset(opset) {}

  mlir::OpBuilder& builder;
  mlir::Location location;
  const onnx_proto::NodeProto& proto;
  std::vector<mlir::Value> inputs; ///< null where the node leaves an optional input out
  int64_t opset;

  bool has(size_t input) const { return input < inputs.size() && inputs[input]; }
  mlir::Value operand(size_t input) const;
  mlir::DenseElementsAttr constant(size_t input,
                                   const char* what) const; ///< the operand must be known now
  double scalar(size_t input, const char* what) const;
  std::vector<double> numbers(size_t input, const char* what) const;

  int64_t integer(const char* name, int64_t otherwise);
  double real(const char* name, double otherwise);
  std::string text(const char* name, const char* otherwise);
  std::vector<int64_t> integers(const char* name, std::vector<int64_t> otherwise);
  /// An attribute that nobody asked for would be ignored silently: refuses the node instead.
  void refuse_unread_attributes() const;

private:
  const onnx_proto::AttributeProto* find(const char* name,
                                         onnx_proto::AttributeProto::AttributeType type);
  std::vector<std::string> read_;
};

/// Builds the operation of a node; all of the project's operators have one result. Throws
/// Unsupported.
mlir::Value import_node(Node& node);

} // namespace npuforge::onnx
