#include "import_request.h"

#include <llvm/ADT/DenseSet.h>

namespace npuforge::conformance {

std::set<std::string> parameter_inputs(const std::filesystem::path& model) {
  return onnx::parameter_inputs(model);
}

onnx::Import import_request(mlir::MLIRContext& context, const Request& request) {
  onnx::ImportOptions options;
  options.shapes = request.shapes;
  options.bindings = request.bound;
  return onnx::import_model(context, request.model, options);
}

/// What has no elements tells nothing of them.
static bool is_empty(mlir::Value value) {
  auto type = llvm::dyn_cast<mlir::ShapedType>(value.getType());
  return type && type.hasStaticShape() && type.getNumElements() == 0;
}

bool depends_on_input(mlir::func::FuncOp main) {
  llvm::DenseSet<mlir::Value> reached;
  mlir::Block& body = main.getBody().front();
  for (mlir::Value argument : body.getArguments())
    reached.insert(argument);
  bool found = false;
  for (mlir::Operation& op : body) {
    const bool depends = llvm::any_of(
        op.getOperands(), [&](mlir::Value operand) { return reached.contains(operand); });
    for (mlir::Value result : op.getResults())
      if (depends && !is_empty(result))
        reached.insert(result);
    found |= depends && &op == body.getTerminator();
  }
  return found;
}

} // namespace npuforge::conformance
