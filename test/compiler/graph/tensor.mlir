// Operators over tensors of any rank: their text form, and what their verifiers refuse.
// RUN: npu-opt %s -split-input-file -verify-diagnostics | FileCheck %s

// CHECK-LABEL: @all
func.func @all(%x: tensor<1x4x4x8xf32>, %i: tensor<3xi32>, %t: tensor<5x8xf32>) {
  // CHECK: graph.move %{{.*}} {fill = 0.000000e+00 : f32, pieces = [#graph.piece<0[4, 8] from 0[8, 1] to 9[10, 1]>]}
  %padded = graph.move %t {pieces = [#graph.piece<0[4, 8] from 0[8, 1] to 9[10, 1]>], fill = 0.0 : f32} : (tensor<5x8xf32>) -> tensor<5x10xf32>
  %sum = graph.reduce %x {kind = "sum", axes = array<i64: 1, 2>} : (tensor<1x4x4x8xf32>) -> tensor<1x8xf32>
  %w = graph.constant dense<1.0> : tensor<3x3x8x2xf32>
  %conv = graph.convolve %x, %w {strides = array<i64: 1, 1>, pads = array<i64: 1, 1, 1, 1>, dilations = array<i64: 1, 1>, groups = 1 : i64}
    : (tensor<1x4x4x8xf32>, tensor<3x3x8x2xf32>) -> tensor<1x4x4x2xf32>
  %pool = graph.pool %x {kind = "max", kernel = array<i64: 2, 2>, strides = array<i64: 2, 2>, pads = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>}
    : (tensor<1x4x4x8xf32>) -> tensor<1x2x2x8xf32>
  %rows = graph.gather %t, %i : (tensor<5x8xf32>, tensor<3xi32>) -> tensor<3x8xf32>
  %back = graph.scatter %t, %i, %rows {kind = "add"} : (tensor<5x8xf32>, tensor<3xi32>, tensor<3x8xf32>) -> tensor<5x8xf32>
  return
}

// -----

func.func @outside(%x: tensor<4xf32>) {
  // expected-error @below {{has a piece that reads outside operand 0}}
  graph.move %x {pieces = [#graph.piece<0 [4] from 1 [1] to 0 [1]>]} : (tensor<4xf32>) -> tensor<4xf32>
  return
}

// -----

func.func @leaves(%x: tensor<4xf32>) {
  // expected-error @below {{leaves elements and has no fill}}
  graph.move %x {pieces = [#graph.piece<0 [4] from 0 [1] to 0 [1]>]} : (tensor<4xf32>) -> tensor<5xf32>
  return
}

// -----

func.func @axes(%x: tensor<2x3xf32>) {
  // expected-error @below {{gives the shape [3], its type says [2]}}
  graph.reduce %x {kind = "sum", axes = array<i64: 0>} : (tensor<2x3xf32>) -> tensor<2xf32>
  return
}

// -----

func.func @kind(%x: tensor<2x3xf32>) {
  // expected-error @below {{has the kind 'mean'; there are sum, prod, max, min, and, or}}
  graph.reduce %x {kind = "mean", axes = array<i64: 0>} : (tensor<2x3xf32>) -> tensor<3xf32>
  return
}

// -----

func.func @batches(%a: tensor<2x3x4xf32>, %b: tensor<3x4x5xf32>) {
  // expected-error @below {{has 2 and 3 batches}}
  graph.contract %a, %b : (tensor<2x3x4xf32>, tensor<3x4x5xf32>) -> tensor<3x3x5xf32>
  return
}

// -----

func.func @groups(%x: tensor<1x4x4x8xf32>, %w: tensor<3x3x3x2xf32>) {
  // expected-error @below {{has 2 groups that do not divide its channels}}
  graph.convolve %x, %w {strides = array<i64: 1, 1>, pads = array<i64: 1, 1, 1, 1>, dilations = array<i64: 1, 1>, groups = 2 : i64}
    : (tensor<1x4x4x8xf32>, tensor<3x3x3x2xf32>) -> tensor<1x4x4x2xf32>
  return
}
