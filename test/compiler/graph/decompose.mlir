// RUN: npu-opt %s -pass-pipeline="builtin.module(func.func(graph-decompose))" | FileCheck %s

// A convolution is channels-last between two moves; its constant weights are turned when it is compiled.
// CHECK-LABEL: @conv
// CHECK: %[[W:.*]] = graph.constant dense<{{.*}}> : tensor<1x1x2x3xf32>
// CHECK: %[[IN:.*]] = graph.move %arg0 {pieces = [#graph.piece<0[1, 4, 4, 2] from 0[32, 4, 1, 16] to 0[32, 8, 2, 1]>]}
// CHECK: %[[OUT:.*]] = graph.convolve %[[IN]], %[[W]] {dilations = array<i64: 1, 1>, groups = 1 : i64, pads = array<i64: 0, 0, 0, 0>, strides = array<i64: 2, 2>} {{.*}} -> tensor<1x2x2x3xf32>
// CHECK: %[[SUM:.*]] = graph.map %[[OUT]], %arg1 {{.*}} -> tensor<1x2x2x3xf32>
// CHECK: arith.addf
// CHECK: %[[BACK:.*]] = graph.move %[[SUM]] {{.*}} -> tensor<1x3x2x2xf32>
// CHECK: return %[[BACK]]
func.func @conv(%x: tensor<1x2x4x4xf32>, %b: tensor<3xf32>) -> tensor<1x3x2x2xf32> {
  %w = graph.constant dense<[[[[1.0]], [[2.0]]], [[[3.0]], [[4.0]]], [[[5.0]], [[6.0]]]]> : tensor<3x2x1x1xf32>
  %0 = graph.conv %x, %w, %b {strides = array<i64: 2, 2>, pads = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>, groups = 1} : (tensor<1x2x4x4xf32>, tensor<3x2x1x1xf32>, tensor<3xf32>) -> tensor<1x3x2x2xf32>
  return %0 : tensor<1x3x2x2xf32>
}

// Padding does not count: corners are divided by 4, edges by 6, the middle by 9.
// CHECK-LABEL: @average
// CHECK: graph.pool {{.*}}kind = "sum"
// CHECK: %[[COUNTS:.*]] = graph.constant dense<{{\[\[\[\[}}4.000000e+00], [6.000000e+00], [4.000000e+00]], {{\[\[}}6.000000e+00], [9.000000e+00], [6.000000e+00]]
// CHECK: graph.map %{{.*}}, %[[COUNTS]]
// CHECK: arith.divf
func.func @average(%x: tensor<1x1x3x3xf32>) -> tensor<1x1x3x3xf32> {
  %0 = graph.average_pool %x {kernel = array<i64: 3, 3>, strides = array<i64: 1, 1>, pads = array<i64: 1, 1, 1, 1>} : (tensor<1x1x3x3xf32>) -> tensor<1x1x3x3xf32>
  return %0 : tensor<1x1x3x3xf32>
}

// CHECK-LABEL: @dense
// CHECK: graph.contract {{.*}} : (tensor<1x2x3xf32>, tensor<1x3x4xf32>) -> tensor<1x2x4xf32>
// CHECK: arith.maximumf
func.func @dense(%a: tensor<2x3xf32>, %b: tensor<4x3xf32>) -> tensor<2x4xf32> {
  %0 = graph.gemm %a, %b {trans_b} : (tensor<2x3xf32>, tensor<4x3xf32>) -> tensor<2x4xf32>
  %1 = graph.relu %0 : (tensor<2x4xf32>) -> tensor<2x4xf32>
  return %1 : tensor<2x4xf32>
}

// Quantised constants are computed.
// CHECK-LABEL: @weights
// CHECK-NEXT: graph.constant dense<[2.000000e+00, -1.000000e+00]> : tensor<2xf32>
// CHECK-NEXT: return
func.func @weights() -> tensor<2xf32> {
  %0 = graph.constant dense<[5, -1]> : tensor<2xi8>
  %1 = graph.dequantize %0 {scales = array<f32: 0.5>, zero_points = array<i32: 1>, axis = 0 : i64} : tensor<2xi8> -> tensor<2xf32>
  return %1 : tensor<2xf32>
}

// CHECK-LABEL: @quantize
// CHECK: math.roundeven
// CHECK: graph.to_int
func.func @quantize(%x: tensor<4xf32>) -> tensor<4xui8> {
  %0 = graph.quantize %x {scales = array<f32: 0.5>, zero_points = array<i32: 3>} : tensor<4xf32> -> tensor<4xui8>
  return %0 : tensor<4xui8>
}

// dequantize of quantize is one map of f32, also behind a reshape: round, add, clamp, less the zero point, times the scale.
// CHECK-LABEL: @requantised
// The reciprocal of the scale in two numbers: the integers are those of a division.
// CHECK: %[[M:.*]] = graph.map %arg0 : (tensor<2x3xf32>) -> tensor<2x3xf32>
// CHECK-NEXT: ^bb0(%[[X:.*]]: f32)
// CHECK-NEXT: %[[HIGH:.*]] = arith.constant 3.33333325 : f32
// CHECK-NEXT: %[[LOW:.*]] = arith.constant -5.298190e-08 : f32
// CHECK-NEXT: arith.mulf %[[X]], %[[LOW]]
// CHECK: %[[REST:.*]] = arith.minimumf
// CHECK-NEXT: %[[STEPS:.*]] = math.fma %[[X]], %[[HIGH]], %[[REST]]
// CHECK: graph.to_int %{{.*}} : f32 -> i32
// CHECK: arith.sitofp
// CHECK: arith.minimumf
// CHECK: arith.mulf
// CHECK: graph.yield
// CHECK: %[[R:.*]] = graph.reshape %[[M]] {{.*}} -> tensor<6xf32>
// CHECK: return %[[R]]
func.func @requantised(%x: tensor<2x3xf32>) -> tensor<6xf32> {
  %0 = graph.quantize %x {scales = array<f32: 0.3>, zero_points = array<i32: 7>} : tensor<2x3xf32> -> tensor<2x3xi8>
  %1 = graph.reshape %0 {shape = array<i64: 6>} : (tensor<2x3xi8>) -> tensor<6xi8>
  %2 = graph.dequantize %1 {scales = array<f32: 0.3>, zero_points = array<i32: 7>} : tensor<6xi8> -> tensor<6xf32>
  return %2 : tensor<6xf32>
}
