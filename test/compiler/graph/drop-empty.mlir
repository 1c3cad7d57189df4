// RUN: npu-opt %s -graph-drop-empty | FileCheck %s
// What has no elements is a constant, and so is what is computed from nothing.

// CHECK-LABEL: func.func @main
// CHECK-DAG: graph.constant dense<> : tensor<0x3xf32>
// CHECK-DAG: graph.constant dense<0.000000e+00> : tensor<3xf32>
// CHECK: %[[MOVED:.*]] = graph.move %arg1 {fill = 1.000000e+00 : f32, pieces = [#graph.piece<0[3] from 0[1] to 3[1]>]} : (tensor<3xf32>) -> tensor<9xf32>
// CHECK: return %{{.*}}, %{{.*}}, %[[MOVED]], %arg2
func.func @main(%empty: tensor<0x3xf32>, %x: tensor<3xf32>, %table: tensor<4x3xf32>, %rows: tensor<0xi32>)
    -> (tensor<0x3xf32>, tensor<3xf32>, tensor<9xf32>, tensor<4x3xf32>) {
  %none = graph.map %empty : (tensor<0x3xf32>) -> tensor<0x3xf32> {
  ^bb0(%a: f32):
    %b = arith.negf %a : f32
    graph.yield %b : f32
  }
  %sum = graph.reduce %none {kind = "sum", axes = array<i64: 0>} : (tensor<0x3xf32>) -> tensor<3xf32>
  %moved = graph.move %none, %x {pieces = [#graph.piece<0[0] from 0[1] to 0[1]>, #graph.piece<1[3] from 0[1] to 3[1]>], fill = 1.0 : f32}
    : (tensor<0x3xf32>, tensor<3xf32>) -> tensor<9xf32>
  %scattered = graph.scatter %table, %rows, %empty {kind = "add"} : (tensor<4x3xf32>, tensor<0xi32>, tensor<0x3xf32>) -> tensor<4x3xf32>
  return %none, %sum, %moved, %scattered : tensor<0x3xf32>, tensor<3xf32>, tensor<9xf32>, tensor<4x3xf32>
}
