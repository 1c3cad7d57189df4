#pragma once
// The network's outputs: which values they are, and main's results with their names.

#include <string>
#include <vector>

#include <mlir/Dialect/Func/IR/FuncOps.h>

#include "npuforge/compiler/onnx/import.h"

#include "extents.h"

namespace npuforge::onnx {

/// A network output: its name, and the value it is taken from.
struct Output {
  std::string name, value;
  bool dequantize = false; ///< the value is a QuantizeLinear's, taken instead of its float operand
};

/// Those that the options name, else the graph's. A float value that is quantised next door is
/// taken behind its QuantizeLinear, so that the device can hold it.
std::vector<Output> choose_outputs(const onnx_proto::GraphProto& graph,
                                   const ImportOptions& options);

/// Ends `main`, at the builder's place, with the values of `outputs`, in their order; and with the
/// extents that only the device knows, named after their outputs.
void add_outputs(mlir::OpBuilder& builder, mlir::func::FuncOp main,
                 const std::vector<Output>& outputs, std::vector<mlir::Value> values,
                 const Extents& extents);

} // namespace npuforge::onnx
