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
