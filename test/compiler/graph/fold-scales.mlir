// RUN: npu-opt %s -pass-pipeline="builtin.module(func.func(graph-fold-scales))" | FileCheck %s

// Weights 1 and 2 times 3 and 4; bias 10 and 20 times 3 and 4, plus 5 and 6.
// CHECK-LABEL: @normalised
// CHECK-DAG: %[[W:.*]] = graph.constant dense<{{\[\[\[\[}}3.000000e+00]]], {{\[\[\[}}8.000000e+00]]]]> : tensor<2x1x1x1xf32>
// CHECK-DAG: %[[B:.*]] = graph.constant dense<[3.500000e+01, 8.600000e+01]> : tensor<2xf32>
// CHECK: %[[R:.*]] = graph.conv %arg0, %[[W]], %[[B]]
// CHECK-NEXT: return %[[R]]
func.func @normalised(%x: tensor<1x1x4x4xf32>) -> tensor<1x2x4x4xf32> {
  %w = graph.constant dense<[[[[1.0]]], [[[2.0]]]]> : tensor<2x1x1x1xf32>
  %b = graph.constant dense<[10.0, 20.0]> : tensor<2xf32>
  %f = graph.constant dense<[[[3.0]], [[4.0]]]> : tensor<2x1x1xf32>
  %o = graph.constant dense<[[[5.0]], [[6.0]]]> : tensor<2x1x1xf32>
  %0 = graph.conv %x, %w, %b {strides = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>, groups = 1} : (tensor<1x1x4x4xf32>, tensor<2x1x1x1xf32>, tensor<2xf32>) -> tensor<1x2x4x4xf32>
  %1 = graph.map %0, %f, %o : (tensor<1x2x4x4xf32>, tensor<2x1x1xf32>, tensor<2x1x1xf32>) -> tensor<1x2x4x4xf32> {
  ^bb0(%a: f32, %m: f32, %n: f32):
    %p = arith.mulf %a, %m : f32
    %s = arith.addf %p, %n : f32
    graph.yield %s : f32
  }
  return %1 : tensor<1x2x4x4xf32>
}

// Numbers along the width are not the channels'.
// CHECK-LABEL: @other
// CHECK: graph.conv
// CHECK: graph.map
func.func @other(%x: tensor<1x1x4x2xf32>) -> tensor<1x1x4x2xf32> {
  %w = graph.constant dense<1.0> : tensor<1x1x1x1xf32>
  %f = graph.constant dense<[3.0, 4.0]> : tensor<2xf32>
  %0 = graph.conv %x, %w {strides = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>, groups = 1} : (tensor<1x1x4x2xf32>, tensor<1x1x1x1xf32>) -> tensor<1x1x4x2xf32>
  %1 = graph.map %0, %f, %f : (tensor<1x1x4x2xf32>, tensor<2xf32>, tensor<2xf32>) -> tensor<1x1x4x2xf32> {
  ^bb0(%a: f32, %m: f32, %n: f32):
    %p = arith.mulf %a, %m : f32
    %s = arith.addf %p, %n : f32
    graph.yield %s : f32
  }
  return %1 : tensor<1x1x4x2xf32>
}

// A factor alone, a sum alone, in either order.
// CHECK-LABEL: @alone
// CHECK-DAG: %[[W:.*]] = graph.constant dense<{{\[\[\[\[}}3.000000e+00]]], {{\[\[\[}}8.000000e+00]]]]> : tensor<2x1x1x1xf32>
// CHECK-DAG: %[[B:.*]] = graph.constant dense<[5.000000e+00, 6.000000e+00]> : tensor<2xf32>
// CHECK: %[[R:.*]] = graph.conv %arg0, %[[W]], %[[B]]
// CHECK-NEXT: return %[[R]]
func.func @alone(%x: tensor<1x1x4x4xf32>) -> tensor<1x2x4x4xf32> {
  %w = graph.constant dense<[[[[1.0]]], [[[2.0]]]]> : tensor<2x1x1x1xf32>
  %f = graph.constant dense<[[[3.0]], [[4.0]]]> : tensor<2x1x1xf32>
  %o = graph.constant dense<[[[5.0]], [[6.0]]]> : tensor<2x1x1xf32>
  %0 = graph.conv %x, %w {strides = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>, groups = 1} : (tensor<1x1x4x4xf32>, tensor<2x1x1x1xf32>) -> tensor<1x2x4x4xf32>
  %1 = graph.map %0, %f : (tensor<1x2x4x4xf32>, tensor<2x1x1xf32>) -> tensor<1x2x4x4xf32> {
  ^bb0(%a: f32, %m: f32):
    %p = arith.mulf %a, %m : f32
    graph.yield %p : f32
  }
  %2 = graph.add %o, %1 : (tensor<2x1x1xf32>, tensor<1x2x4x4xf32>) -> tensor<1x2x4x4xf32>
  return %2 : tensor<1x2x4x4xf32>
}

// A sum of two results is no bias.
// CHECK-LABEL: @residual
// CHECK: graph.add
func.func @residual(%x: tensor<1x1x4x4xf32>) -> tensor<1x1x4x4xf32> {
  %w = graph.constant dense<1.0> : tensor<1x1x1x1xf32>
  %0 = graph.conv %x, %w {strides = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>, groups = 1} : (tensor<1x1x4x4xf32>, tensor<1x1x1x1xf32>) -> tensor<1x1x4x4xf32>
  %1 = graph.add %0, %x : (tensor<1x1x4x4xf32>, tensor<1x1x4x4xf32>) -> tensor<1x1x4x4xf32>
  return %1 : tensor<1x1x4x4xf32>
}
