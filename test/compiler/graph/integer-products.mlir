// RUN: npu-opt %s -pass-pipeline="builtin.module(func.func(graph-integer-products))" | FileCheck %s

// (a - 3) * 0.5 times b * 0.25: the product of the integers, less 3 times b's sums of columns, which are a product with ones.
// CHECK-LABEL: func.func @two
// CHECK: %[[P:.*]] = graph.contract {{.*}} : (tensor<2x3x4xi8>, tensor<2x4x5xi8>) -> tensor<2x3x5xi32>
// CHECK: graph.constant dense<1.250000e-01> : tensor<f32>
// CHECK: graph.constant dense<1> : tensor<1x{{.*}}4xi8>
// CHECK: graph.contract %{{.*}}, %arg1 : (tensor<1x1x4xi8>, tensor<2x4x5xi8>) -> tensor<2x1x5xi32>
// CHECK: arith.constant 3.000000e+00 : f32
// CHECK: return %{{.*}} : tensor<2x3x5xf32>
func.func @two(%a: tensor<2x3x4xi8>, %b: tensor<2x4x5xi8>) -> tensor<2x3x5xf32> {
  %0 = graph.dequantize %a {scales = array<f32: 0.5>, zero_points = array<i32: 3>} : tensor<2x3x4xi8> -> tensor<2x3x4xf32>
  %1 = graph.dequantize %b {scales = array<f32: 0.25>, zero_points = array<i32: 0>} : tensor<2x4x5xi8> -> tensor<2x4x5xf32>
  %2 = graph.matmul %0, %1 : (tensor<2x3x4xf32>, tensor<2x4x5xf32>) -> tensor<2x3x5xf32>
  return %2 : tensor<2x3x5xf32>
}

// A batch; one scale for each output.
// CHECK-LABEL: func.func @batch
// CHECK: graph.convolve {{.*}} -> tensor<2x3x3x2xi32>
// CHECK: graph.constant dense<[1.250000e-01, 2.500000e-01]> : tensor<2xf32>
// CHECK-NOT: graph.conv %
func.func @batch(%x: tensor<2x1x3x3xi8>) -> tensor<2x2x3x3xf32> {
  %w = graph.constant dense<1> : tensor<2x1x3x3xi8>
  %0 = graph.dequantize %x {scales = array<f32: 0.5>, zero_points = array<i32: 0>} : tensor<2x1x3x3xi8> -> tensor<2x1x3x3xf32>
  %1 = graph.dequantize %w {scales = array<f32: 0.25, 0.5>, zero_points = array<i32: 0, 0>, axis = 0 : i64} : tensor<2x1x3x3xi8> -> tensor<2x1x3x3xf32>
  %2 = graph.conv %0, %1 {strides = array<i64: 1, 1>, pads = array<i64: 1, 1, 1, 1>, dilations = array<i64: 1, 1>, groups = 1} : (tensor<2x1x3x3xf32>, tensor<2x1x3x3xf32>) -> tensor<2x2x3x3xf32>
  return %2 : tensor<2x2x3x3xf32>
}

// Scales along the dimension that is summed are no factor of the sum.
// CHECK-LABEL: func.func @along
// CHECK: graph.matmul
func.func @along(%a: tensor<3x2xi8>, %b: tensor<2x5xi8>) -> tensor<3x5xf32> {
  %0 = graph.dequantize %a {scales = array<f32: 0.5, 0.25>, zero_points = array<i32: 0, 0>, axis = 1 : i64} : tensor<3x2xi8> -> tensor<3x2xf32>
  %1 = graph.dequantize %b {scales = array<f32: 0.25>, zero_points = array<i32: 0>} : tensor<2x5xi8> -> tensor<2x5xf32>
  %2 = graph.matmul %0, %1 : (tensor<3x2xf32>, tensor<2x5xf32>) -> tensor<3x5xf32>
  return %2 : tensor<3x5xf32>
}

// What is quantised again is one map: scales are divided by the result's, 0.5 * 0.25 / 0.0625.
// CHECK-LABEL: func.func @quantised
// CHECK: %[[SCALE:.*]] = graph.constant dense<2.000000e+00> : tensor<f32>
// CHECK: graph.map %{{.*}}, %[[SCALE]] : (tensor<3x5xi32>, tensor<f32>) -> tensor<3x5xi8>
// CHECK: math.roundeven
// CHECK: arith.constant 7.000000e+00 : f32
// CHECK: graph.to_int
// CHECK-NOT: graph.quantize
func.func @quantised(%a: tensor<3x4xi8>, %b: tensor<4x5xi8>) -> tensor<3x5xi8> {
  %0 = graph.dequantize %a {scales = array<f32: 0.5>, zero_points = array<i32: 0>} : tensor<3x4xi8> -> tensor<3x4xf32>
  %1 = graph.dequantize %b {scales = array<f32: 0.25>, zero_points = array<i32: 0>} : tensor<4x5xi8> -> tensor<4x5xf32>
  %2 = graph.matmul %0, %1 : (tensor<3x4xf32>, tensor<4x5xf32>) -> tensor<3x5xf32>
  %3 = graph.quantize %2 {scales = array<f32: 0.0625>, zero_points = array<i32: 7>} : tensor<3x5xf32> -> tensor<3x5xi8>
  return %3 : tensor<3x5xi8>
}
