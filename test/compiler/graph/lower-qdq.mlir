// RUN: npu-opt %s -pass-pipeline="builtin.module(func.func(graph-lower-qdq))" | FileCheck %s

// The input's zero point goes into the bias (10 / (0.5 * 0.25) - 3 * 9 = 53) and the padding; relu into the clamp.
// 0.5 * 0.25 / 1 = 2^30 / 2^33.
// CHECK-LABEL: @conv
// CHECK: %[[B:.*]] = graph.constant dense<53> : tensor<1xi32>
// CHECK: %[[A:.*]] = graph.qconv %arg0, %{{.*}}, %[[B]] {{.*}}fill = 3 : i64
// CHECK: %[[M:.*]] = graph.constant dense<1073741824> : tensor<1xi32>
// CHECK: %[[S:.*]] = graph.constant dense<33> : tensor<1xi32>
// CHECK: graph.requant %[[A]], %[[M]], %[[S]] {high = 127 : i64, low = -10 : i64, zero_point = -10 : i64}
func.func @conv(%x: tensor<1x1x4x4xi8>) -> tensor<1x1x4x4xi8> {
  %w = graph.constant dense<1> : tensor<1x1x3x3xi8>
  %b = graph.constant dense<10.0> : tensor<1xf32>
  %0 = graph.dequantize %x {scales = array<f32: 0.5>, zero_points = array<i32: 3>} : tensor<1x1x4x4xi8> -> tensor<1x1x4x4xf32>
  %1 = graph.dequantize %w {scales = array<f32: 0.25>, zero_points = array<i32: 0>} : tensor<1x1x3x3xi8> -> tensor<1x1x3x3xf32>
  %2 = graph.conv %0, %1, %b {strides = array<i64: 1, 1>, pads = array<i64: 1, 1, 1, 1>, dilations = array<i64: 1, 1>, groups = 1} : (tensor<1x1x4x4xf32>, tensor<1x1x3x3xf32>, tensor<1xf32>) -> tensor<1x1x4x4xf32>
  %3 = graph.relu %2 : (tensor<1x1x4x4xf32>) -> tensor<1x1x4x4xf32>
  %4 = graph.quantize %3 {scales = array<f32: 1.0>, zero_points = array<i32: -10>} : tensor<1x1x4x4xf32> -> tensor<1x1x4x4xi8>
  return %4 : tensor<1x1x4x4xi8>
}

// CHECK-LABEL: @add
// CHECK: graph.qadd %arg0, %arg1 {high = 127 : i64, low = -128 : i64, mult_a = 1073741824 : i64, mult_b = 536870912 : i64, shift = 30 : i64, zero_a = 1 : i64, zero_b = 2 : i64, zero_point = 4 : i64}
func.func @add(%x: tensor<1x2x3x3xi8>, %y: tensor<1x2x3x3xi8>) -> tensor<1x2x3x3xi8> {
  %0 = graph.dequantize %x {scales = array<f32: 1.0>, zero_points = array<i32: 1>} : tensor<1x2x3x3xi8> -> tensor<1x2x3x3xf32>
  %1 = graph.dequantize %y {scales = array<f32: 0.5>, zero_points = array<i32: 2>} : tensor<1x2x3x3xi8> -> tensor<1x2x3x3xf32>
  %2 = graph.add %0, %1 : (tensor<1x2x3x3xf32>, tensor<1x2x3x3xf32>) -> tensor<1x2x3x3xf32>
  %3 = graph.quantize %2 {scales = array<f32: 1.0>, zero_points = array<i32: 4>} : tensor<1x2x3x3xf32> -> tensor<1x2x3x3xi8>
  return %3 : tensor<1x2x3x3xi8>
}

// CHECK-LABEL: @average
// CHECK: graph.qavg_pool %arg0 {{.*}}kernel = array<i64: 4, 4>{{.*}}multiplier = 1073741824 : i64{{.*}}shift = 34 : i64
func.func @average(%x: tensor<1x2x4x4xi8>) -> tensor<1x2x1x1xi8> {
  %0 = graph.dequantize %x {scales = array<f32: 1.0>, zero_points = array<i32: 1>} : tensor<1x2x4x4xi8> -> tensor<1x2x4x4xf32>
  %1 = graph.global_average_pool %0 : (tensor<1x2x4x4xf32>) -> tensor<1x2x1x1xf32>
  %2 = graph.quantize %1 {scales = array<f32: 1.0>, zero_points = array<i32: 1>} : tensor<1x2x1x1xf32> -> tensor<1x2x1x1xi8>
  return %2 : tensor<1x2x1x1xi8>
}

// Clip's bounds in steps of the output: 0 -> -5, 6 -> 7.
// CHECK-LABEL: @clip
// CHECK: graph.rescale %arg0 {high = 7 : i64, low = -5 : i64
func.func @clip(%x: tensor<1x4xi8>) -> tensor<1x4xi8> {
  %0 = graph.dequantize %x {scales = array<f32: 1.0>, zero_points = array<i32: 0>} : tensor<1x4xi8> -> tensor<1x4xf32>
  %1 = graph.clip %0 {low = 0.0, high = 6.0} : (tensor<1x4xf32>) -> tensor<1x4xf32>
  %2 = graph.quantize %1 {scales = array<f32: 0.5>, zero_points = array<i32: -5>} : tensor<1x4xf32> -> tensor<1x4xi8>
  return %2 : tensor<1x4xi8>
}
