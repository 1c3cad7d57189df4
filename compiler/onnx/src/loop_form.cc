#include "loop_form.h"

#include <algorithm>
#include <set>

#include "select.h"

namespace npuforge::onnx {
namespace {

using onnx_proto::GraphProto;
using onnx_proto::NodeProto;

const NodeProto* producer(const GraphProto& body, const std::string& value) {
  for (const NodeProto& node : body.node())
    if (std::find(node.output().begin(), node.output().end(), value) != node.output().end())
      return &node;
  return nullptr;
}

/// How often nodes of the body, and its outputs, use a value.
int64_t uses_of(const GraphProto& body, const std::string& value) {
  int64_t count = 0;
  for (const NodeProto& node : body.node()) {
    const std::vector<std::string> inputs = inputs_of(node);
    count += std::count(inputs.begin(), inputs.end(), value);
  }
  for (const auto& output : body.output())
    count += output.name() == value;
  return count;
}

/// The Concat that makes a carried value of itself and one more; null if there is none.
const NodeProto* growing(const GraphProto& body, int carried) {
  const std::string &before = body.input(2 + carried).name(),
                    &behind = body.output(1 + carried).name();
  const NodeProto* node = producer(body, behind);
  const bool appends = node && node->op_type() == "Concat" && node->domain().empty() &&
                       node->input_size() == 2 && node->input(0) == before &&
                       node->input(1) != before && node->attribute_size() == 1;
  return appends && uses_of(body, before) == 1 && uses_of(body, behind) == 1 ? node : nullptr;
}

} // namespace

GrowingBody separate_growth(const GraphProto& body, int carried) {
  GrowingBody result;
  GraphProto& made = result.body = body;
  made.clear_input(), made.clear_output();
  std::vector<std::string> appended;
  std::set<std::string> dropped;
  for (int i = 0; i < carried; ++i)
    if (const NodeProto* concat = growing(body, i)) {
      result.growths.push_back({i, concat->attribute(0).i(), 0});
      appended.push_back(concat->input(1));
      dropped.insert(body.output(1 + i).name());
    }
  auto grows = [&](int i) {
    return std::any_of(result.growths.begin(), result.growths.end(),
                       [&](const Growth& growth) { return growth.carried == i; });
  };
  for (int i = 0; i < body.input_size(); ++i)
    if (i < 2 || !grows(i - 2))
      *made.add_input() = body.input(i);
  for (int i = 0; i < body.output_size(); ++i)
    if (i < 1 || i > carried || !grows(i - 1))
      *made.add_output() = body.output(i);
  for (size_t i = 0; i < appended.size(); ++i) {
    result.growths[i].output = made.output_size();
    made.add_output()->set_name(appended[i]);
  }
  auto* nodes = made.mutable_node();
  nodes->erase(std::remove_if(nodes->begin(), nodes->end(),
                              [&](const NodeProto& node) {
                                return node.output_size() > 0 && dropped.contains(node.output(0));
                              }),
               nodes->end());
  return result;
}

Decision decision_of(const GraphProto& body, int carried) {
  std::set<std::string> seen;
  std::vector<std::string> open{body.output(0).name()};
  Decision result;
  while (!open.empty()) {
    const std::string value = open.back();
    open.pop_back();
    if (!seen.insert(value).second)
      continue;
    if (const NodeProto* node = producer(body, value))
      for (const std::string& input : inputs_of(*node))
        open.push_back(input);
    for (int i = 0; i < carried; ++i)
      if (body.input(2 + i).name() == value) {
        result.carried.push_back(i);
        open.push_back(body.output(1 + i).name());
      }
  }
  std::sort(result.carried.begin(), result.carried.end());
  for (const NodeProto& node : body.node())
    if (std::any_of(node.output().begin(), node.output().end(),
                    [&](const std::string& output) { return seen.contains(output); }))
      *result.body.add_node() = node;
  for (const auto& tensor : body.initializer())
    if (seen.contains(tensor.name()))
      *result.body.add_initializer() = tensor;
  *result.body.mutable_input() = body.input();
  *result.body.add_output() = body.output(0);
  for (int i : result.carried)
    *result.body.add_output() = body.output(1 + i);
  return result;
}

} // namespace npuforge::onnx
