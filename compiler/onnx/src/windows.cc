// Convolutions and pools in two dimensions, as the passes on quantised networks want them.
#include <fmt/format.h>

#include "npuforge/compiler/graph/infer_shapes.h"

#include "operators.h"

namespace npuforge::onnx {
namespace {

using Ints = std::vector<int64_t>;

Ints sized(Ints values, size_t size, const char* what, int64_t low) {
  if (values.size() != size)
    throw Unsupported(
        fmt::format("{} has {} elements: only two dimensions are supported", what, values.size()));
  for (int64_t value : values)
    if (value < low || value > (1 << 20))
      throw Unsupported(fmt::format("{} {} is out of range", what, value));
  return values;
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
      auto_pad = node.build.builder().getStringAttr(mode);
  }
};

template <typename Op, typename... Arguments>
Results create(Node& node, Arguments&&... arguments) {
  mlir::Type open = mlir::UnrankedTensorType::get(node.element(0));
  mlir::Operation* op = Op::create(node.build.builder(), node.build.location(), open,
                                   node.operand(0), std::forward<Arguments>(arguments)...);
  graph::setInferredType(op);
  return op->getResult(0);
}

Results conv(Node& node) {
  Window window(node);
  Ints kernel = node.integers("kernel_shape", {});
  if (!kernel.empty() && node.rank(1) == 4 && Dims(kernel) != node.shape(1).drop_front(2))
    throw Unsupported("kernel_shape is not the weights'");
  int64_t groups = node.integer("group", 1);
  return create<graph::ConvOp>(node, node.operand(1), node.has(2) ? node.operand(2) : mlir::Value(),
                               window.strides, window.pads, window.dilations, groups,
                               window.auto_pad);
}

Results max_pool(Node& node) {
  Window window(node);
  Ints kernel = sized(node.integers("kernel_shape", {}), 2, "kernel_shape", 1);
  bool ceil_mode = node.integer("ceil_mode", 0) != 0;
  node.integer("storage_order", 0); // matters to the second output only
  if (node.wants(1))
    throw Unsupported("its second output is not supported");
  return create<graph::MaxPoolOp>(node, kernel, window.strides, window.pads, window.dilations,
                                  ceil_mode, window.auto_pad);
}

Results average_pool(Node& node) {
  Window window(node);
  if (window.dilations != Ints{1, 1})
    throw Unsupported("dilated average pooling is not supported");
  Ints kernel = sized(node.integers("kernel_shape", {}), 2, "kernel_shape", 1);
  bool include = node.integer("count_include_pad", 0) != 0,
       ceil_mode = node.integer("ceil_mode", 0) != 0;
  return create<graph::AveragePoolOp>(node, kernel, window.strides, window.pads, include, ceil_mode,
                                      window.auto_pad);
}

Results global_average_pool(Node& node) {
  return create<graph::GlobalAveragePoolOp>(node);
}

} // namespace

const Table& window_operators() {
  static const Table table = {{"AveragePool", average_pool},
                              {"Conv", conv},
                              {"GlobalAveragePool", global_average_pool},
                              {"MaxPool", max_pool}};
  return table;
}

} // namespace npuforge::onnx
