#include "rules.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <yaml-cpp/yaml.h>

namespace npuforge::conformance {
namespace {

using onnx_proto::GraphProto;
using onnx_proto::NodeProto;
using onnx_proto::TypeProto;

void check_keys(const YAML::Node& map, const std::set<std::string>& known) {
  for (const auto& entry : map)
    if (!known.contains(entry.first.as<std::string>()))
      throw std::runtime_error(fmt::format("line {}: unknown key '{}'", entry.first.Mark().line + 1,
                                           entry.first.as<std::string>()));
}

std::set<std::string> words(const YAML::Node& list) {
  std::set<std::string> result;
  for (const auto& word : list)
    result.insert(word.as<std::string>());
  return result;
}

Exclusion read_exclusion(const YAML::Node& node) {
  check_keys(node, {"reason", "operators", "types", "kinds", "cases"});
  Exclusion result{node["reason"].as<std::string>(), words(node["operators"]), words(node["types"]),
                   words(node["kinds"]), words(node["cases"])};
  if (result.operators.empty() && result.types.empty() && result.kinds.empty() &&
      result.cases.empty())
    throw std::runtime_error(
        fmt::format("line {}: an exclusion that excludes nothing", node.Mark().line + 1));
  return result;
}

const char* kind_of(const TypeProto& type) {
  switch (type.value_case()) {
  case TypeProto::kTensorType:
    return "tensor";
  case TypeProto::kSequenceType:
    return "sequence";
  case TypeProto::kOptionalType:
    return "optional";
  default:
    return "another kind of value";
  }
}

/// Calls visit(node) for all nodes, those in bodies of control flow as well.
template <typename Visit>
void for_each_node(const GraphProto& graph, Visit visit) {
  for (const NodeProto& node : graph.node()) {
    visit(node);
    for (const auto& attribute : node.attribute())
      if (attribute.has_g())
        for_each_node(attribute.g(), visit);
  }
}

bool has_one_of(const onnx_proto::ModelProto& model, const std::set<std::string>& operators) {
  bool found = false;
  for_each_node(model.graph(),
                [&](const NodeProto& node) { found |= operators.contains(node.op_type()); });
  return found;
}

bool applies(const Exclusion& exclusion, const onnx_proto::ModelProto& model) {
  bool found = has_one_of(model, exclusion.operators);
  auto check = [&](const onnx_proto::ValueInfoProto& value) {
    found |= exclusion.kinds.contains(kind_of(value.type()));
    if (value.type().has_tensor_type())
      found |= exclusion.types.contains(type_name(value.type().tensor_type().elem_type()));
  };
  for (const auto& value : model.graph().input())
    check(value);
  for (const auto& value : model.graph().output())
    check(value);
  return found;
}

/// What differs by more than `steps`, or at more than `most` elements.
std::optional<std::string> integer_difference(const HostTensor& result, const HostTensor& wanted,
                                              int64_t steps, double most) {
  const auto have = integers_of(result), want = integers_of(wanted);
  double beside = 0;
  for (size_t i = 0; i < want.size(); ++i) {
    if (have[i] == want[i])
      continue;
    if (std::abs(static_cast<double>(have[i]) - static_cast<double>(want[i])) >
            static_cast<double>(steps) ||
        ++beside > most)
      return fmt::format("element {} is {} instead of {}", i, have[i], want[i]);
  }
  return std::nullopt;
}

} // namespace

Rules::Rules(const std::filesystem::path& file) : tolerances_(file) {
  try {
    YAML::Node root = YAML::LoadFile(file);
    check_keys(root, {"tolerances", "computed_as", "rounded", "exclusions"});
    const YAML::Node rounded = root["rounded"];
    check_keys(rounded, {"steps", "share", "operators"});
    rounded_ = {rounded["steps"].as<int64_t>(), rounded["share"].as<double>(),
                words(rounded["operators"])};
    for (const auto& entry : root["exclusions"])
      exclusions_.push_back(read_exclusion(entry));
  } catch (const std::exception& error) {
    throw std::runtime_error(fmt::format("{}: {}", file.string(), error.what()));
  }
}

std::optional<std::string> Rules::excluded(const std::string& name,
                                           const onnx_proto::ModelProto& model) const {
  for (const Exclusion& exclusion : exclusions_)
    if (exclusion.cases.contains(name) || applies(exclusion, model))
      return exclusion.reason;
  return std::nullopt;
}

bool Rules::rounds(const onnx_proto::ModelProto& model) const {
  return has_one_of(model, rounded_.operators);
}

std::vector<double> Rules::reals(const HostTensor& tensor) const {
  std::vector<double> values = reals_of(tensor);
  if (tolerances_.rounded_to_f32(tensor.type))
    for (double& value : values)
      value = static_cast<float>(value);
  return values;
}

std::optional<std::string> Rules::difference(const HostTensor& result, const HostTensor& wanted,
                                             const std::string& precision, bool rounds) const {
  if (result.type != wanted.type || result.shape != wanted.shape)
    return fmt::format("{} [{}] instead of {} [{}]", result.type, fmt::join(result.shape, ", "),
                       wanted.type, fmt::join(wanted.shape, ", "));
  if (!is_float(wanted.type)) {
    const bool beside = rounds && (wanted.type == "i8" || wanted.type == "u8");
    const auto count = static_cast<double>(integers_of(wanted).size());
    return integer_difference(result, wanted, beside ? rounded_.steps : 0,
                              beside ? std::floor(rounded_.share * count) : 0);
  }
  const auto difference =
      verify::worst(reals(result), reals(wanted), tolerances_.of(wanted.type, precision));
  if (!difference || difference->allowed)
    return std::nullopt;
  return fmt::format("element {} is {:.9g} instead of {:.9g}", difference->index, difference->got,
                     difference->wanted);
}

} // namespace npuforge::conformance
