// The table of ONNX operators. To add one: a function here, its line in the table, its operation in
// FloatOps.td; an element-wise one: its formula in elementwise.cc.
#include "nodes.h"

#include <cmath>
#include <limits>
#include <map>

#include <fmt/format.h>

#include "npuforge/compiler/graph/Graph.h"
#include "npuforge/compiler/onnx/import.h"

#include "elementwise.h"
#include "tensor.h"

namespace npuforge::onnx {
namespace {

using Ints = std::vector<int64_t>;

mlir::Type element(mlir::Value value) {
  return llvm::cast<mlir::ShapedType>(value.getType()).getElementType();
}

/// A tensor whose shape graph-infer-shapes will find.
mlir::Type like(mlir::Value value) {
  return mlir::UnrankedTensorType::get(element(value));
}

template <typename Op, typename... Arguments>
mlir::Value create(Node& node, mlir::Type type, Arguments&&... arguments) {
  node.refuse_unread_attributes();
  return Op::create(node.builder, node.location, type, std::forward<Arguments>(arguments)...);
}

Ints sized(Ints values, size_t size, const char* what, int64_t low) {
  if (values.size() != size)
    throw Unsupported(
        fmt::format("{} has {} elements: only two dimensions are supported", what, values.size()));
  for (int64_t value : values)
    if (value < low || value > (1 << 20))
      throw Unsupported(fmt::format("{} {} is out of range", what, value));
  return values;
}

/// A number of a tensor that may have any element type.
template <typename T>
T whole(double value, const char* what) {
  constexpr double kEnd = -static_cast<double>(std::numeric_limits<T>::min()); // max + 1
  if (!(value >= -kEnd && value < kEnd && value == std::trunc(value)))
    throw Unsupported(fmt::format("{} has the element {}", what, value));
  return static_cast<T>(value);
}

/// What Conv and the pools share. "auto_pad" is resolved with the shapes.
struct Window {
  Ints strides, pads, dilations;
  mlir::StringAttr auto_pad;

  explicit Window(Node& node)
      : strides(sized(node.integers("strides", {1, 1}), 2, "strides", 1)),
        pads(sized(node.integers("pads", {0, 0, 0, 0}), 4, "pads", 0)),
        dilations(sized(node.integers("dilations", {1, 1}), 2, "dilations", 1)) {
    std::string mode = node.text("auto_pad", "NOTSET");
    if (mode != "NOTSET" && mode != "VALID" && mode != "SAME_UPPER" && mode != "SAME_LOWER")
      throw Unsupported(fmt::format("auto_pad '{}' is not known", mode));
    if (mode != "NOTSET")
      auto_pad = node.builder.getStringAttr(mode);
  }
};

mlir::Value constant(Node& node) {
  for (const auto& attribute : node.proto.attribute()) {
    if (attribute.name() != "value" || attribute.type() != onnx_proto::AttributeProto::TENSOR)
      throw Unsupported(fmt::format("a constant given as '{}' is not supported", attribute.name()));
    if (attribute.t().data_location() == onnx_proto::TensorProto::EXTERNAL)
      throw Unsupported("a constant node with external data is not supported");
    auto value = to_attribute(*node.builder.getContext(), attribute.t(), "");
    return graph::ConstantOp::create(node.builder, node.location, value.getType(), value);
  }
  throw Unsupported("it has no value");
}

struct Quantisation {
  std::vector<float> scales;
  std::vector<int32_t> zero_points;
  int64_t axis;

