#include "functions.h"

#include <fmt/format.h>

#include "node.h"

namespace npuforge::onnx {
namespace {

using onnx_proto::AttributeProto;
using onnx_proto::FunctionProto;
using onnx_proto::NodeProto;
using Attributes = std::map<std::string, const AttributeProto*>;

std::string key(const std::string& domain, const std::string& name) {
  return (domain == "ai.onnx" ? "" : domain) + "::" + name;
}

Attributes arguments(const FunctionProto& function, const NodeProto& call) {
  Attributes result;
  for (const auto& name : function.attribute())
    result.emplace(name, nullptr);
  for (const auto& attribute : call.attribute()) {
    auto found = result.find(attribute.name());
    if (found == result.end())
      throw Unsupported(fmt::format("its function has no attribute '{}'", attribute.name()));
    found->second = &attribute;
  }
  return result;
}

/// A node of the body, its references resolved. An attribute that the call leaves out is left out.
NodeProto resolved(const NodeProto& node, const Attributes& arguments) {
  NodeProto result = node;
  result.clear_attribute();
  for (const auto& attribute : node.attribute()) {
    if (attribute.ref_attr_name().empty()) {
      *result.add_attribute() = attribute;
      continue;
    }
    auto found = arguments.find(attribute.ref_attr_name());
    if (found == arguments.end())
      throw Unsupported(fmt::format("its function refers to the attribute '{}', which it has not",
                                    attribute.ref_attr_name()));
    if (!found->second)
      continue;
    *result.add_attribute() = *found->second;
    result.mutable_attribute(result.attribute_size() - 1)->set_name(attribute.name());
  }
  return result;
}

} // namespace

Functions::Functions(const onnx_proto::ModelProto& model) {
  for (const auto& function : model.functions())
    functions_.emplace(key(function.domain(), function.name()), &function);
}

const FunctionProto* Functions::find(const NodeProto& node) const {
  auto found = functions_.find(key(node.domain(), node.op_type()));
  return found == functions_.end() ? nullptr : found->second;
}

onnx_proto::GraphProto body_of(const FunctionProto& function, const NodeProto& call) {
  if (call.input_size() > function.input_size() || call.output_size() > function.output_size())
    throw Unsupported(fmt::format("its function takes {} inputs and gives {} outputs",
                                  function.input_size(), function.output_size()));
  onnx_proto::GraphProto body;
  body.set_name(function.name());
  for (const auto& input : function.input())
    body.add_input()->set_name(input);
  for (const auto& output : function.output())
    body.add_output()->set_name(output);
  Attributes given = arguments(function, call);
  for (const auto& node : function.node())
    *body.add_node() = resolved(node, given);
  return body;
}

} // namespace npuforge::onnx
