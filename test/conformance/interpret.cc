#include "interpret.h"

#include <map>
#include <set>

#include "npuforge/compiler/graph/Graph.h"
#include "npuforge/compiler/graph/bounded.h"
#include "npuforge/compiler/graph/tensor_interpreter.h"

#include "import_request.h"

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

/// For an input of which only the type is read (CastLike's): ONNX's data has it in other shapes.
mlir::DenseElementsAttr nothing(mlir::Type type) {
  auto shaped = llvm::cast<mlir::ShapedType>(type);
  return mlir::DenseElementsAttr::get(
      shaped, mlir::Builder(type.getContext()).getZeroAttr(shaped.getElementType()));
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

/// The first elements of a dimension.
HostTensor front(const HostTensor& whole, size_t dim, int64_t extent) {
  HostTensor part{whole.type, whole.shape, {}};
  part.shape[dim] = extent;
  size_t inner = size_of(whole.type);
  for (size_t i = dim + 1; i < whole.shape.size(); ++i)
    inner *= static_cast<size_t>(whole.shape[i]);
  const size_t step = inner * static_cast<size_t>(whole.shape[dim]);
  for (size_t from = 0; step && from < whole.bytes.size(); from += step)
    part.bytes += whole.bytes.substr(from, inner * static_cast<size_t>(extent));
  return part;
}

/// Of results whose extents other results say only what counts, without those others.
Tensors what_counts(mlir::func::FuncOp main, const Tensors& all) {
  std::map<std::string, size_t> places;
  for (unsigned i = 0; i < main.getNumResults(); ++i)
    places[main.getResultAttrOfType<mlir::StringAttr>(i, "graph.name").str()] = i;
  std::set<size_t> extents;
  Tensors results(all);
  for (unsigned i = 0; i < main.getNumResults(); ++i)
    if (auto bounded = graph::boundedOf(main.getResultAttrDict(i))) {
      const size_t place = places.at(bounded->extent);
      results[i] = front(all[i], static_cast<size_t>(bounded->dim), integers_of(all[place])[0]);
      extents.insert(place);
    }
  Tensors kept;
  for (size_t i = 0; i < results.size(); ++i)
    if (!extents.count(i))
      kept.push_back(results[i]);
  return kept;
}

} // namespace

Tensors interpret_model(const Request& request, const Tensors& inputs, bool& folded) {
  mlir::MLIRContext context(mlir::MLIRContext::Threading::DISABLED);
  onnx::Import import = import_request(context, request);
  auto main = import.module->lookupSymbol<mlir::func::FuncOp>("main");
  folded = !depends_on_input(main);
  if (inputs.size() != main.getNumArguments())
    throw std::runtime_error("the number of inputs is wrong");
  std::vector<mlir::DenseElementsAttr> arguments;
  for (auto [input, argument] : llvm::zip_equal(inputs, main.getArguments()))
    arguments.push_back(argument.use_empty() ? nothing(argument.getType())
                                             : to_attribute(context, input));
  Tensors all;
  for (mlir::DenseElementsAttr result : graph::interpretTensors(main, arguments))
    all.push_back(from_attribute(result));
  return what_counts(main, all);
}

} // namespace npuforge::conformance
