// RUN: npu-opt %s -split-input-file -verify-diagnostics -pass-pipeline="builtin.module(func.func(graph-infer-shapes))" | FileCheck %s

// Automatic padding becomes pads; -1 and 0 of a reshape become numbers.
// CHECK-LABEL: @shapes
// CHECK: graph.conv {{.*}}pads = array<i64: 0, 0, 1, 1>{{.*}} -> tensor<1x4x4x4xf32>
// CHECK: graph.max_pool {{.*}} -> tensor<1x4x2x2xf32>
// CHECK: graph.reshape {{.*}} -> tensor<1x16xf32>
func.func @shapes(%x: tensor<1x2x8x8xf32>, %w: tensor<4x2x3x3xf32>) -> tensor<*xf32> {
  %0 = graph.conv %x, %w {strides = array<i64: 2, 2>, pads = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>, groups = 1, auto_pad = "SAME_UPPER"} : (tensor<1x2x8x8xf32>, tensor<4x2x3x3xf32>) -> tensor<*xf32>
  %1 = graph.max_pool %0 {kernel = array<i64: 2, 2>, strides = array<i64: 2, 2>, pads = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>} : (tensor<*xf32>) -> tensor<*xf32>
  %2 = graph.reshape %1 {shape = array<i64: 0, -1>} : (tensor<*xf32>) -> tensor<*xf32>
  return %2 : tensor<*xf32>
}

// -----

// ceil_mode adds the window that hangs over, and its padding.
// CHECK-LABEL: @ceil
// CHECK: graph.max_pool {{.*}}pads = array<i64: 0, 0, 1, 1>{{.*}} -> tensor<1x2x3x3xf32>
func.func @ceil(%x: tensor<1x2x5x5xf32>) -> tensor<*xf32> {
  %0 = graph.max_pool %x {kernel = array<i64: 2, 2>, strides = array<i64: 2, 2>, pads = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>, ceil_mode} : (tensor<1x2x5x5xf32>) -> tensor<*xf32>
  return %0 : tensor<*xf32>
}

// -----

func.func @no_fit(%x: tensor<1x2xf32>, %y: tensor<1x3xf32>) -> tensor<*xf32> {
  // expected-error @+1 {{shapes [1, 2] and [1, 3] do not broadcast}}
  %0 = graph.add %x, %y : (tensor<1x2xf32>, tensor<1x3xf32>) -> tensor<*xf32>
  return %0 : tensor<*xf32>
}

// -----

func.func @window(%x: tensor<1x2x2x2xf32>) -> tensor<*xf32> {
  // expected-error @+1 {{a window of 3 does not fit into 2 elements}}
  %0 = graph.max_pool %x {kernel = array<i64: 3, 3>, strides = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>} : (tensor<1x2x2x2xf32>) -> tensor<*xf32>
  return %0 : tensor<*xf32>
}

// -----

func.func @reshape(%x: tensor<1x6xf32>) -> tensor<*xf32> {
  // expected-error @+1 {{cannot reshape [1, 6] to [4, -1]}}
  %0 = graph.reshape %x {shape = array<i64: 4, -1>} : (tensor<1x6xf32>) -> tensor<*xf32>
  return %0 : tensor<*xf32>
}
