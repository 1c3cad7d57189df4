#include "upgrade.h"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "tensor.h"

namespace npuforge::onnx {
namespace {

using onnx_proto::AttributeProto;
using onnx_proto::NodeProto;
using onnx_proto::TensorProto;

/// Removes an attribute; without effect if it is not there.
void drop(Node& node, const char* name) {
  if (!node.given(name))
    return;
  auto& attributes = *node.edit().mutable_attribute();
  for (int i = attributes.size(); i-- > 0;)
    if (attributes[i].name() == name)
      attributes.DeleteSubrange(i, 1);
}

void set(Node& node, const char* name, int64_t value) {
  drop(node, name);
  AttributeProto* attribute = node.edit().add_attribute();
  attribute->set_name(name);
  attribute->set_type(AttributeProto::INT);
  attribute->set_i(value);
}

void set(Node& node, const char* name, const std::string& value) {
  drop(node, name);
  AttributeProto* attribute = node.edit().add_attribute();
  attribute->set_name(name);
  attribute->set_type(AttributeProto::STRING);
  attribute->set_s(value);
}

void set_input(Node& node, size_t index, mlir::Value value) {
  if (node.inputs.size() <= index)
    node.inputs.resize(index + 1);
  node.inputs[index] = value;
}

/// An attribute of integers becomes an input.
void integers_to_input(Node& node, const char* name, size_t index) {
  if (!node.given(name))
    return;
  set_input(node, index, node.build.integers(node.integers(name, {})));
  drop(node, name);
}

/// An attribute of one number becomes an input of the first operand's type.
void real_to_input(Node& node, const char* name, size_t index) {
  if (!node.given(name))
    return;
  set_input(node, index, node.build.number(node.element(0), node.real(name, 0)));
  drop(node, name);
}

/// Before opset 7, `broadcast` allows the second operand to be smaller, its dimensions beginning at
/// `axis` of the first.
void legacy_broadcast(Node& node) {
  if (node.given("broadcast") && node.integer("broadcast", 0) != 0 && node.given("axis")) {
    const int64_t rank = node.rank(0), own = node.rank(1);
    const int64_t axis = wrapped_axis(node.integer("axis", 0), std::max<int64_t>(rank, 1));
    if (axis + own > rank)
      throw Unsupported(fmt::format("{} at axis {} does not broadcast to {}",
                                    graph::text(node.shape(1)), axis, graph::text(node.shape(0))));
    Shape shape(node.shape(1));
    shape.append(static_cast<size_t>(rank - axis - own), 1);
    node.inputs[1] = node.build.reshape(node.operand(1), shape);
  }
  drop(node, "broadcast");
  drop(node, "axis");
}

/// One slope for each channel.
void prelu(Node& node) {
  if (node.rank(1) != 1 || node.rank(0) < 3 || node.shape(1)[0] == 1)
    return;
  Shape shape(static_cast<size_t>(node.rank(0)) - 1, 1);
  shape[0] = node.shape(1)[0];
  node.inputs[1] = node.build.reshape(node.operand(1), shape);
}

void batch_normalization(Node& node) {
  if (node.integer("spatial", 1) != 1)
    throw Unsupported("statistics for each element (spatial = 0) are not supported");
  drop(node, "spatial");
  drop(node, "is_test");
}

void pad(Node& node) {
  integers_to_input(node, "paddings", 1);
  integers_to_input(node, "pads", 1);
  real_to_input(node, "value", 2);
}

void cast(Node& node) {
  std::string name = node.text("to", "");
  std::transform(name.begin(), name.end(), name.begin(), ::toupper);
  TensorProto::DataType type = TensorProto::UNDEFINED;
  if (!TensorProto::DataType_Parse(name, &type))
    throw Unsupported(fmt::format("'{}' is no element type", name));
  set(node, "to", static_cast<int64_t>(type));
}

/// Softmax and its like flattened the tensor to [before axis, from axis on].
void flattened(Node& node) {
  const int64_t axis = wrapped_axis(node.integer("axis", 1), std::max<int64_t>(node.rank(0), 1));
  node.result_shape = Shape(node.shape(0));
  const auto split = static_cast<size_t>(axis);
  node.inputs[0] =
      node.build.reshape(node.operand(0), {graph::elements(node.shape(0).take_front(split)),
                                           graph::elements(node.shape(0).drop_front(split))});
  set(node, "axis", 1);
}

void top_k(Node& node) {
  if (!node.given("k"))
    return;
  set_input(node, 1, node.build.integers(node.integer("k")));
  drop(node, "k");
}

/// Tile-1: a count and an axis.
void tile(Node& node) {
  if (node.inputs.size() != 3)
    return;
  Shape repeats(static_cast<size_t>(node.rank(0)), 1);
  const auto axis = wrapped_axis(static_cast<int64_t>(node.scalar(2, "the axis")), node.rank(0));
  repeats[static_cast<size_t>(axis)] = static_cast<int64_t>(node.scalar(1, "the count"));
  node.inputs.pop_back();
  node.inputs[1] = node.build.integers(repeats);
}

void grid_sample(Node& node) {
  std::string mode = node.text("mode", "bilinear");
  if (mode == "bilinear")
    set(node, "mode", "linear");
  if (mode == "bicubic")
    set(node, "mode", "cubic");
}

/// Powers were floats.
void whole_power(Node& node) {
  if (!node.given("p") || node.opset >= 2)
    return;
  const double power = node.real("p", 2);
  set(node, "p", static_cast<int64_t>(power));
}

struct Rule {
  int64_t before; ///< the opset from which on nodes have the newest form
  void (*apply)(Node&);
};

const std::multimap<std::string, Rule>& rules() {
  static const std::multimap<std::string, Rule> table = [] {
    std::multimap<std::string, Rule> all = {
        {"BatchNormalization", {9, batch_normalization}},
        {"Cast", {6, cast}},
        {"Clip",
         {11,
          [](Node& node) {
            real_to_input(node, "min", 1);
            real_to_input(node, "max", 2);
          }}},
        {"Concat",
         {4,
          [](Node& node) {
            if (!node.given("axis"))
              set(node, "axis", 1);
          }}},
        {"Dropout", {7, [](Node& node) { drop(node, "is_test"); }}},
        {"Gemm", {7, [](Node& node) { drop(node, "broadcast"); }}},
        {"GlobalLpPool", {2, whole_power}},
        {"GridSample", {20, grid_sample}},
        {"LpPool", {2, whole_power}},
        {"PRelu", {7, prelu}},
        {"Pad", {11, pad}},
        {"Reshape", {5, [](Node& node) { integers_to_input(node, "shape", 1); }}},
        {"Scatter", {99, [](Node& node) { node.edit().set_op_type("ScatterElements"); }}},
        {"Slice",
         {10,
          [](Node& node) {
            integers_to_input(node, "starts", 1);
            integers_to_input(node, "ends", 2);
            integers_to_input(node, "axes", 3);
          }}},
        {"Split", {13, [](Node& node) { integers_to_input(node, "split", 1); }}},
        {"Tile", {6, tile}},
        {"TopK", {10, top_k}},
    };
    for (const char* name :
         {"Add", "And", "Div", "Equal", "Greater", "Less", "Mul", "Or", "Pow", "Sub", "Xor"})
      all.insert({name, {7, legacy_broadcast}});
    for (const char* name : {"Hardmax", "LogSoftmax", "Softmax"})
      all.insert({name, {13, flattened}});
    for (const char* name : {"Squeeze", "Unsqueeze"})
      all.insert({name, {13, [](Node& node) { integers_to_input(node, "axes", 1); }}});
    for (const char* name : {"GRU", "LSTM", "RNN"})
      all.insert({name, {7, [](Node& node) { drop(node, "output_sequence"); }}});
    for (const char* name :
         {"ReduceL1", "ReduceL2", "ReduceLogSum", "ReduceLogSumExp", "ReduceMax", "ReduceMean",
          "ReduceMin", "ReduceProd", "ReduceSum", "ReduceSumSquare"})
      all.insert({name, {18, [](Node& node) { integers_to_input(node, "axes", 1); }}});
    return all;
  }();
  return table;
}

} // namespace

bool has_new_name(const NodeProto& node) {
  return node.domain().empty() && node.op_type() == "Scatter";
}

void upgrade(Node& node) {
  if (node.opset < 6)
    drop(node, "consumed_inputs"); // a hint to write in place
  auto [first, end] = rules().equal_range(node.proto().op_type());
  for (auto rule = first; rule != end; ++rule)
    if (node.opset < rule->second.before)
      rule->second.apply(node);
}

} // namespace npuforge::onnx
