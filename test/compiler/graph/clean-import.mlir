// RUN: npu-opt %s -pass-pipeline="builtin.module(func.func(graph-clean-import))" | FileCheck %s

// CHECK-LABEL: @identity
// CHECK-NEXT: return %arg0
func.func @identity(%x: tensor<1x4xf32>) -> tensor<1x4xf32> {
  %0 = graph.identity %x : (tensor<1x4xf32>) -> tensor<1x4xf32>
  return %0 : tensor<1x4xf32>
}

// CHECK-LABEL: @transposed_constant
// CHECK: graph.constant dense<{{\[\[}}1, 4], [2, 5], [3, 6]]> : tensor<3x2xi8>
func.func @transposed_constant() -> tensor<3x2xi8> {
  %0 = graph.constant dense<[[1, 2, 3], [4, 5, 6]]> : tensor<2x3xi8>
  %1 = graph.transpose %0 {perm = array<i64: 1, 0>} : (tensor<2x3xi8>) -> tensor<3x2xi8>
  return %1 : tensor<3x2xi8>
}

// CHECK-LABEL: @bias
// CHECK: graph.gemm %arg0, %arg1, %{{.*}} : (tensor<1x2xf32>, tensor<2x3xf32>, tensor<3xf32>)
// CHECK-NOT: graph.add
func.func @bias(%x: tensor<1x2xf32>, %w: tensor<2x3xf32>) -> tensor<1x3xf32> {
  %c = graph.constant dense<[1.0, 2.0, 3.0]> : tensor<3xf32>
  %0 = graph.matmul %x, %w : (tensor<1x2xf32>, tensor<2x3xf32>) -> tensor<1x3xf32>
  %1 = graph.add %0, %c : (tensor<1x3xf32>, tensor<3xf32>) -> tensor<1x3xf32>
  return %1 : tensor<1x3xf32>
}
