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

// What tensor operators compute with stays ui8; quantize and dequantize beside it do not.
// CHECK-LABEL: func.func @kept
// CHECK: graph.reduce %arg0 {{.*}} -> tensor<3xui8>
// CHECK: graph.map %{{.*}} : (tensor<3xui8>) -> tensor<3xi8>
// CHECK: graph.dequantize %{{.*}}zero_points = array<i32: -125>} : tensor<3xi8>
// CHECK: graph.quantize %{{.*}}zero_points = array<i32: -121>} : tensor<3xf32> -> tensor<3xi8>
// CHECK: graph.map %{{.*}} : (tensor<3xi8>) -> tensor<3xui8>
// CHECK: graph.reduce
func.func @kept(%x: tensor<2x3xui8>) -> tensor<ui8> {
  %0 = graph.reduce %x {axes = array<i64: 0>, kind = "max"} : (tensor<2x3xui8>) -> tensor<3xui8>
  %1 = graph.dequantize %0 {scales = array<f32: 0.5>, zero_points = array<i32: 3>} : tensor<3xui8> -> tensor<3xf32>
  %2 = graph.quantize %1 {scales = array<f32: 0.25>, zero_points = array<i32: 7>} : tensor<3xf32> -> tensor<3xui8>
  %3 = graph.reduce %2 {axes = array<i64: 0>, kind = "max"} : (tensor<3xui8>) -> tensor<ui8>
  return %3 : tensor<ui8>
}

// A move of one tensor takes any elements; but an input that no scale belongs to is the network's.
// CHECK-LABEL: func.func @moved(%arg0: tensor<2x3xui8> {{.*}}, %arg1: tensor<2x3xi8>
// CHECK: graph.move %arg0 {{.*}} -> tensor<3x2xui8>
// CHECK: graph.move %arg1 {{.*}} -> tensor<3x2xi8>
func.func @moved(%x: tensor<2x3xui8> {graph.name = "x"}, %y: tensor<2x3xui8> {graph.name = "y", graph.qtype = "u8"}) -> (tensor<3x2xf32>, tensor<3x2xf32>) {
  %0 = graph.move %x {pieces = [#graph.piece<0[3, 2] from 0[1, 3] to 0[2, 1]>]} : (tensor<2x3xui8>) -> tensor<3x2xui8>
  %1 = graph.dequantize %0 {scales = array<f32: 0.5>, zero_points = array<i32: 3>} : tensor<3x2xui8> -> tensor<3x2xf32>
  %2 = graph.move %y {pieces = [#graph.piece<0[3, 2] from 0[1, 3] to 0[2, 1]>]} : (tensor<2x3xui8>) -> tensor<3x2xui8>
  %3 = graph.dequantize %2 {scales = array<f32: 0.5>, zero_points = array<i32: 3>} : tensor<3x2xui8> -> tensor<3x2xf32>
  return %1, %3 : tensor<3x2xf32>, tensor<3x2xf32>
}
