// QuantizeLinear and DequantizeLinear: with constant scales and 8 bits as the passes on quantised
// networks want them, as maps otherwise.
#include <cmath>
#include <limits>

#include <fmt/format.h>

#include "npuforge/compiler/graph/infer_shapes.h"

#include "operators.h"
#include "quantization.h"

namespace npuforge::onnx {
namespace {

template <typename T>
T whole(double value, const char* what) {
  constexpr double kEnd = -static_cast<double>(std::numeric_limits<T>::min()); // max + 1
  if (!(value >= -kEnd && value < kEnd && value == std::trunc(value)))
    throw Unsupported(fmt::format("{} has the element {}", what, value));
  return static_cast<T>(value);
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

template <typename Op>
mlir::Value create(Node& node, const Quantisation& q, mlir::Type element) {
  auto op = Op::create(node.build.builder(), node.build.location(),
                       mlir::UnrankedTensorType::get(element), node.operand(0), q.scales,
                       q.zero_points, q.axis);
  graph::setInferredType(op);
  return op;
}

/// Scale and zero point are inputs 1 and 2.
Quantised of_inputs(Node& node) {
  node.integer("saturate", 1);
  node.integer("precision", 0);
  if (node.integer("block_size", 0) != 0)
    throw Unsupported("blocked quantisation is not supported");
  return {node.operand(1), node.has(2) ? node.operand(2) : mlir::Value(), node.integer("axis", 1)};
}

/// Whether the passes on quantised networks can take it.
bool known_now(Node& node) {
  return graph::constantValue(node.operand(1)) && node.element(1).isF32() &&
         (!node.has(2) || graph::constantValue(node.operand(2)));
}

Results quantize(Node& node) {
  mlir::Type type = node.build.builder().getIntegerType(8, false);
  if (int64_t wanted = node.integer("output_dtype", 0))
    type = type_of(node, wanted);
  else if (node.has(2))
    type = node.element(2);
  if (!type.isInteger(8) || !node.element(0).isF32() || !known_now(node))
    return quantized(node.build, node.operand(0), of_inputs(node), type);
  return create<graph::QuantizeOp>(node, Quantisation(node), type);
}

Results dequantize(Node& node) {
  const bool fits = node.element(0).isInteger(8) || node.element(0).isSignlessInteger(32);
  if (int64_t wanted = node.integer("output_dtype", 0))
    if (type_of(node, wanted) != node.element(1))
      throw Unsupported("output_dtype is not the scale's type");
  if (!fits || !known_now(node))
    return dequantized(node.build, node.operand(0), of_inputs(node));
  return create<graph::DequantizeOp>(node, Quantisation(node), node.build.f32());
}

} // namespace

const Table& quantize_operators() {
  static const Table table = {{"DequantizeLinear", dequantize},
                              {"QuantizeLinear", quantize},
                              {"com.microsoft::DequantizeLinear", dequantize},
                              {"com.microsoft::QuantizeLinear", quantize}};
  return table;
}

} // namespace npuforge::onnx
