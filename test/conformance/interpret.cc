#include "interpret.h"

#include <fstream>

#include <fmt/format.h>
#include <mlir/Pass/PassManager.h>
#include <unistd.h>

#include "npuforge/compiler/graph/Graph.h"
#include "npuforge/compiler/graph/Passes.h"
#include "npuforge/compiler/graph/tensor_interpreter.h"
#include "npuforge/compiler/onnx/import.h"

#include "npuforge_onnx.pb.h"
#include "pipeline.h"

namespace npuforge::conformance {
namespace {

mlir::Type element_type(mlir::MLIRContext& context, const std::string& type) {
  mlir::Builder builder(&context);
  if (type == "f16")
    return builder.getF16Type();
  if (type == "bf16")
    return builder.getBF16Type();
  if (type[0] == 'f')
    return type == "f32" ? mlir::Type(builder.getF32Type()) : builder.getF64Type();
  if (type == "bool")
    return builder.getI1Type();
  const auto bits = static_cast<unsigned>(8 * size_of(type));
  return type[0] == 'u' ? builder.getIntegerType(bits, false) : builder.getIntegerType(bits);
}

std::string type_text(mlir::Type type) {
  if (type.isInteger(1))
    return "bool";
  std::string text;
  llvm::raw_string_ostream(text) << type;
  return type.isUnsignedInteger() ? "u" + text.substr(2) : text; // ui8
}

mlir::DenseElementsAttr to_attribute(mlir::MLIRContext& context, const HostTensor& tensor) {
  auto type = mlir::RankedTensorType::get(tensor.shape, element_type(context, tensor.type));
  if (tensor.type != "bool")
    return mlir::DenseElementsAttr::getFromRawBuffer(type, tensor.bytes);
  llvm::SmallVector<bool> bits(tensor.bytes.begin(), tensor.bytes.end());
  return mlir::DenseElementsAttr::get(type, bits);
}

HostTensor from_attribute(mlir::DenseElementsAttr attribute) {
  HostTensor tensor{type_text(attribute.getElementType()), attribute.getType().getShape().vec(),
                    ""};
  if (tensor.type == "bool") {
    for (bool bit : attribute.getValues<bool>())
      tensor.bytes += bit ? '\1' : '\0';
    return tensor;
  }
  llvm::ArrayRef<char> raw = attribute.getRawData();
  for (size_t i = 0, each = attribute.isSplat() ? tensor.count() : 1; i < each; ++i)
    tensor.bytes.append(raw.begin(), raw.end());
  return tensor;
}

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

onnx::Import import_bound(mlir::MLIRContext& context, const Request& request) {
  onnx::ImportOptions options;
  options.shapes = request.shapes;
  if (request.bound.empty())
    return onnx::import_model(context, request.model, options);
  BoundModel model(request);
  return onnx::import_model(context, model.file(), options);
}

/// Whether any result depends on an argument.
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

} // namespace

Tensors interpret_model(const Request& request, const Tensors& inputs, bool& folded) {
  mlir::MLIRContext context(mlir::MLIRContext::Threading::DISABLED);
  onnx::Import import = import_bound(context, request);
  mlir::PassManager passes(&context);
  passes.nest<mlir::func::FuncOp>().addPass(graph::createInferShapes());
  compiler::run_passes(passes, *import.module);
  auto main = import.module->lookupSymbol<mlir::func::FuncOp>("main");
  folded = !depends_on_input(main);
  std::vector<mlir::DenseElementsAttr> arguments;
  for (const HostTensor& input : inputs)
    arguments.push_back(to_attribute(context, input));
  Tensors results;
  for (mlir::DenseElementsAttr result : graph::interpretTensors(main, arguments))
    results.push_back(from_attribute(result));
  return results;
}

} // namespace npuforge::conformance
