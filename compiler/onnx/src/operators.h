#pragma once
// All operators: one file for each family, which has functions Results(Node&) and a table of them.
// To add an operator: a function and a line in its family's table. To add a family: a file with a
// function `const Table& x_operators()`, its declaration here, its line in operators.cc.

#include "node.h"

namespace npuforge::onnx {

const Table& elementwise_operators(); ///< arithmetic, logic, comparisons, casts
const Table& activation_operators();
const Table& quantize_operators(); ///< QuantizeLinear, DequantizeLinear
const Table& linear_operators();   ///< Gemm, MatMul
const Table& window_operators();   ///< Conv, pools
const Table& shape_operators();    ///< reshapes and values made of shapes
const Table& move_operators();     ///< transpose, slice, concat, pad, ...

/// The importer of an operator, or null.
const Importer* find_importer(const onnx_proto::NodeProto& node);

} // namespace npuforge::onnx
