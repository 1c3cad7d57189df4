#include "select.h"

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
  Walk(Values& values, std::vector<const NodeProto*>& order) : values_(values), order_(order) {}

  void from(const std::string& value, const std::string& user) {
    push(value, user);
    while (!stack_.empty()) {
      auto& [node, next] = stack_.back();
      if (next == node->input_size()) {
        state_[node] = State::Done;
        order_.push_back(node);
        stack_.pop_back();
      } else {
        const NodeProto* current = node;
        const std::string& input = current->input(next++); // push may move the stack
        if (!input.empty())
          push(input, fmt::format("node '{}'", node_name(*current)));
      }
    }
  }

private:
  enum class State { Unseen, Open, Done };

  void push(const std::string& value, const std::string& user) {
    auto found = values_.producer.find(value);
    if (found == values_.producer.end()) {
      if (reported_.insert(value).second)
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
    stack_.emplace_back(node, 0);
  }

  Values& values_;
  std::vector<const NodeProto*>& order_;
  std::vector<std::pair<const NodeProto*, int>> stack_;
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

Selection select_nodes(const GraphProto& graph, const std::vector<std::string>& wanted) {
  Values values(graph);
  Selection selection;
  selection.outputs = wanted;
  if (wanted.empty())
    for (const auto& output : graph.output())
      selection.outputs.push_back(output.name());
  if (selection.outputs.empty())
    values.problems.push_back("the graph has no output");
  Walk walk(values, selection.nodes);
  for (const auto& output : selection.outputs)
    walk.from(output, "output");
  if (!values.problems.empty())
    throw ImportError(fmt::format("{}", fmt::join(values.problems, "\n")));
  return selection;
}

} // namespace npuforge::onnx
