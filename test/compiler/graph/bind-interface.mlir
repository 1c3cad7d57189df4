// RUN: npu-opt %s -pass-pipeline="builtin.module(func.func(graph-bind-interface))" | FileCheck %s

// CHECK: func.func @main(%arg0: tensor<1x4xui8> {graph.name = "x", graph.qtype = "u8", graph.scale = 5.000000e-01 : f64, graph.shape = [1, 4], graph.type = "f32", graph.zero_point = 3 : i64})
// CHECK-SAME: -> (tensor<1x4xui8> {graph.name = "y", graph.qtype = "u8", graph.scale = 2.500000e-01 : f64, graph.shape = [1, 4], graph.type = "f32", graph.zero_point = 7 : i64})
// CHECK-NEXT: graph.dequantize %arg0
// CHECK-NEXT: graph.relu
// CHECK-NEXT: %[[Q:.*]] = graph.quantize
// CHECK: return %[[Q]] : tensor<1x4xui8>
func.func @main(%x: tensor<1x4xf32> {graph.name = "x"}) -> (tensor<1x4xf32> {graph.name = "y"}) {
  %0 = graph.quantize %x {scales = array<f32: 0.5>, zero_points = array<i32: 3>} : tensor<1x4xf32> -> tensor<1x4xui8>
  %1 = graph.dequantize %0 {scales = array<f32: 0.5>, zero_points = array<i32: 3>} : tensor<1x4xui8> -> tensor<1x4xf32>
  %2 = graph.relu %1 : (tensor<1x4xf32>) -> tensor<1x4xf32>
  %3 = graph.quantize %2 {scales = array<f32: 0.25>, zero_points = array<i32: 7>} : tensor<1x4xf32> -> tensor<1x4xui8>
  %4 = graph.dequantize %3 {scales = array<f32: 0.25>, zero_points = array<i32: 7>} : tensor<1x4xui8> -> tensor<1x4xf32>
  return %4 : tensor<1x4xf32>
}
