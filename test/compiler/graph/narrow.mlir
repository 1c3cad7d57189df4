// RUN: npu-opt %s -pass-pipeline='builtin.module(func.func(graph-narrow))' | FileCheck %s
// A product's precision becomes its operands' type: constants are rounded here (1.00390625 lies between two bf16, and the even one is 1),
// others by one map for all who read them, before they are reshaped.

// CHECK-LABEL: func @main
// CHECK: %[[X:.*]] = graph.map %arg0 : (tensor<6xf32>) -> tensor<6xbf16>
// CHECK: arith.truncf %{{.*}} : f32 to bf16
// CHECK: %[[A:.*]] = graph.reshape %[[X]] {{.*}} -> tensor<1x2x3xbf16>
// CHECK: %[[W:.*]] = graph.constant dense<{{\[\[\[}}1.000000e+00], [2.000000e+00], [0x7F80]]]> : tensor<1x3x1xbf16>
// CHECK-NOT: graph.map
// CHECK: graph.contract %[[A]], %[[W]] : (tensor<1x2x3xbf16>, tensor<1x3x1xbf16>) -> tensor<1x2x1xf32>
// CHECK: graph.contract %[[A]], %{{.*}} : (tensor<1x2x3xbf16>, tensor<1x3x2xbf16>) -> tensor<1x2x2xf32>
// CHECK: graph.contract %{{.*}}, %{{.*}} : (tensor<1x2x3xf32>, tensor<1x3x1xf32>)
func.func @main(%x: tensor<6xf32>) -> (tensor<1x2x1xf32>, tensor<1x2x2xf32>, tensor<1x2x1xf32>) {
  %0 = graph.reshape %x {shape = array<i64: 1, 2, 3>} : (tensor<6xf32>) -> tensor<1x2x3xf32>
  %t = graph.reshape %x {shape = array<i64: 1, 3, 2>} : (tensor<6xf32>) -> tensor<1x3x2xf32>
  %w = graph.constant dense<[[[1.00390625], [2.0], [3.4028e38]]]> : tensor<1x3x1xf32>
  %1 = graph.contract %0, %w {precision = "bf16"} : (tensor<1x2x3xf32>, tensor<1x3x1xf32>) -> tensor<1x2x1xf32>
  %2 = graph.contract %0, %t {precision = "bf16"} : (tensor<1x2x3xf32>, tensor<1x3x2xf32>) -> tensor<1x2x2xf32>
  %3 = graph.contract %0, %w {precision = "f32"} : (tensor<1x2x3xf32>, tensor<1x3x1xf32>) -> tensor<1x2x1xf32>
  return %1, %2, %3 : tensor<1x2x1xf32>, tensor<1x2x2xf32>, tensor<1x2x1xf32>
}

// Products of i8 take bytes: to_words and moves make them at once, maps narrow, constants are narrow. Other readers keep their words.
// CHECK-LABEL: @bytes
// CHECK: %[[Y:.*]] = graph.map %arg1 : (tensor<1x2x4xi32>) -> tensor<1x2x4xsi8>
// CHECK: arith.trunci %{{.*}} : i32 to i8
// CHECK: %[[X:.*]] = graph.to_words %arg0 : (tensor<1x4x3x1xi8>) -> tensor<1x3x1x4xsi8>
// CHECK-NEXT: ^bb0(%[[E:.*]]: i8):
// CHECK-NEXT: graph.yield %[[E]] : i8
// CHECK: %[[A:.*]] = graph.reshape %[[X]] {{.*}} -> tensor<1x3x4xsi8>
// CHECK: %[[B:.*]] = graph.move %[[Y]] {{.*}} : (tensor<1x2x4xsi8>) -> tensor<1x4x2xsi8>
// CHECK: graph.contract %[[A]], %[[B]] {{.*}} -> tensor<1x3x2xi32>
// CHECK: %[[ONES:.*]] = graph.constant dense<1> : tensor<1x4x1xsi8>
// CHECK: graph.contract %[[A]], %[[ONES]] {{.*}} -> tensor<1x3x1xi32>
func.func @bytes(%x: tensor<1x4x3x1xi8>, %y: tensor<1x2x4xi32>) -> (tensor<1x3x2xi32>, tensor<1x3x1xi32>) {
  %0 = graph.to_words %x : (tensor<1x4x3x1xi8>) -> tensor<1x3x1x4xi32> {
  ^bb0(%e: i8):
    %w = arith.extsi %e : i8 to i32
    graph.yield %w : i32
  }
  %1 = graph.reshape %0 {shape = array<i64: 1, 3, 4>} : (tensor<1x3x1x4xi32>) -> tensor<1x3x4xi32>
  %2 = graph.move %y {pieces = [#graph.piece<0[1, 4, 2] from 0[8, 1, 4] to 0[8, 2, 1]>]} : (tensor<1x2x4xi32>) -> tensor<1x4x2xi32>
  %3 = graph.contract %1, %2 {operand_types = ["i8", "i8"]} : (tensor<1x3x4xi32>, tensor<1x4x2xi32>) -> tensor<1x3x2xi32>
  %ones = graph.constant dense<1> : tensor<1x4x1xi32>
  %4 = graph.contract %1, %ones {operand_types = ["i8", "i8"]} : (tensor<1x3x4xi32>, tensor<1x4x1xi32>) -> tensor<1x3x1xi32>
  return %3, %4 : tensor<1x3x2xi32>, tensor<1x3x1xi32>
}

// What only moves before it goes into blocks is bytes as well.
// CHECK-LABEL: @entering
// CHECK: graph.move %{{.*}} : (tensor<2x3xsi8>) -> tensor<3x2xsi8>
// CHECK: graph.to_blocks %{{.*}} : (tensor<1x3x1x2xsi8>) -> tensor<1x2x3x1xi8>
// CHECK-NEXT: ^bb0(%[[E:.*]]: i8):
// CHECK-NEXT: graph.yield %[[E]] : i8
func.func @entering(%x: tensor<2x3xi32>) -> tensor<1x2x3x1xi8> {
  %0 = graph.move %x {pieces = [#graph.piece<0[3, 2] from 0[1, 3] to 0[2, 1]>]} : (tensor<2x3xi32>) -> tensor<3x2xi32>
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
  return %2 : tensor<1x2x3x1xi8>
}
