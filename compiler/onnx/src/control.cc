#include "control.h"

#include "control_nodes.h"

namespace npuforge::onnx {
namespace {

using AddControl = Results (*)(GraphImporter&, Node&, Scope&);

const std::map<std::string, AddControl>& table() {
  static const std::map<std::string, AddControl> all = {
      {"If", add_if}, {"Loop", add_loop}, {"Scan", add_scan}};
  return all;
}

} // namespace

bool find_control(const onnx_proto::NodeProto& node) {
  return (node.domain().empty() || node.domain() == "ai.onnx") && table().contains(node.op_type());
}

Results add_control(GraphImporter& importer, Node& node, Scope& scope) {
  const size_t refused = importer.refusals();
  Results results = table().at(node.proto().op_type())(importer, node, scope);
  if (node.proto().op_type() != "If") // there may be no turn
    importer.excuse(refused);
  node.refuse_unread_attributes();
  return results;
}

Scope inner_scope(Node& node, Scope& outer) {
  Scope scope;
  scope.outer = &outer;
  scope.block = node.build.builder().getInsertionBlock();
  scope.prefix = outer.prefix;
  scope.opset = outer.opset;
  return scope;
}

Values complete(GraphImporter& importer, const onnx_proto::GraphProto& graph, Scope& scope) {
  const size_t refused = importer.refusals();
  Values values = importer.add_graph(graph, scope);
  if (importer.refusals() != refused || llvm::is_contained(values, mlir::Value()))
    throw InnerRefusal();
  return values;
}

mlir::Value scalar(Node& node, mlir::Value value, const char* what) {
  if (graph::elements(graph::shapeOf(value)) != 1)
    throw Unsupported(fmt::format("{} has the shape {} and not one element", what,
                                  graph::text(graph::shapeOf(value))));
  return node.build.reshape(value, {});
}

std::optional<int64_t> known(mlir::Value scalar) {
  auto constant = graph::constantValue(scalar);
  return constant ? std::optional(graph::integers(constant).front()) : std::nullopt;
}

Results add_if(GraphImporter& importer, Node& node, Scope& scope) {
  mlir::Value condition = scalar(node, node.operand(0), "the condition");
  node.body("then_branch"), node.body("else_branch"); // both must be there
  if (auto decided = known(condition)) {
    Scope inner = inner_scope(node, scope);
    return importer.add_graph(node.body(*decided ? "then_branch" : "else_branch"), inner);
  }
  // An arm that contradicts the shapes need not be compiled: no run that chooses it has a result.
  auto checked = [&](const char* attribute) -> graph::ArmResults {
    const size_t refused = importer.refusals();
    try {
      Scope inner = inner_scope(node, scope);
      return complete(importer, node.body(attribute), inner);
    } catch (const InnerRefusal&) {
      const std::string why = importer.contradiction(refused);
      if (why.empty())
        throw;
      importer.forget_refusals(refused);
      return fmt::format("{} of '{}' contradicts the shapes: {}", attribute, node.name(), why);
    }
  };
  auto arm = [&](const char* attribute) {
    return [&, attribute] {
      graph::ArmResults results = checked(attribute);
      if (auto* why = std::get_if<std::string>(&results))
        importer.note(*why + "; the program stops where it is chosen");
      return results;
    };
  };
  try {
    return graph::buildIf(node.build, node.name(), condition, arm("then_branch"),
                          arm("else_branch"));
  } catch (const InnerRefusal&) {
    return {};
  }
}

} // namespace npuforge::onnx
