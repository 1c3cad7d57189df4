#pragma once
// What an operator's importer sees and gives: a node with ranked static operands, typed attributes,
// a builder of tensor operators; one value for each output. How to add an operator: operators.h.

#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "npuforge/compiler/graph/build.h"

#include "npuforge_onnx.pb.h"

namespace npuforge::onnx {

using graph::Dims;
using graph::Scalar;
using graph::Scalars;
using graph::Shape;
using graph::Values;

/// Why a node cannot be imported; reported with its name, together with all others. A BuildError is
/// reported just so.
class Unsupported : public graph::BuildError {
public:
  using graph::BuildError::BuildError;
};

using graph::Contradiction;

/// Along a dimension of a tensor only the first `count` elements count, an i64 of one element.
struct Extent {
  int64_t dim;
  mlir::Value count;
};

/// A node with its operands, and typed access to its attributes, as the newest opset has them (see
/// upgrade.h). Accessors throw Unsupported.
class Node {
public:
  Node(mlir::OpBuilder& builder, mlir::Location location, const onnx_proto::NodeProto& proto,
       int64_t opset, const std::filesystem::path& folder)
      : build(builder, location), opset(opset), proto_(&proto), folder_(folder) {}

  graph::Build build;
  Values inputs; ///< null where the node leaves an optional input out
  int64_t opset; ///< the model's; importers need not look at it
  /// What the upgrader asks of the first result, whose operand it has reshaped.
  std::optional<Shape> result_shape;
  /// Extents of outputs that only the device knows, which the importer sets.
  std::map<size_t, Extent> extents;
  /// What the user says of them, by the outputs' names: never more elements than so many.
  const std::map<std::string, int64_t>* most_elements = nullptr;

  const onnx_proto::NodeProto& proto() const { return *proto_; }
  std::string name() const { return graph::nodeName(build.location()); }
  onnx_proto::NodeProto& edit(); ///< a copy of the node, for the upgrader

  // Operands.
  bool has(size_t input) const { return input < inputs.size() && inputs[input]; }
  mlir::Value operand(size_t input) const;
  Dims shape(size_t input) const { return graph::shapeOf(operand(input)); }
  int64_t rank(size_t input) const { return graph::rankOf(operand(input)); }
  mlir::Type element(size_t input) const { return graph::elementOf(operand(input)); }
  /// All operands from the first on; none may be missing.
  Values operands() const;
  /// The operand must be known now; `what` names it in the refusal.
  mlir::DenseElementsAttr constant(size_t input, const char* what) const;
  std::vector<double> numbers(size_t input, const char* what) const;
  double scalar(size_t input, const char* what) const;
  std::vector<int64_t> wholes(size_t input, const char* what) const; ///< exact; of integers
  int64_t whole(size_t input, const char* what) const;
  bool all_constant() const; ///< every operand that is there

  // Attributes.
  bool given(const char* name) const;
  int64_t integer(const char* name, int64_t otherwise);
  int64_t integer(const char* name); ///< must be there
  double real(const char* name, double otherwise);
  std::string text(const char* name, const char* otherwise);
  std::vector<int64_t> integers(const char* name, std::vector<int64_t> otherwise);
  std::vector<double> reals(const char* name, std::vector<double> otherwise);
  std::vector<std::string> texts(const char* name, std::vector<std::string> otherwise);
  mlir::DenseElementsAttr tensor(const char* name);     ///< must be there
  const onnx_proto::GraphProto& body(const char* name); ///< must be there
  /// An axis in [0, rank), negative ones counted from the end.
  int64_t axis(const char* name, int64_t otherwise, int64_t rank);
  /// An attribute that nobody asked for would be ignored silently: refuses the node instead.
  void refuse_unread_attributes() const;

  // Outputs.
  bool wants(int output) const;
  int outputs() const { return proto_->output_size(); }

private:
  const onnx_proto::AttributeProto* find(const char* name,
                                         onnx_proto::AttributeProto::AttributeType type);
  const onnx_proto::NodeProto* proto_;
  std::optional<onnx_proto::NodeProto> own_;
  const std::filesystem::path& folder_;
  std::vector<std::string> read_;
};

/// One value for each output, in order; what nobody wants may be null or missing at the end.
struct Results : Values {
  Results() = default;
  Results(mlir::Value value) : Values{value} {}
  Results(Values values) : Values(std::move(values)) {}
  Results(std::initializer_list<mlir::Value> values) : Values(values) {}
};

/// Builds a node's operations. Throws Unsupported or BuildError.
using Importer = std::function<Results(Node&)>;
/// Importers by operator; of another domain than ONNX's own as "domain::Operator".
using Table = std::map<std::string, Importer>;

/// `axis` in [0, rank), or from the end if it is negative. Throws Unsupported.
int64_t wrapped_axis(int64_t axis, int64_t rank);
/// Several, none twice, in the order given.
Shape wrapped_axes(Dims axes, int64_t rank);

/// The element type of an ONNX data type. Throws Unsupported for those that no tensor has.
mlir::Type type_of(const Node& node, int64_t data_type);

// Families of element types.
bool is_float(mlir::Type type);
bool is_integer(mlir::Type type); ///< bool is none
bool is_bool(mlir::Type type);
/// Do operands of f32 that are not all constant come in? Then operators that quantised networks
/// have stay as they are for the passes on quantised networks (see FloatOps.td).
bool stays(const Node& node);

} // namespace npuforge::onnx
