#include "outputs.h"

#include "npuforge/compiler/graph/bounded.h"

namespace npuforge::onnx {
namespace {

/// An output of which only the device knows how long it is, and the result that says so.
struct Bound {
  unsigned result, extent;
  int64_t dim;
  std::string name; ///< of the extent
};

/// Adds the extents to the values.
std::vector<Bound> bounded_outputs(const std::vector<Output>& outputs,
                                   std::vector<mlir::Value>& values, const Extents& extents) {
  std::vector<Bound> bounds;
  for (size_t i = 0; i < outputs.size(); ++i) {
    auto extent = extents.of(values[i]);
    if (!extent)
      continue;
    std::string name = outputs[i].name + ".extent";
    while (llvm::any_of(outputs, [&](const Output& other) { return other.name == name; }))
      name += "_";
    bounds.push_back(
        {static_cast<unsigned>(i), static_cast<unsigned>(values.size()), extent->dim, name});
    values.push_back(extent->count);
  }
  return bounds;
}

mlir::Value dequantized(mlir::OpBuilder& builder, mlir::Value value) {
  auto quantize = value.getDefiningOp<graph::QuantizeOp>();
  if (!quantize)
    return value;
  auto type = llvm::cast<mlir::RankedTensorType>(value.getType()).clone(builder.getF32Type());
  return graph::DequantizeOp::create(builder, quantize.getLoc(), type, value, quantize.getScales(),
                                     quantize.getZeroPoints(), quantize.getAxis());
}

} // namespace

std::vector<Output> choose_outputs(const onnx_proto::GraphProto& graph,
                                   const ImportOptions& options) {
  std::vector<Output> outputs;
  if (options.outputs.empty())
    for (const auto& output : graph.output())
      outputs.push_back({output.name(), output.name()});
  for (const auto& name : options.outputs) {
    Output output{name, name};
    for (const auto& node : graph.node())
      if (node.op_type() == "QuantizeLinear" && node.input_size() > 0 && node.input(0) == name &&
          node.output_size() > 0) {
        output.value = node.output(0);
        output.dequantize = true;
      }
    outputs.push_back(output);
  }
  return outputs;
}

void add_outputs(mlir::OpBuilder& builder, mlir::func::FuncOp main,
                 const std::vector<Output>& outputs, std::vector<mlir::Value> values,
                 const Extents& extents) {
  for (auto [output, value] : llvm::zip_equal(outputs, values))
    if (output.dequantize)
      value = dequantized(builder, value);
  const std::vector<Bound> bounds = bounded_outputs(outputs, values, extents);
  mlir::func::ReturnOp::create(builder, main.getLoc(), values);
  const auto types = mlir::ValueRange(values).getTypes();
  main.setFunctionType(builder.getFunctionType(main.getArgumentTypes(), types));
  auto name_result = [&](unsigned index, const std::string& name) {
    main.setResultAttr(index, "graph.name", builder.getStringAttr(name));
  };
  for (auto [i, output] : llvm::enumerate(outputs))
    name_result(static_cast<unsigned>(i), output.name);
  for (const Bound& bound : bounds) {
    name_result(bound.extent, bound.name);
    main.setResultAttr(bound.result, graph::kBoundedAttr,
                       builder.getDictionaryAttr(
                           {builder.getNamedAttr("dim", builder.getI64IntegerAttr(bound.dim)),
                            builder.getNamedAttr("extent", builder.getStringAttr(bound.name))}));
  }
}

} // namespace npuforge::onnx