  explicit Quantisation(Node& node) : axis(node.integer("axis", 1)) {
    node.integer("saturate", 1); // only floats of 8 bits know it
    if (node.integer("block_size", 0) != 0)
      throw Unsupported("blocked quantisation is not supported");
    for (double scale : node.numbers(1, "the scale"))
      scales.push_back(static_cast<float>(scale));
    for (float scale : scales)
      if (!(scale > 0) || !std::isfinite(scale))
        throw Unsupported(fmt::format("the scale {} is not positive", scale));
    if (node.has(2))
      for (double zero : node.numbers(2, "the zero point"))
        zero_points.push_back(whole<int32_t>(zero, "the zero point"));
    else
      zero_points.assign(scales.size(), 0);
    if (zero_points.size() == 1) // one for all, whatever the number of scales
      zero_points.assign(scales.size(), zero_points[0]);
    if (scales.empty() || zero_points.size() != scales.size())
      throw Unsupported(
          fmt::format("{} scales but {} zero points", scales.size(), zero_points.size()));
  }
};

mlir::Value quantize(Node& node) {
  Quantisation q(node);
  mlir::Type type = node.builder.getIntegerType(8, false);
  if (int64_t wanted = node.integer("output_dtype", 0))
    type = element_type(*node.builder.getContext(), static_cast<int>(wanted));
  else if (node.has(2))
    type = element(node.operand(2));
  if (!type || !type.isInteger(8))
    throw Unsupported("only 8-bit integers are supported");
  if (!element(node.operand(0)).isF32())
    throw Unsupported("its input is not f32");
  return create<graph::QuantizeOp>(node, mlir::UnrankedTensorType::get(type), node.operand(0),
                                   q.scales, q.zero_points, q.axis);
}

mlir::Value dequantize(Node& node) {
  Quantisation q(node);
  mlir::Type type = element(node.operand(0));
  if (!type.isInteger(8) && !type.isInteger(32))
    throw Unsupported("only 8-bit and 32-bit integers are supported");
  return create<graph::DequantizeOp>(node, mlir::UnrankedTensorType::get(node.builder.getF32Type()),
                                     node.operand(0), q.scales, q.zero_points, q.axis);
}

mlir::Value conv(Node& node) {
  Window window(node);
  node.integers("kernel_shape", {}); // the weights' shape says it too
  int64_t groups = node.integer("group", 1);
  return create<graph::ConvOp>(node, like(node.operand(0)), node.operand(0), node.operand(1),
                               node.has(2) ? node.operand(2) : mlir::Value(), window.strides,
                               window.pads, window.dilations, groups, window.auto_pad);
}

mlir::Value gemm(Node& node) {
  float alpha = static_cast<float>(node.real("alpha", 1)),
        beta = static_cast<float>(node.real("beta", 1));
  bool trans_a = node.integer("transA", 0) != 0, trans_b = node.integer("transB", 0) != 0;
  return create<graph::GemmOp>(node, like(node.operand(0)), node.operand(0), node.operand(1),
                               node.has(2) ? node.operand(2) : mlir::Value(), llvm::APFloat(alpha),
                               llvm::APFloat(beta), trans_a, trans_b);
}

template <typename Op>
mlir::Value binary(Node& node) {
  return create<Op>(node, like(node.operand(0)), node.operand(0), node.operand(1));
}

template <typename Op>
mlir::Value unary(Node& node) {
  return create<Op>(node, like(node.operand(0)), node.operand(0));
}

mlir::Value dropout(Node& node) {
  node.real("ratio", 0.5);
  node.integer("seed", 0);
  return unary<graph::IdentityOp>(node);
}

mlir::Value clip(Node& node) {
  // IEEE infinities would not survive MLIR's text form in a readable way; f32's largest numbers
  // clip the same values.
  double low = std::numeric_limits<float>::lowest(), high = std::numeric_limits<float>::max();
  if (node.opset < 11) {
    low = node.real("min", low);
    high = node.real("max", high);
  } else {
    if (node.has(1))
      low = node.scalar(1, "the lower bound");
    if (node.has(2))
      high = node.scalar(2, "the upper bound");
  }
  return create<graph::ClipOp>(node, like(node.operand(0)), node.operand(0), llvm::APFloat(low),
                               llvm::APFloat(high));
}

mlir::Value max_pool(Node& node) {
  Window window(node);
  Ints kernel = sized(node.integers("kernel_shape", {}), 2, "kernel_shape", 1);
  bool ceil_mode = node.integer("ceil_mode", 0) != 0;
  node.integer("storage_order", 0); // matters to the second output only
  return create<graph::MaxPoolOp>(node, like(node.operand(0)), node.operand(0), kernel,
                                  window.strides, window.pads, window.dilations, ceil_mode,
                                  window.auto_pad);
}

mlir::Value average_pool(Node& node) {
  Window window(node);
  if (window.dilations != Ints{1, 1})
    throw Unsupported("dilated average pooling is not supported");
  Ints kernel = sized(node.integers("kernel_shape", {}), 2, "kernel_shape", 1);
  bool include = node.integer("count_include_pad", 0) != 0,
       ceil_mode = node.integer("ceil_mode", 0) != 0;
  return create<graph::AveragePoolOp>(node, like(node.operand(0)), node.operand(0), kernel,
                                      window.strides, window.pads, include, ceil_mode,
                                      window.auto_pad);
}

mlir::Value flatten(Node& node) {
  return create<graph::FlattenOp>(node, like(node.operand(0)), node.operand(0),
                                  node.integer("axis", 1));
}

mlir::Value reshape(Node& node) {
  Ints shape;
  for (double dim : node.numbers(1, "the shape"))
    shape.push_back(whole<int64_t>(dim, "the shape"));
  bool allow_zero = node.integer("allowzero", 0) != 0;
  return create<graph::ReshapeOp>(node, like(node.operand(0)), node.operand(0), shape, allow_zero);
}

mlir::Value transpose(Node& node) {
  return create<graph::TransposeOp>(node, like(node.operand(0)), node.operand(0),
                                    node.integers("perm", {}));
}

const std::map<std::string, Importer>& importers() {
  static const std::map<std::string, Importer> table = {
      {"Add", binary<graph::AddOp>},
      {"AveragePool", average_pool},
      {"Clip", clip},
      {"Constant", constant},
      {"Conv", conv},
      {"DequantizeLinear", dequantize},
      {"Dropout", dropout},
      {"Flatten", flatten},
      {"Gemm", gemm},
      {"GlobalAveragePool", unary<graph::GlobalAveragePoolOp>},
      {"Identity", unary<graph::IdentityOp>},
      {"MatMul", binary<graph::MatMulOp>},
      {"MaxPool", max_pool},
      {"QuantizeLinear", quantize},
      {"Relu", unary<graph::ReluOp>},
      {"Reshape", reshape},
      {"Transpose", transpose},
  };
  return table;
}

} // namespace

mlir::Value import_node(Node& node) {
  const std::string& domain = node.proto.domain();
  Importer importer = nullptr;
  for (const auto* table : {&importers(), &elementwise_importers()})
    if (auto found = table->find(node.proto.op_type()); found != table->end())
      importer = found->second;
  if (!importer || (!domain.empty() && domain != "ai.onnx"))
    throw Unsupported("this operator is not supported");
  for (int i = 1; i < node.proto.output_size(); ++i)
    if (!node.proto.output(i).empty())
      throw Unsupported("more than one output is not supported");
  return importer(node);
}

} // namespace npuforge::onnx
