#include "parameters.h"

#include <algorithm>
#include <map>

#include "npuforge/compiler/onnx/import.h"

#include "model_file.h"
#include "select.h"

namespace npuforge::onnx {
namespace {

using onnx_proto::GraphProto;
using onnx_proto::NodeProto;
using Names = std::set<std::string>;

/// Inputs, by number, that an operator's schema calls shapes, axes, sizes, pads, counts, bounds of
/// a slice.
const std::set<int>& parameters_of(const std::string& op) {
  static const std::map<std::string, std::set<int>> table = {
      {"AffineGrid", {1}},
      {"BlackmanWindow", {0}},
      {"CenterCropPad", {1}},
      {"Col2Im", {1, 2}},
      {"ConstantOfShape", {0}},
      {"CumSum", {1}},
      {"DFT", {1, 2}},
      {"Dropout", {1, 2}},
      {"Expand", {1}},
      {"HammingWindow", {0}},
      {"HannWindow", {0}},
      {"MaxUnpool", {2}},
      {"MelWeightMatrix", {0, 1, 2, 3, 4}},
      {"NonMaxSuppression", {2}},
      {"OneHot", {1}},
      {"Pad", {1, 3}},
      {"Range", {0, 1, 2}},
      {"ReduceL1", {1}},
      {"ReduceL2", {1}},
      {"ReduceLogSum", {1}},
      {"ReduceLogSumExp", {1}},
      {"ReduceMax", {1}},
      {"ReduceMean", {1}},
      {"ReduceMin", {1}},
      {"ReduceProd", {1}},
      {"ReduceSum", {1}},
      {"ReduceSumSquare", {1}},
      {"Reshape", {1}},
      {"Resize", {1, 2, 3}},
      {"STFT", {1, 3}},
      {"Slice", {1, 2, 3, 4}},
      {"Split", {1}},
      {"Squeeze", {1}},
      {"Tile", {1, 2}},
      {"TopK", {1}},
      {"Trilu", {1}},
      {"Unsqueeze", {1}},
      {"Upsample", {1}},
  };
  static const std::set<int> none;
  auto found = table.find(op);
  return found == table.end() ? none : found->second;
}

/// A parameter itself, or a number that one may be computed from.
bool is_number(const onnx_proto::ValueInfoProto& input) {
  using onnx_proto::TensorProto;
  const auto& type = input.type().tensor_type();
  const int element = type.elem_type();
  const int rank = type.has_shape() ? type.shape().dim_size() : 2;
  const bool is_integer = element == TensorProto::INT64 || element == TensorProto::INT32;
  return (is_integer && rank <= 1) ||
         ((element == TensorProto::BOOL || element == TensorProto::FLOAT) && rank == 0);
}

/// The graph of an attribute; null without.
const GraphProto* graph_of(const NodeProto& node, const char* attribute) {
  for (const auto& candidate : node.attribute())
    if (candidate.name() == attribute && candidate.has_g())
      return &candidate.g();
  return nullptr;
}

/// Does a carried value become longer in each turn?
bool grows(const GraphProto& body, int carried) {
  for (const NodeProto& node : body.node())
    for (int i = 0; node.op_type() == "Concat" && i < carried; ++i)
      if (i + 2 < body.input_size() && i + 1 < body.output_size() &&
          node.output(0) == body.output(i + 1).name() &&
          std::find(node.input().begin(), node.input().end(), body.input(i + 2).name()) !=
              node.input().end())
        return true;
  return false;
}

/// Does a result's shape depend on how many turns the loop does?
bool collects(const NodeProto& loop) {
  const int carried = std::max(loop.input_size() - 2, 0);
  for (int i = carried; i < loop.output_size(); ++i)
    if (!loop.output(i).empty())
      return true;
  const GraphProto* body = graph_of(loop, "body");
  return body && grows(*body, carried);
}

/// A loop's count and condition are parameters where shapes depend on them.
const std::set<int>& parameters_of(const NodeProto& node) {
  static const std::set<int> loop{0, 1};
  return node.op_type() == "Loop" && collects(node) ? loop : parameters_of(node.op_type());
}

Names inputs_without_value(const GraphProto& graph) {
  Names names;
  for (const auto& input : graph.input())
    names.insert(input.name());
  for (const auto& tensor : graph.initializer())
    names.erase(tensor.name());
  return names;
}

/// The inputs from which each value is computed; values that have other sources are missing.
class Sources {
public:
  explicit Sources(const GraphProto& graph) {
    const Names open = inputs_without_value(graph);
    for (const auto& input : graph.input())
      if (open.contains(input.name()) && is_number(input))
        sources_[input.name()] = {input.name()};
    for (const auto& tensor : graph.initializer())
      sources_[tensor.name()] = {};
    for (size_t before = 0; before != sources_.size();) { // nodes need not be in order
      before = sources_.size();
      for (const NodeProto* node : all_nodes(graph))
        add(*node);
    }
  }
  /// Null: it is not computed from such inputs alone.
  const Names* of(const std::string& value) const {
    auto found = sources_.find(value);
    return found == sources_.end() ? nullptr : &found->second;
  }

private:
  void add(const NodeProto& node) {
    // What a shape is does not depend on the tensor's values.
    const bool of_type = node.op_type() == "Shape" || node.op_type() == "Size";
    Names all;
    for (const std::string& input : inputs_of(node)) {
      if (of_type)
        continue;
      const Names* names = of(input);
      if (!names)
        return;
      all.insert(names->begin(), names->end());
    }
    for (const std::string& output : node.output())
      sources_.try_emplace(output, all);
  }

