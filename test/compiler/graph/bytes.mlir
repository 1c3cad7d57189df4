// RUN: npu-opt %s -pass-pipeline="builtin.module(func.func(graph-bytes))" | FileCheck %s

// Products of i8 take bytes: what leaves blocks, what maps clamp, what moves these; constants. A map that reads them extends them.
// CHECK-LABEL: @bytes
// CHECK: %[[X:.*]] = graph.to_words %arg0 : (tensor<1x4x3x1xi8>) -> tensor<1x3x1x4xsi8>
// CHECK-NEXT: ^bb0(%[[E:.*]]: i8):
// CHECK-NEXT: graph.yield %[[E]] : i8
// CHECK: %[[A:.*]] = graph.reshape %[[X]] {{.*}} -> tensor<1x3x4xsi8>
// CHECK: %[[Y:.*]] = graph.map %arg1 : (tensor<1x2x4xf32>) -> tensor<1x2x4xsi8>
// CHECK: graph.to_int %{{.*}} : f32 -> i8
// CHECK: %[[B:.*]] = graph.move %[[Y]] {{.*}} : (tensor<1x2x4xsi8>) -> tensor<1x4x2xsi8>
// CHECK: graph.contract %[[A]], %[[B]] {{.*}} -> tensor<1x3x2xi32>
// CHECK: %[[ONES:.*]] = graph.constant dense<1> : tensor<1x4x1xsi8>
// CHECK: graph.contract %[[A]], %[[ONES]] {{.*}} -> tensor<1x3x1xi32>
// CHECK: graph.map %[[A]] : (tensor<1x3x4xsi8>) -> tensor<1x3x4xf32>
// CHECK-NEXT: ^bb0(%[[E:.*]]: i8):
// CHECK-NEXT: %[[W:.*]] = arith.extsi %[[E]] : i8 to i32
// CHECK-NEXT: arith.sitofp %[[W]]
func.func @bytes(%x: tensor<1x4x3x1xi8>, %y: tensor<1x2x4xf32>) -> (tensor<1x3x2xi32>, tensor<1x3x1xi32>, tensor<1x3x4xf32>) {
  %0 = graph.to_words %x : (tensor<1x4x3x1xi8>) -> tensor<1x3x1x4xi32> {
  ^bb0(%e: i8):
    %w = arith.extsi %e : i8 to i32
    graph.yield %w : i32
  }
  %1 = graph.reshape %0 {shape = array<i64: 1, 3, 4>} : (tensor<1x3x1x4xi32>) -> tensor<1x3x4xi32>
  %q = graph.map %y : (tensor<1x2x4xf32>) -> tensor<1x2x4xi32> {
  ^bb0(%e: f32):
    %i = graph.to_int %e : f32 -> i32
    %low = arith.constant -128 : i32
    %high = arith.constant 127 : i32
    %a = arith.maxsi %i, %low : i32
    %b = arith.minsi %a, %high : i32
    graph.yield %b : i32
  }
  %2 = graph.move %q {pieces = [#graph.piece<0[1, 4, 2] from 0[8, 1, 4] to 0[8, 2, 1]>]} : (tensor<1x2x4xi32>) -> tensor<1x4x2xi32>
  %3 = graph.contract %1, %2 {operand_types = ["i8", "i8"]} : (tensor<1x3x4xi32>, tensor<1x4x2xi32>) -> tensor<1x3x2xi32>
  %ones = graph.constant dense<1> : tensor<1x4x1xi32>
  %4 = graph.contract %1, %ones {operand_types = ["i8", "i8"]} : (tensor<1x3x4xi32>, tensor<1x4x1xi32>) -> tensor<1x3x1xi32>
  %5 = graph.map %1 : (tensor<1x3x4xi32>) -> tensor<1x3x4xf32> {
  ^bb0(%e: i32):
    %f = arith.sitofp %e : i32 to f32
    graph.yield %f : f32
  }
  return %3, %4, %5 : tensor<1x3x2xi32>, tensor<1x3x1xi32>, tensor<1x3x4xf32>
}

// What goes into blocks is bytes as well, and the change moves them as they are. Words that may be other integers stay words, and what reads
// bytes as words gets them from a map.
// CHECK-LABEL: @entering
// CHECK: %[[Q:.*]] = graph.map %arg0 {{.*}} -> tensor<2x3xsi8>
// CHECK: %[[W:.*]] = graph.map %[[Q]] : (tensor<2x3xsi8>) -> tensor<2x3xi32>
// CHECK: graph.move %[[Q]] {{.*}} : (tensor<2x3xsi8>) -> tensor<3x2xsi8>
// CHECK: graph.to_blocks %{{.*}} : (tensor<1x3x1x2xsi8>) -> tensor<1x2x3x1xi8>
// CHECK-NEXT: ^bb0(%[[E:.*]]: i8):
// CHECK-NEXT: graph.yield %[[E]] : i8
// CHECK: graph.move %arg1 {{.*}} -> tensor<3x2xi32>
// CHECK: graph.reduce %[[W]]
func.func @entering(%x: tensor<2x3xf32>, %y: tensor<2x3xi32>) -> (tensor<1x2x3x1xi8>, tensor<3x2xi32>, tensor<2xi32>) {
  %q = graph.map %x : (tensor<2x3xf32>) -> tensor<2x3xi32> {
  ^bb0(%e: f32):
    %i = graph.to_int %e : f32 -> i32
    %low = arith.constant -128 : i32
    %high = arith.constant 127 : i32
    %a = arith.maxsi %i, %low : i32
    %b = arith.minsi %a, %high : i32
    graph.yield %b : i32
  }
  %0 = graph.move %q {pieces = [#graph.piece<0[3, 2] from 0[1, 3] to 0[2, 1]>]} : (tensor<2x3xi32>) -> tensor<3x2xi32>
  %1 = graph.reshape %0 {shape = array<i64: 1, 3, 1, 2>} : (tensor<3x2xi32>) -> tensor<1x3x1x2xi32>
  %2 = graph.to_blocks %1 : (tensor<1x3x1x2xi32>) -> tensor<1x2x3x1xi8> {
  ^bb0(%e: i32):
    %low = arith.constant -128 : i32
    %high = arith.constant 127 : i32
    %a = arith.maxsi %e, %low : i32
    %b = arith.minsi %a, %high : i32
    %c = arith.trunci %b : i32 to i8
    graph.yield %c : i8
  }
  %3 = graph.move %y {pieces = [#graph.piece<0[3, 2] from 0[1, 3] to 0[2, 1]>]} : (tensor<2x3xi32>) -> tensor<3x2xi32>
  %4 = graph.reduce %q {axes = array<i64: 1>, kind = "sum"} : (tensor<2x3xi32>) -> tensor<2xi32>
  return %2, %3, %4 : tensor<1x2x3x1xi8>, tensor<3x2xi32>, tensor<2xi32>
}
