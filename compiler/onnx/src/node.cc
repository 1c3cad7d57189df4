// Access to a node's operands and attributes.
#include <algorithm>

#include <fmt/format.h>

#include "npuforge/compiler/graph/Graph.h"

#include "nodes.h"

namespace npuforge::onnx {

using onnx_proto::AttributeProto;

mlir::Value Node::operand(size_t input) const {
  if (!has(input))
    throw Unsupported(fmt::format("input {} is missing", input));
  return inputs[input];
}

mlir::DenseElementsAttr Node::constant(size_t input, const char* what) const {
  auto op = operand(input).getDefiningOp<graph::ConstantOp>();
  auto value =
      op ? llvm::dyn_cast<mlir::DenseElementsAttr>(op.getValue()) : mlir::DenseElementsAttr();
  if (!value)
    throw Unsupported(fmt::format("{} is not a constant", what));
  return value;
}

std::vector<double> Node::numbers(size_t input, const char* what) const {
  // A quantised constant is a constant: Clip's bounds come so from some exporters.
  if (auto dequantize = operand(input).getDefiningOp<graph::DequantizeOp>()) {
    auto op = dequantize.getInput().getDefiningOp<graph::ConstantOp>();
    auto value = op ? llvm::dyn_cast<mlir::DenseIntElementsAttr>(op.getValue())
                    : mlir::DenseIntElementsAttr();
    if (!value || value.getNumElements() != 1)
      throw Unsupported(fmt::format("{} is not a constant", what));
    llvm::APInt bits = *value.value_begin<llvm::APInt>();
    bool is_unsigned = value.getElementType().isUnsignedInteger();
    int64_t integer = is_unsigned ? static_cast<int64_t>(bits.getZExtValue()) : bits.getSExtValue();
    return {static_cast<double>(integer - dequantize.getZeroPoints()[0]) *
            dequantize.getScales()[0]};
  }
  mlir::DenseElementsAttr value = constant(input, what);
  std::vector<double> result;
  if (auto floats = llvm::dyn_cast<mlir::DenseFPElementsAttr>(value)) {
    for (const llvm::APFloat& number : floats)
      result.push_back(value.getElementType().isF32() ? number.convertToFloat()
                                                      : number.convertToDouble());
  } else {
    bool is_unsigned = value.getElementType().isUnsignedInteger();
    for (const llvm::APInt& number : value.getValues<llvm::APInt>())
      result.push_back(is_unsigned ? static_cast<double>(number.getZExtValue())
                                   : static_cast<double>(number.getSExtValue()));
  }
  return result;
}

double Node::scalar(size_t input, const char* what) const {
  std::vector<double> all = numbers(input, what);
  if (all.size() != 1)
    throw Unsupported(fmt::format("{} has {} elements, not 1", what, all.size()));
  return all[0];
}

const AttributeProto* Node::find(const char* name, AttributeProto::AttributeType type) {
  read_.push_back(name);
  for (const auto& attribute : proto.attribute()) {
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

void Node::refuse_unread_attributes() const {
  for (const auto& attribute : proto.attribute())
    if (std::find(read_.begin(), read_.end(), attribute.name()) == read_.end())
      throw Unsupported(fmt::format("attribute '{}' is not supported", attribute.name()));
}

} // namespace npuforge::onnx
