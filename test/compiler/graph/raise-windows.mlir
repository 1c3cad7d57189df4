// RUN: npu-opt %s -pass-pipeline="builtin.module(func.func(graph-raise-windows,graph-fold-scales))" | FileCheck %s

// As the importer writes Conv, BatchNormalization, Relu, MaxPool, Conv over [N, C, L]: one image from the first to the last.
// CHECK-LABEL: @line
// CHECK-DAG: %[[W0:.*]] = graph.constant dense<{{\[\[\[\[}}2.000000e+00, 4.000000e+00, 6.000000e+00]]], {{\[\[\[}}-3.000000e+00, -6.000000e+00, -9.000000e+00]]]]> : tensor<2x1x1x3xf32>
// CHECK-DAG: %[[B0:.*]] = graph.constant dense<[5.000000e+00, 7.000000e+00]> : tensor<2xf32>
// CHECK-DAG: %[[X:.*]] = graph.reshape %arg0 {shape = array<i64: 1, 1, 1, 8>}
// CHECK: %[[C:.*]] = graph.conv %[[X]], %[[W0]], %[[B0]] {dilations = array<i64: 1, 2>, groups = 1 : i64, pads = array<i64: 0, 2, 0, 1>, strides = array<i64: 1, 1>} : {{.*}} -> tensor<1x2x1x7xf32>
// CHECK-NEXT: %[[R:.*]] = graph.relu %[[C]] : (tensor<1x2x1x7xf32>)
// CHECK-NEXT: %[[P:.*]] = graph.max_pool %[[R]] {ceil_mode, dilations = array<i64: 1, 1>, kernel = array<i64: 1, 2>, pads = array<i64: 0, 0, 0, 0>, strides = array<i64: 1, 2>} : (tensor<1x2x1x7xf32>) -> tensor<1x2x1x4xf32>
// CHECK-DAG: %[[W1:.*]] = graph.constant dense<{{\[\[\[\[}}1.000000e+00]], {{\[\[}}2.000000e+00]]]]> : tensor<1x2x1x1xf32>
// CHECK-DAG: %[[B1:.*]] = graph.constant dense<5.000000e-01> : tensor<1xf32>
// CHECK: %[[D:.*]] = graph.conv %[[P]], %[[W1]], %[[B1]]
// CHECK-NEXT: %[[Y:.*]] = graph.reshape %[[D]] {shape = array<i64: 1, 1, 4>}
// CHECK-NEXT: return %[[Y]]
func.func @line(%x: tensor<1x1x8xf32>) -> tensor<1x1x4xf32> {
  %w0 = graph.constant dense<[[[2.0, 3.0]], [[4.0, 6.0]], [[6.0, 9.0]]]> : tensor<3x1x2xf32>
  %f = graph.constant dense<[[1.0], [-1.0]]> : tensor<2x1xf32>
  %o = graph.constant dense<[[5.0], [7.0]]> : tensor<2x1xf32>
  %w1 = graph.constant dense<[[[1.0], [2.0]]]> : tensor<1x2x1xf32>
  %b1 = graph.constant dense<0.5> : tensor<1xf32>
  %0 = graph.move %x {pieces = [#graph.piece<0[1, 8, 1] from 0[8, 1, 8] to 0[8, 1, 1]>]} : (tensor<1x1x8xf32>) -> tensor<1x8x1xf32>
  %1 = graph.convolve %0, %w0 {dilations = array<i64: 2>, groups = 1 : i64, pads = array<i64: 2, 1>, strides = array<i64: 1>} : (tensor<1x8x1xf32>, tensor<3x1x2xf32>) -> tensor<1x7x2xf32>
  %2 = graph.move %1 {pieces = [#graph.piece<0[1, 2, 7] from 0[14, 1, 2] to 0[14, 7, 1]>]} : (tensor<1x7x2xf32>) -> tensor<1x2x7xf32>
  %3 = graph.map %2, %f, %o : (tensor<1x2x7xf32>, tensor<2x1xf32>, tensor<2x1xf32>) -> tensor<1x2x7xf32> {
  ^bb0(%a: f32, %m: f32, %n: f32):
    %p = arith.mulf %a, %m : f32
    %s = arith.addf %p, %n : f32
    graph.yield %s : f32
  }
  %4 = graph.relu %3 : (tensor<1x2x7xf32>) -> tensor<1x2x7xf32>
  %5 = graph.move %4 {pieces = [#graph.piece<0[1, 7, 2] from 0[14, 1, 7] to 0[14, 2, 1]>]} : (tensor<1x2x7xf32>) -> tensor<1x7x2xf32>
  %6 = graph.pool %5 {dilations = array<i64: 1>, kernel = array<i64: 2>, kind = "max", pads = array<i64: 0, 0>, strides = array<i64: 2>} : (tensor<1x7x2xf32>) -> tensor<1x4x2xf32>
  %7 = graph.convolve %6, %w1 {dilations = array<i64: 1>, groups = 1 : i64, pads = array<i64: 0, 0>, strides = array<i64: 1>} : (tensor<1x4x2xf32>, tensor<1x2x1xf32>) -> tensor<1x4x1xf32>
  %8 = graph.map %7, %b1 : (tensor<1x4x1xf32>, tensor<1xf32>) -> tensor<1x4x1xf32> {
  ^bb0(%a: f32, %m: f32):
    %s = arith.addf %a, %m : f32
    graph.yield %s : f32
  }
  %9 = graph.move %8 {pieces = [#graph.piece<0[1, 1, 4] from 0[4, 1, 1] to 0[4, 4, 1]>]} : (tensor<1x4x1xf32>) -> tensor<1x1x4xf32>
  return %9 : tensor<1x1x4xf32>
}

// Weights that come at run time, and lines that no convolution makes, stay.
// CHECK-LABEL: @stays
// CHECK: graph.convolve
// CHECK: graph.relu {{.*}} : (tensor<1x8x1xf32>)
func.func @stays(%x: tensor<1x8x1xf32>, %w: tensor<3x1x2xf32>) -> (tensor<1x6x2xf32>, tensor<1x8x1xf32>) {
  %0 = graph.convolve %x, %w {dilations = array<i64: 1>, groups = 1 : i64, pads = array<i64: 0, 0>, strides = array<i64: 1>} : (tensor<1x8x1xf32>, tensor<3x1x2xf32>) -> tensor<1x6x2xf32>
  %1 = graph.relu %x : (tensor<1x8x1xf32>) -> tensor<1x8x1xf32>
  return %0, %1 : tensor<1x6x2xf32>, tensor<1x8x1xf32>
}
