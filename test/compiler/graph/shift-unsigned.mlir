// RUN: npu-opt %s -pass-pipeline="builtin.module(func.func(graph-shift-unsigned))" | FileCheck %s

// CHECK: func.func @main(%arg0: tensor<1x2xi8>) -> tensor<1x2xi8>
// CHECK: graph.constant dense<{{\[\[}}-128, 127]]> : tensor<1x2xi8>
// CHECK: graph.dequantize %arg0 {{.*}}zero_points = array<i32: -125>
// CHECK: graph.dequantize %0 {{.*}}zero_points = array<i32: 0>
// CHECK: graph.quantize {{.*}}zero_points = array<i32: -128>
func.func @main(%x: tensor<1x2xui8>) -> tensor<1x2xui8> {
  %c = graph.constant dense<[[0, 255]]> : tensor<1x2xui8>
  %0 = graph.dequantize %x {scales = array<f32: 0.5>, zero_points = array<i32: 3>} : tensor<1x2xui8> -> tensor<1x2xf32>
  %1 = graph.dequantize %c {scales = array<f32: 0.5>, zero_points = array<i32: 128>} : tensor<1x2xui8> -> tensor<1x2xf32>
  %2 = graph.add %0, %1 : (tensor<1x2xf32>, tensor<1x2xf32>) -> tensor<1x2xf32>
  %3 = graph.quantize %2 {scales = array<f32: 0.25>, zero_points = array<i32: 0>} : tensor<1x2xf32> -> tensor<1x2xui8>
  return %3 : tensor<1x2xui8>
}
