#include "select.h"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "npuforge/compiler/onnx/import.h"

namespace npuforge::onnx {
namespace {

using onnx_proto::GraphProto;
using onnx_proto::NodeProto;

/// Names of a graph's values, who makes them, and what is wrong with them.
struct Values {
  std::map<std::string, const NodeProto*> producer; // null: input or initialiser
  std::vector<std::string> problems;

  explicit Values(const GraphProto& graph) {
    std::set<std::string> inputs, initializers;
    for (const auto& input : graph.input())
      if (!inputs.insert(input.name()).second)
        problems.push_back(fmt::format("input '{}' is defined twice", input.name()));
    for (const auto& tensor : graph.initializer())
      if (!initializers.insert(tensor.name()).second)
        problems.push_back(fmt::format("initialiser '{}' is defined twice", tensor.name()));
    for (const auto& name : inputs) // an initialiser may give an input its default
      producer[name] = nullptr;
    for (const auto& name : initializers)
      producer[name] = nullptr;
    for (const auto& node : graph.node())
      for (const auto& output : node.output())
        if (!output.empty() && !producer.emplace(output, &node).second)
          problems.push_back(
              fmt::format("node '{}': value '{}' is defined twice", node_name(node), output));
  }
};

/// Depth-first walk from outputs to inputs, without recursion: a graph may be very deep.
class Walk {
public:
  Walk(Values& values, std::vector<const NodeProto*>& order, const IsOuter& outer)
      : values_(values), order_(order), outer_(outer) {}

  void from(const std::string& value, const std::string& user) {
    push(value, user);
    while (!stack_.empty()) {
      auto& [node, inputs] = stack_.back();
      if (inputs.empty()) {
        state_[node] = State::Done;
        order_.push_back(node);
        stack_.pop_back();
      } else {
        const std::string user = fmt::format("node '{}'", node_name(*node));
        const std::string input = std::move(inputs.back()); // push may move the stack
        inputs.pop_back();
        push(input, user);
      }
    }
  }

private:
  enum class State { Unseen, Open, Done };

  void push(const std::string& value, const std::string& user) {
    auto found = values_.producer.find(value);
    if (found == values_.producer.end()) {
      if (!(outer_ && outer_(value)) && reported_.insert(value).second)
        values_.problems.push_back(fmt::format("{}: value '{}' is not defined", user, value));
      return;
    }
    const NodeProto* node = found->second;
    if (!node || state_[node] == State::Done)
      return;
    if (state_[node] == State::Open) {
      values_.problems.push_back(
          fmt::format("node '{}' depends on itself through {}", node_name(*node), user));
      return;
    }
    state_[node] = State::Open;
    std::vector<std::string> inputs = inputs_of(*node);
    std::reverse(inputs.begin(), inputs.end());
    stack_.emplace_back(node, std::move(inputs));
  }

  Values& values_;
  std::vector<const NodeProto*>& order_;
  const IsOuter& outer_;
  std::vector<std::pair<const NodeProto*, std::vector<std::string>>> stack_; ///< inputs to follow
  std::map<const NodeProto*, State> state_;
  std::set<std::string> reported_;
};

} // namespace

std::string node_name(const NodeProto& node) {
  if (!node.name().empty())
    return node.name();
  for (const std::string& output : node.output()) // the first ones may be left out
    if (!output.empty())
      return output;
  return node.op_type();
}

namespace {

/// What a graph inside a node uses of the graphs around it.
void add_captured(const GraphProto& graph, std::vector<std::string>& names) {
  std::set<std::string> own;
  for (const auto& input : graph.input())
    own.insert(input.name());
  for (const auto& tensor : graph.initializer())
    own.insert(tensor.name());
  for (const auto& node : graph.node())
    own.insert(node.output().begin(), node.output().end());
  auto add = [&](const std::string& name) {
    if (!own.contains(name))
      names.push_back(name);
  };
  for (const auto& node : graph.node())
    for (const std::string& input : inputs_of(node))
      add(input);
  for (const auto& output : graph.output())
    add(output.name());
}

} // namespace

std::vector<std::string> inputs_of(const NodeProto& node) {
  std::vector<std::string> names;
  for (const std::string& input : node.input())
    if (!input.empty())
      names.push_back(input);
  for (const auto& attribute : node.attribute())
    if (attribute.has_g())
      add_captured(attribute.g(), names);
  return names;
}

std::vector<const NodeProto*> all_nodes(const GraphProto& graph) {
  std::vector<const NodeProto*> nodes;
  for (const NodeProto& node : graph.node()) {
    nodes.push_back(&node);
    for (const auto& attribute : node.attribute())
      if (attribute.has_g())
        for (const NodeProto* inner : all_nodes(attribute.g()))
          nodes.push_back(inner);
  }
  return nodes;
}

Selection select_nodes(const GraphProto& graph, const std::vector<std::string>& wanted,
                       const IsOuter& outer) {
  Values values(graph);
  Selection selection;
  selection.outputs = wanted;
  if (wanted.empty())
    for (const auto& output : graph.output())
      selection.outputs.push_back(output.name());
  if (selection.outputs.empty())
    values.problems.push_back("the graph has no output");
  Walk walk(values, selection.nodes, outer);
  for (const auto& output : selection.outputs)
    walk.from(output, "output");
  if (!values.problems.empty())
    throw ImportError(fmt::format("{}", fmt::join(values.problems, "\n")));
  return selection;
}

} // namespace npuforge::onnx
