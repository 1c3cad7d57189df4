#include "npuforge/compiler/verify/tensors.h"

#include <bit>
#include <cstring>
#include <random>
#include <stdexcept>

#include <fmt/format.h>

#include "npuforge/compiler/onnx/tensor_file.h"

namespace npuforge::verify {
namespace {

/// The bits of an element, in the low bits of the result.
uint64_t bits_of(const Tensor& tensor, size_t i) {
  if (!tensor.is_real())
    return static_cast<uint64_t>((*tensor.integers)[i]);
  bool loses = false;
  llvm::APFloat value((*tensor.reals)[i]);
  value.convert(llvm::cast<mlir::FloatType>(tensor.element).getFloatSemantics(),
                llvm::APFloat::rmNearestTiesToEven, &loses);
  return value.bitcastToAPInt().getZExtValue();
}

double real_of(uint64_t bits, mlir::Type element) {
  auto type = llvm::cast<mlir::FloatType>(element);
  llvm::APFloat value(type.getFloatSemantics(), llvm::APInt(type.getWidth(), bits));
  bool loses = false;
  value.convert(llvm::APFloat::IEEEdouble(), llvm::APFloat::rmNearestTiesToEven, &loses);
  return value.convertToDouble();
}

size_t bytes_of(mlir::Type element) {
  return (element.getIntOrFloatBitWidth() + 7) / 8;
}

Tensor random_tensor(mlir::RankedTensorType type, std::mt19937_64& random) {
  Tensor tensor = graph::reference::make_tensor(type.getShape(), type.getElementType());
  for (int64_t i = 0; i < tensor.count(); ++i) {
    const auto at = static_cast<size_t>(i);
    const double unit = static_cast<double>(random() >> 11) * 0x1p-53;
    if (tensor.is_real())
      (*tensor.reals)[at] = graph::reference::round_to(tensor.element, 2 * unit - 1);
    else
      (*tensor.integers)[at] = unit < 0.5 ? 0 : 1;
  }
  return tensor;
}

Tensor read_tensor(const std::filesystem::path& file, mlir::RankedTensorType type) {
  mlir::DenseElementsAttr value = onnx::read_tensor(*type.getContext(), file);
  if (value.getType() != type)
    throw std::runtime_error("it has another shape or type than the network's input");
  return graph::reference::from_attribute(value);
}

} // namespace

std::string type_name(mlir::Type element) {
  if (element.isInteger(1))
    return "bool";
  if (element.isBF16())
    return "bf16";
  const char* kind = llvm::isa<mlir::FloatType>(element) ? "f"
                     : element.isUnsignedInteger()       ? "u"
                                                         : "i";
  return kind + std::to_string(element.getIntOrFloatBitWidth());
}

simulator::Tensor to_device(const Tensor& tensor) {
  const size_t size = bytes_of(tensor.element), count = static_cast<size_t>(tensor.count());
  simulator::Tensor result{type_name(tensor.element),
                           {tensor.shape.begin(), tensor.shape.end()},
                           std::vector<std::byte>(count * size)};
  for (size_t i = 0; i < count; ++i) {
    const uint64_t bits = bits_of(tensor, i);
    std::memcpy(result.data.data() + i * size, &bits, size);
  }
  return result;
}

Tensor from_device(const simulator::Tensor& tensor, mlir::RankedTensorType type) {
  const std::string wanted = type_name(type.getElementType());
  if (tensor.type != wanted || llvm::ArrayRef<int64_t>(tensor.shape) != type.getShape())
    throw std::runtime_error(fmt::format("{} {} instead of {} {}", tensor.type,
                                         simulator::shape_text(tensor.shape), wanted,
                                         simulator::shape_text(type.getShape())));
  Tensor result = graph::reference::make_tensor(type.getShape(), type.getElementType());
  const size_t size = bytes_of(result.element);
  for (int64_t i = 0; i < result.count(); ++i) {
    const auto at = static_cast<size_t>(i);
    uint64_t bits = 0;
    std::memcpy(&bits, tensor.data.data() + at * size, size);
    if (result.is_real())
      (*result.reals)[at] = real_of(bits, result.element);
    else
      (*result.integers)[at] =
          graph::reference::wrap_to(result.element, static_cast<int64_t>(bits));
  }
  return result;
}

std::vector<double> numbers(const Tensor& tensor) {
  if (tensor.is_real())
    return *tensor.reals;
  return {tensor.integers->begin(), tensor.integers->end()};
}

std::vector<double> in_order(const std::vector<double>& elements, llvm::ArrayRef<int64_t> shape,
                             llvm::ArrayRef<int64_t> order) {
  if (order.empty())
    return elements;
  const graph::reference::Shape steps = graph::reference::strides_of(shape);
  std::vector<double> result;
  result.reserve(elements.size());
  graph::reference::Shape index(order.size(), 0);
  while (result.size() < elements.size()) {
    int64_t at = 0;
    for (size_t d = 0; d < order.size(); ++d)
      at += index[d] * steps[static_cast<size_t>(order[d])];
    result.push_back(elements[static_cast<size_t>(at)]);
    for (size_t d = order.size(); d-- > 0;) {
      if (++index[d] < shape[static_cast<size_t>(order[d])])
        break;
      index[d] = 0;
    }
  }
  return result;
}

std::vector<Tensor> make_inputs(mlir::func::FuncOp main, const std::vector<std::string>& files,
                                uint64_t seed) {
  auto name_of = [&](unsigned i) {
    return main.getArgAttrOfType<mlir::StringAttr>(i, "graph.name").str();
  };
  std::vector<std::string> chosen(main.getNumArguments());
  size_t next = 0;
  for (const std::string& text : files) {
    const size_t equals = text.find('=');
    size_t at = next;
    if (equals != std::string::npos) {
      for (at = 0;
           at < chosen.size() && name_of(static_cast<unsigned>(at)) != text.substr(0, equals);)
        ++at;
      if (at == chosen.size())
        throw std::runtime_error(
            fmt::format("--input: the network has no input '{}'", text.substr(0, equals)));
    } else if (next++ >= chosen.size()) {
      throw std::runtime_error(
          fmt::format("--input: the network has {} inputs, more files are given", chosen.size()));
    }
    chosen[at] = equals == std::string::npos ? text : text.substr(equals + 1);
  }
  std::mt19937_64 random(seed);
  std::vector<Tensor> inputs;
  for (unsigned i = 0; i < chosen.size(); ++i) {
    auto type = llvm::cast<mlir::RankedTensorType>(main.getArgument(i).getType());
    try {
      inputs.push_back(chosen[i].empty() ? random_tensor(type, random)
                                         : read_tensor(chosen[i], type));
    } catch (const std::exception& error) {
      throw std::runtime_error(fmt::format("--input: {}: {}", chosen[i], error.what()));
    }
  }
  return inputs;
}

} // namespace npuforge::verify
