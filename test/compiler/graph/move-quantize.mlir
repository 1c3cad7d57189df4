// RUN: npu-opt %s -pass-pipeline="builtin.module(func.func(graph-move-quantize))" | FileCheck %s

// A view between dequantize and quantize of equal parameters works on the integers alone.
// CHECK-LABEL: @through
// CHECK-NEXT: graph.flatten %arg0 {axis = 1 : i64} : (tensor<1x2x3x3xi8>) -> tensor<1x18xi8>
// CHECK-NEXT: return
func.func @through(%x: tensor<1x2x3x3xi8>) -> tensor<1x18xi8> {
  %0 = graph.dequantize %x {scales = array<f32: 0.5>, zero_points = array<i32: 3>} : tensor<1x2x3x3xi8> -> tensor<1x2x3x3xf32>
  %1 = graph.flatten %0 {axis = 1} : (tensor<1x2x3x3xf32>) -> tensor<1x18xf32>
  %2 = graph.quantize %1 {scales = array<f32: 0.5>, zero_points = array<i32: 3>} : tensor<1x18xf32> -> tensor<1x18xi8>
  return %2 : tensor<1x18xi8>
}

// Quantize and relu rise above a pool, towards the arithmetic.
// CHECK-LABEL: @raise
// CHECK: graph.add
// CHECK-NEXT: graph.relu
// CHECK-NEXT: graph.quantize
// CHECK-NEXT: graph.max_pool {{.*}} -> tensor<1x2x2x2xi8>
func.func @raise(%x: tensor<1x2x4x4xf32>) -> tensor<1x2x2x2xi8> {
  %0 = graph.add %x, %x : (tensor<1x2x4x4xf32>, tensor<1x2x4x4xf32>) -> tensor<1x2x4x4xf32>
  %1 = graph.max_pool %0 {kernel = array<i64: 2, 2>, strides = array<i64: 2, 2>, pads = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>} : (tensor<1x2x4x4xf32>) -> tensor<1x2x2x2xf32>
  %2 = graph.relu %1 : (tensor<1x2x2x2xf32>) -> tensor<1x2x2x2xf32>
  %3 = graph.quantize %2 {scales = array<f32: 0.5>, zero_points = array<i32: 3>} : tensor<1x2x2x2xf32> -> tensor<1x2x2x2xi8>
  return %3 : tensor<1x2x2x2xi8>
}

// Scales along an axis follow a transpose.
// CHECK-LABEL: @axis
// CHECK: graph.transpose %arg0
// CHECK-NEXT: graph.dequantize %{{.*}} {axis = 0 : i64
func.func @axis(%x: tensor<3x2xi8>) -> tensor<2x3xf32> {
  %0 = graph.dequantize %x {scales = array<f32: 0.5, 0.25>, zero_points = array<i32: 0, 0>, axis = 1} : tensor<3x2xi8> -> tensor<3x2xf32>
  %1 = graph.transpose %0 {perm = array<i64: 1, 0>} : (tensor<3x2xf32>) -> tensor<2x3xf32>
  return %1 : tensor<2x3xf32>
}

// Quantize goes above a concatenation, where it may meet the same dequantize.
// CHECK-LABEL: @concat
// CHECK: %[[Y:.*]] = graph.quantize %arg1 {{.*}} : tensor<2x4xf32> -> tensor<2x4xi8>
// CHECK: %[[C:.*]] = graph.move %arg0, %[[Y]] {{.*}} : (tensor<2x3xi8>, tensor<2x4xi8>) -> tensor<2x7xi8>
// CHECK: return %[[C]]
func.func @concat(%x: tensor<2x3xi8>, %y: tensor<2x4xf32>) -> tensor<2x7xi8> {
  %0 = graph.dequantize %x {scales = array<f32: 0.5>, zero_points = array<i32: 3>} : tensor<2x3xi8> -> tensor<2x3xf32>
  %1 = graph.move %0, %y {pieces = [#graph.piece<0[2, 3] from 0[3, 1] to 0[7, 1]>, #graph.piece<1[2, 4] from 0[4, 1] to 3[7, 1]>]} : (tensor<2x3xf32>, tensor<2x4xf32>) -> tensor<2x7xf32>
  %2 = graph.quantize %1 {scales = array<f32: 0.5>, zero_points = array<i32: 3>} : tensor<2x7xf32> -> tensor<2x7xi8>
  return %2 : tensor<2x7xi8>
}
