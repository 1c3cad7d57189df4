// RUN: not npu-opt %s -pass-pipeline="builtin.module(func.func(graph-lower-qdq,graph-fold-views,graph-check))" 2>&1 | FileCheck %s

// All of it in one message.
// CHECK: cannot compile:
// CHECK-NEXT: node 'a softmax' (Softmax): this operator is not supported
// CHECK-NEXT: node 'a table' (TfIdfVectorizer): strings are not supported
func.func @main(%x: tensor<1x1x4x4xi8>) -> tensor<1x1x4x4xi8> {
  %w = graph.constant dense<1.0> : tensor<1x1x1x1xf32>
  %0 = graph.dequantize %x {scales = array<f32: 0.5>, zero_points = array<i32: 3>} : tensor<1x1x4x4xi8> -> tensor<1x1x4x4xf32>
  %1 = graph.unsupported "Softmax"(%0) {reason = "this operator is not supported"} : (tensor<1x1x4x4xf32>) -> tensor<1x1x4x4xf32> loc("a softmax")
  %2 = graph.unsupported "TfIdfVectorizer"(%0, %w) {reason = "strings are not supported"} : (tensor<1x1x4x4xf32>, tensor<1x1x1x1xf32>) -> tensor<1x1x4x4xf32> loc("a table")
  %3 = graph.add %1, %2 : (tensor<1x1x4x4xf32>, tensor<1x1x4x4xf32>) -> tensor<1x1x4x4xf32>
  %4 = graph.quantize %3 {scales = array<f32: 1.0>, zero_points = array<i32: -10>} : tensor<1x1x4x4xf32> -> tensor<1x1x4x4xi8>
  %5 = graph.quantize %2 {scales = array<f32: 1.0>, zero_points = array<i32: -10>} : tensor<1x1x4x4xf32> -> tensor<1x1x4x4xi8>
  %6 = graph.dequantize %5 {scales = array<f32: 1.0>, zero_points = array<i32: -10>} : tensor<1x1x4x4xi8> -> tensor<1x1x4x4xf32>
  %7 = graph.add %6, %1 : (tensor<1x1x4x4xf32>, tensor<1x1x4x4xf32>) -> tensor<1x1x4x4xf32>
  %8 = graph.quantize %7 {scales = array<f32: 1.0>, zero_points = array<i32: -10>} : tensor<1x1x4x4xf32> -> tensor<1x1x4x4xi8>
  return %8 : tensor<1x1x4x4xi8>
}
