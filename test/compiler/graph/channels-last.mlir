// RUN: npu-opt %s -split-input-file -pass-pipeline='builtin.module(func.func(graph-channels-last))' | FileCheck %s

// An activation between two transposes: both vanish.
// CHECK-LABEL: func.func @activation
// CHECK-SAME: [[X:%[a-z0-9]+]]: tensor<1x4x5x8xf32>
// CHECK-NEXT: [[Y:%[a-z0-9]+]] = graph.map [[X]] : (tensor<1x4x5x8xf32>) -> tensor<1x4x5x8xf32>
// CHECK-NOT: graph.move
// CHECK: return [[Y]]
func.func @activation(%x: tensor<1x4x5x8xf32>) -> tensor<1x4x5x8xf32> {
  %0 = graph.move %x {pieces = [#graph.piece<0 [1, 8, 4, 5] from 0 [160, 1, 40, 8] to 0 [160, 20, 5, 1]>]} : (tensor<1x4x5x8xf32>) -> tensor<1x8x4x5xf32>
  %1 = graph.map %0 : (tensor<1x8x4x5xf32>) -> tensor<1x8x4x5xf32> {
  ^bb0(%a: f32):
    %zero = arith.constant 0.0 : f32
    %r = arith.maximumf %a, %zero : f32
    graph.yield %r : f32
  }
  %2 = graph.move %1 {pieces = [#graph.piece<0 [1, 4, 5, 8] from 0 [160, 5, 1, 20] to 0 [160, 40, 8, 1]>]} : (tensor<1x8x4x5xf32>) -> tensor<1x4x5x8xf32>
  return %2 : tensor<1x4x5x8xf32>
}

// -----

// A sum with a constant of one value a channel and with another transposed tensor.
// CHECK-LABEL: func.func @sum
// CHECK: [[C:%[a-z0-9_]+]] = graph.constant {{.*}} : tensor<1x1x1x2xf32>
// CHECK-NEXT: [[S:%[a-z0-9]+]] = graph.map %arg0, %arg1, [[C]] : {{.*}} -> tensor<1x2x3x2xf32>
// CHECK: return [[S]]
func.func @sum(%x: tensor<1x2x3x2xf32>, %y: tensor<1x2x3x2xf32>) -> tensor<1x2x3x2xf32> {
  %c = graph.constant dense<[[[1.0]], [[2.0]]]> : tensor<2x1x1xf32>
  %0 = graph.move %x {pieces = [#graph.piece<0 [1, 2, 2, 3] from 0 [12, 1, 6, 2] to 0 [12, 6, 3, 1]>]} : (tensor<1x2x3x2xf32>) -> tensor<1x2x2x3xf32>
  %1 = graph.move %y {pieces = [#graph.piece<0 [1, 2, 2, 3] from 0 [12, 1, 6, 2] to 0 [12, 6, 3, 1]>]} : (tensor<1x2x3x2xf32>) -> tensor<1x2x2x3xf32>
  %2 = graph.map %0, %1, %c : (tensor<1x2x2x3xf32>, tensor<1x2x2x3xf32>, tensor<2x1x1xf32>) -> tensor<1x2x2x3xf32> {
  ^bb0(%a: f32, %b: f32, %k: f32):
    %p = arith.addf %a, %b : f32
    %r = arith.addf %p, %k : f32
    graph.yield %r : f32
  }
  %3 = graph.move %2 {pieces = [#graph.piece<0 [1, 2, 3, 2] from 0 [12, 3, 1, 6] to 0 [12, 6, 2, 1]>]} : (tensor<1x2x2x3xf32>) -> tensor<1x2x3x2xf32>
  return %3 : tensor<1x2x3x2xf32>
}

// -----

// A concatenation along the channels.
// CHECK-LABEL: func.func @concat
// CHECK-NEXT: [[R:%[a-z0-9]+]] = graph.move %arg0, %arg1 {pieces = [#graph.piece<0[1, 2, 2, 3] from 0[0, 1, 6, 2] to 0[0, 1, 12, 4]>, #graph.piece<1[1, 2, 2, 3] from 0[0, 1, 6, 2] to 2[0, 1, 12, 4]>]}
// CHECK-NEXT: return [[R]] : tensor<1x2x3x4xf32>
func.func @concat(%x: tensor<1x2x3x2xf32>, %y: tensor<1x2x3x2xf32>) -> tensor<1x2x3x4xf32> {
  %0 = graph.move %x {pieces = [#graph.piece<0 [1, 2, 2, 3] from 0 [12, 1, 6, 2] to 0 [12, 6, 3, 1]>]} : (tensor<1x2x3x2xf32>) -> tensor<1x2x2x3xf32>
  %1 = graph.move %y {pieces = [#graph.piece<0 [1, 2, 2, 3] from 0 [12, 1, 6, 2] to 0 [12, 6, 3, 1]>]} : (tensor<1x2x3x2xf32>) -> tensor<1x2x2x3xf32>
  %2 = graph.move %0, %1 {pieces = [#graph.piece<0 [1, 2, 2, 3] from 0 [12, 6, 3, 1] to 0 [24, 6, 3, 1]>, #graph.piece<1 [1, 2, 2, 3] from 0 [12, 6, 3, 1] to 12 [24, 6, 3, 1]>]} : (tensor<1x2x2x3xf32>, tensor<1x2x2x3xf32>) -> tensor<1x4x2x3xf32>
  %3 = graph.move %2 {pieces = [#graph.piece<0 [1, 2, 3, 4] from 0 [24, 3, 1, 6] to 0 [24, 12, 4, 1]>]} : (tensor<1x4x2x3xf32>) -> tensor<1x2x3x4xf32>
  return %3 : tensor<1x2x3x4xf32>
}

// -----

// Means over the pixels read the tensor as it lies.
// CHECK-LABEL: func.func @mean
// CHECK-NEXT: [[R:%[a-z0-9]+]] = graph.reduce %arg0 {axes = array<i64: 1, 2>, kind = "sum"} : (tensor<1x4x5x8xf32>) -> tensor<1x8xf32>
// CHECK-NEXT: return [[R]]
func.func @mean(%x: tensor<1x4x5x8xf32>) -> tensor<1x8xf32> {
  %0 = graph.move %x {pieces = [#graph.piece<0 [1, 8, 4, 5] from 0 [160, 1, 40, 8] to 0 [160, 20, 5, 1]>]} : (tensor<1x4x5x8xf32>) -> tensor<1x8x4x5xf32>
  %1 = graph.reduce %0 {kind = "sum", axes = array<i64: 2, 3>} : (tensor<1x8x4x5xf32>) -> tensor<1x8xf32>
  return %1 : tensor<1x8xf32>
}

// -----

// Nothing is gained where one of two equal tensors is transposed and the result is wanted so.
// CHECK-LABEL: func.func @stays
// CHECK-NEXT: graph.move
// CHECK-NEXT: graph.map
func.func @stays(%x: tensor<1x4x5x8xf32>, %y: tensor<1x8x4x5xf32>) -> tensor<1x8x4x5xf32> {
  %0 = graph.move %x {pieces = [#graph.piece<0 [1, 8, 4, 5] from 0 [160, 1, 40, 8] to 0 [160, 20, 5, 1]>]} : (tensor<1x4x5x8xf32>) -> tensor<1x8x4x5xf32>
  %1 = graph.map %0, %y : (tensor<1x8x4x5xf32>, tensor<1x8x4x5xf32>) -> tensor<1x8x4x5xf32> {
  ^bb0(%a: f32, %b: f32):
    %r = arith.addf %a, %b : f32
    graph.yield %r : f32
  }
  return %1 : tensor<1x8x4x5xf32>
}
