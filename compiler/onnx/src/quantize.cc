// QuantizeLinear and DequantizeLinear.
#include "operators.h"
#include "quantization.h"

namespace npuforge::onnx {
namespace {

/// Scale and zero point are inputs 1 and 2.
Quantised of_inputs(Node& node) {
  node.integer("saturate", 1);
  node.integer("precision", 0);
  return {node.operand(1), node.has(2) ? node.operand(2) : mlir::Value(), node.integer("axis", 1),
          node.integer("block_size", 0)};
}

Results quantize(Node& node) {
  mlir::Type type = node.build.builder().getIntegerType(8, false);
  if (int64_t wanted = node.integer("output_dtype", 0))
    type = type_of(node, wanted);
  else if (node.has(2))
    type = node.element(2);
  return quantized(node.build, node.operand(0), of_inputs(node), type);
}

Results dequantize(Node& node) {
  if (int64_t wanted = node.integer("output_dtype", 0))
    if (type_of(node, wanted) != node.element(1))
      throw Unsupported("output_dtype is not the scale's type");
  return dequantized(node.build, node.operand(0), of_inputs(node));
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
