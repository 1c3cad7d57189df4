// Access to a node's operands and attributes.
#include "node.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "tensor.h"

namespace npuforge::onnx {
namespace {

/// Longer constants are no parameters of an operator.
constexpr int64_t kMaxNumbers = int64_t{1} << 22;

/// A quantised constant is a constant: Clip's bounds come so from some exporters.
std::optional<double> dequantized_number(mlir::Value value) {
  auto dequantize = value.getDefiningOp<graph::DequantizeOp>();
  if (!dequantize)
    return {};
  auto constant = graph::constantValue(dequantize.getInput());
  if (!constant || constant.getNumElements() != 1)
    return {};
  int64_t integer = graph::integers(constant)[0];
  return static_cast<double>(integer - dequantize.getZeroPoints()[0]) * dequantize.getScales()[0];
}

} // namespace

using onnx_proto::AttributeProto;

onnx_proto::NodeProto& Node::edit() {
  if (!own_) {
    own_ = *proto_;
    proto_ = &*own_;
  }
  return *own_;
}

mlir::Value Node::operand(size_t input) const {
  if (!has(input))
    throw Unsupported(fmt::format("input {} is missing", input));
  return inputs[input];
}

Values Node::operands() const {
  Values result;
  for (size_t i = 0; i < std::max<size_t>(inputs.size(), 1); ++i)
    result.push_back(operand(i));
  return result;
}

mlir::DenseElementsAttr Node::constant(size_t input, const char* what) const {
  auto value = graph::constantValue(operand(input));
  if (!value)
    throw Unsupported(fmt::format("{} is not a constant", what));
  if (value.getNumElements() > kMaxNumbers)
    throw Unsupported(fmt::format("{} has {} elements", what, value.getNumElements()));
  return value;
}

std::vector<double> Node::numbers(size_t input, const char* what) const {
  if (auto number = dequantized_number(operand(input)))
    return {*number};
  return graph::reals(constant(input, what));
}

double Node::scalar(size_t input, const char* what) const {
  std::vector<double> all = numbers(input, what);
  if (all.size() != 1)
    throw Unsupported(fmt::format("{} has {} elements, not 1", what, all.size()));
  return all[0];
}

std::vector<int64_t> Node::wholes(size_t input, const char* what) const {
  mlir::DenseElementsAttr value = constant(input, what);
  if (!is_integer(value.getElementType()))
    throw Unsupported(fmt::format("{} is not of integers", what));
  return graph::integers(value);
}

int64_t Node::whole(size_t input, const char* what) const {
  std::vector<int64_t> all = wholes(input, what);
  if (all.size() != 1)
    throw Unsupported(fmt::format("{} has {} elements, not 1", what, all.size()));
  return all[0];
}

bool Node::all_constant() const {
  return llvm::all_of(inputs,
                      [](mlir::Value value) { return !value || graph::constantValue(value); });
}

bool Node::given(const char* name) const {
  return llvm::any_of(proto_->attribute(),
                      [&](const AttributeProto& attribute) { return attribute.name() == name; });
}

const AttributeProto* Node::find(const char* name, AttributeProto::AttributeType type) {
  read_.push_back(name);
  for (const auto& attribute : proto_->attribute()) {
    if (attribute.name() != name)
      continue;
    if (attribute.type() != type)
      throw Unsupported(fmt::format("attribute '{}' has the wrong type", name));
    return &attribute;
  }
  return nullptr;
}

int64_t Node::integer(const char* name, int64_t otherwise) {
  auto* attribute = find(name, AttributeProto::INT);
  return attribute ? attribute->i() : otherwise;
}

int64_t Node::integer(const char* name) {
  auto* attribute = find(name, AttributeProto::INT);
  if (!attribute)
    throw Unsupported(fmt::format("attribute '{}' is missing", name));
  return attribute->i();
}

double Node::real(const char* name, double otherwise) {
  auto* attribute = find(name, AttributeProto::FLOAT);
  return attribute ? attribute->f() : otherwise;
}

std::string Node::text(const char* name, const char* otherwise) {
  auto* attribute = find(name, AttributeProto::STRING);
  return attribute ? attribute->s() : otherwise;
}

std::vector<int64_t> Node::integers(const char* name, std::vector<int64_t> otherwise) {
  auto* attribute = find(name, AttributeProto::INTS);
  if (!attribute)
    return otherwise;
  return {attribute->ints().begin(), attribute->ints().end()};
}

std::vector<double> Node::reals(const char* name, std::vector<double> otherwise) {
  auto* attribute = find(name, AttributeProto::FLOATS);
  if (!attribute)
    return otherwise;
  return {attribute->floats().begin(), attribute->floats().end()};
}

std::vector<std::string> Node::texts(const char* name, std::vector<std::string> otherwise) {
  auto* attribute = find(name, AttributeProto::STRINGS);
  if (!attribute)
    return otherwise;
  return {attribute->strings().begin(), attribute->strings().end()};
}

mlir::DenseElementsAttr Node::tensor(const char* name) {
  auto* attribute = find(name, AttributeProto::TENSOR);
  if (!attribute)
    throw Unsupported(fmt::format("attribute '{}' is missing", name));
  if (!element_type(*build.context(), attribute->t().data_type()))
    throw Unsupported(fmt::format("attribute '{}' has elements of type {}, which is not supported",
                                  name, type_name(attribute->t().data_type())));
  return to_attribute(*build.context(), attribute->t(), folder_);
}

const onnx_proto::GraphProto& Node::body(const char* name) {
  auto* attribute = find(name, AttributeProto::GRAPH);
  if (!attribute)
    throw Unsupported(fmt::format("attribute '{}' is missing", name));
  return attribute->g();
}

int64_t Node::axis(const char* name, int64_t otherwise, int64_t rank) {
  return wrapped_axis(integer(name, otherwise), rank);
}

void Node::refuse_unread_attributes() const {
  for (const auto& attribute : proto_->attribute())
    if (std::find(read_.begin(), read_.end(), attribute.name()) == read_.end())
      throw Unsupported(fmt::format("attribute '{}' is not supported", attribute.name()));
}

bool Node::wants(int output) const {
  return output < proto_->output_size() && !proto_->output(output).empty();
}

int64_t wrapped_axis(int64_t axis, int64_t rank) {
  if (axis < -rank || axis >= rank)
    throw Contradiction(fmt::format("axis {} of a tensor of rank {}", axis, rank));
  return axis < 0 ? axis + rank : axis;
}

Shape wrapped_axes(Dims axes, int64_t rank) {
  Shape result;
  for (int64_t axis : axes) {
    int64_t wrapped = wrapped_axis(axis, rank);
    if (llvm::is_contained(result, wrapped))
      throw Unsupported(fmt::format("axis {} is given twice", axis));
    result.push_back(wrapped);
  }
  return result;
}

mlir::Type type_of(const Node& node, int64_t data_type) {
  const bool fits = data_type >= 0 && data_type < 1000;
  mlir::Type type =
      fits ? element_type(*node.build.context(), static_cast<int>(data_type)) : mlir::Type();
  if (!type)
    throw Unsupported(fmt::format("elements of type {} are not supported", type_name(data_type)));
  return type;
}

bool is_float(mlir::Type type) {
  return llvm::isa<mlir::FloatType>(type);
}
bool is_integer(mlir::Type type) {
  return llvm::isa<mlir::IntegerType>(type) && !type.isInteger(1);
}
bool is_bool(mlir::Type type) {
  return type.isInteger(1);
}

bool stays(const Node& node) {
  return !node.all_constant() && llvm::all_of(node.inputs, [](mlir::Value value) {
    return !value || graph::elementOf(value).isF32();
  });
}

} // namespace npuforge::onnx
