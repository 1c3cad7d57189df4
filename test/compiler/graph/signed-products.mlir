// RUN: npu-opt %s -split-input-file -pass-pipeline='builtin.module(func.func(graph-signed-products))' | FileCheck %s

// ui8 on the left: the columns of the right side are summed.
// CHECK-LABEL: func.func @left
// CHECK: arith.subi
// CHECK: [[P:%[0-9]+]] = graph.contract {{.*}} : (tensor<1x2x3xi8>, tensor<1x3x4xi8>) -> tensor<1x2x4xi32>
// CHECK: graph.reduce {{.*}} {axes = array<i64: 1>, kind = "sum"} : (tensor<1x3x4xi32>) -> tensor<1x4xi32>
// CHECK: graph.map [[P]], {{.*}} : (tensor<1x2x4xi32>, tensor<1x1x4xi32>) -> tensor<1x2x4xi32>
func.func @left(%a: tensor<1x2x3xui8>, %b: tensor<1x3x4xi8>) -> tensor<1x2x4xi32> {
  %0 = graph.contract %a, %b : (tensor<1x2x3xui8>, tensor<1x3x4xi8>) -> tensor<1x2x4xi32>
  return %0 : tensor<1x2x4xi32>
}

// -----

// The padding of a convolution is written first: zero is -128 then.
// CHECK-LABEL: func.func @convolution
// CHECK: graph.move %arg0 {fill = 0 : ui8
// CHECK: graph.convolve {{.*}}pads = array<i64: 0, 0>{{.*}} : (tensor<1x7x2xi8>, tensor<3x2x4xi8>) -> tensor<1x5x4xi32>
// CHECK: graph.convolve {{.*}}pads = array<i64: 0, 0>{{.*}} : (tensor<1x7x2xi8>, tensor<3x2x4xi8>) -> tensor<1x5x4xi32>
func.func @convolution(%x: tensor<1x5x2xui8>, %w: tensor<3x2x4xui8>) -> tensor<1x5x4xi32> {
  %0 = graph.convolve %x, %w {strides = array<i64: 1>, pads = array<i64: 1, 1>, dilations = array<i64: 1>, groups = 1 : i64} : (tensor<1x5x2xui8>, tensor<3x2x4xui8>) -> tensor<1x5x4xi32>
  return %0 : tensor<1x5x4xi32>
}
