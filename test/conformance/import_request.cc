#include "import_request.h"

#include <fstream>

#include <fmt/format.h>
#include <unistd.h>

#include "npuforge_onnx.pb.h"

namespace npuforge::conformance {
namespace {

/// A copy of the model in which bound inputs are initialisers; removed when it goes.
class BoundModel {
public:
  BoundModel(const Request& request)
      : file_(std::filesystem::temp_directory_path() /
              fmt::format("npuconform-{}.onnx", ::getpid())) {
    onnx_proto::ModelProto model;
    std::ifstream in(request.model, std::ios::binary);
    model.ParseFromIstream(&in);
    for (const auto& [name, path] : request.bound) {
      auto* tensor = model.mutable_graph()->add_initializer();
      std::ifstream data(path, std::ios::binary);
      tensor->ParseFromIstream(&data);
      tensor->set_name(name);
    }
    std::ofstream out(file_, std::ios::binary);
    if (!model.SerializeToOstream(&out))
      throw std::runtime_error(fmt::format("cannot write {}", file_.string()));
  }
  ~BoundModel() { std::filesystem::remove(file_); }
  const std::filesystem::path& file() const { return file_; }

private:
  std::filesystem::path file_;
};

} // namespace

onnx::Import import_request(mlir::MLIRContext& context, const Request& request) {
  onnx::ImportOptions options;
  options.shapes = request.shapes;
  if (request.bound.empty())
    return onnx::import_model(context, request.model, options);
  BoundModel model(request);
  return onnx::import_model(context, model.file(), options);
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
    if (depends)
      reached.insert(op.result_begin(), op.result_end());
    found |= depends && &op == body.getTerminator();
  }
  return found;
}

} // namespace npuforge::conformance
