#pragma once
// All operators: one file for each family, which has functions Results(Node&) and a table of them.
// To add an operator: a function and a line in its family's table. To add a family: a file with a
// function `const Table& x_operators()`, its declaration here, its line in operators.cc.

#include "node.h"

namespace npuforge::onnx {

const Table& elementwise_operators(); ///< arithmetic, logic, comparisons, casts
const Table& activation_operators();
const Table& quantize_operators();    ///< QuantizeLinear, DequantizeLinear
const Table& linear_operators();      ///< Gemm, MatMul
const Table& determinant_operators(); ///< Det
const Table& convolution_operators(); ///< Conv, ConvTranspose
const Table& pool_operators();
const Table& norm_operators();      ///< batch, layer, group, .. normalisation
const Table& recurrent_operators(); ///< RNN, GRU, LSTM
const Table& resize_operators();
const Table& deform_operators(); ///< DeformConv
const Table& grid_operators();   ///< elements at computed places
const Table& region_operators(); ///< samples within regions
const Table& block_operators();  ///< crops, images from blocks
const Table& loss_operators();
const Table& signal_operators();
const Table& integer_operators(); ///< products of 8-bit integers
const Table& dynamic_operators(); ///< activations quantised at run time
const Table& qlinear_operators(); ///< com.microsoft's on quantised tensors
const Table& shape_operators();   ///< reshapes and values made of shapes
const Table& index_operators();   ///< gather, scatter, one-hot
const Table&
picking_operators(); ///< results whose extent depends on values: Compress, NonZero, ...
const Table& reduction_operators(); ///< ReduceX, softmax, ArgMax, TopK, CumSum
const Table& einsum_operators();
const Table& move_operators(); ///< transpose, slice, concat, pad, ...

/// The importer of an operator, or null.
const Importer* find_importer(const onnx_proto::NodeProto& node);

} // namespace npuforge::onnx