  std::map<std::string, Names> sources_;
};

} // namespace

bool is_parameter(const NodeProto& node, int input) {
  return parameters_of(node).contains(input);
}

Names sources_of_parameters(const GraphProto& graph) {
  const Sources sources(graph);
  Names result;
  for (const NodeProto* node : all_nodes(graph))
    for (int input : parameters_of(*node))
      if (const Names* names =
              input < node->input_size() ? sources.of(node->input(input)) : nullptr)
        result.insert(names->begin(), names->end());
  return result;
}

bool only_decides(const GraphProto& graph, const std::string& value) {
  Names constants, derived{value};
  for (const auto& tensor : graph.initializer())
    constants.insert(tensor.name());
  for (const NodeProto* node : all_nodes(graph))
    if (node->op_type() == "Constant")
      constants.insert(node->output().begin(), node->output().end());
  auto decides = [](const NodeProto& node, int input) {
    return (node.op_type() == "If" && input == 0) || (node.op_type() == "Loop" && input < 2);
  };
  for (size_t before = 0; before != derived.size();) { // nodes need not be in order
    before = derived.size();
    for (const NodeProto* node : all_nodes(graph)) {
      bool reads = false, else_too = false;
      for (int i = 0; i < node->input_size(); ++i) {
        const bool own = derived.contains(node->input(i));
        reads |= own && !decides(*node, i);
        else_too |= !own && !node->input(i).empty() && !constants.contains(node->input(i));
      }
      if (reads && else_too)
        return false;
      if (reads)
        derived.insert(node->output().begin(), node->output().end());
    }
  }
  // What a branch or a turn gives is data, but for whether there is another turn.
  auto gives = [&](const GraphProto& inner, int first) {
    for (int i = first; i < inner.output_size(); ++i)
      if (derived.contains(inner.output(i).name()))
        return true;
    return false;
  };
  for (const NodeProto* node : all_nodes(graph))
    for (const auto& attribute : node->attribute())
      if (attribute.has_g() && gives(attribute.g(), node->op_type() == "Loop" ? 1 : 0))
        return false;
  return !gives(graph, 0);
}

const NodeProto* find_data_use(const GraphProto& graph, const std::string& value) {
  for (const NodeProto* node : all_nodes(graph))
    for (int i = 0; i < node->input_size(); ++i)
      if (node->input(i) == value && !is_parameter(*node, i))
        return node;
  return nullptr;
}

Names parameter_inputs(const std::filesystem::path& file) {
  const onnx_proto::ModelProto model = read_model(file);
  const GraphProto& graph = model.graph();
  Names found = sources_of_parameters(graph), used;
  for (const NodeProto* node : all_nodes(graph))
    used.insert(node->input().begin(), node->input().end());
  for (const std::string& name : inputs_without_value(graph))
    if (used.contains(name) && !find_data_use(graph, name))
      found.insert(name);
  return found;
}

} // namespace npuforge::onnx
