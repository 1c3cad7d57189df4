// RUN: npu-opt %s -pass-pipeline="builtin.module(func.func(graph-fold-views))" | FileCheck %s

// A matrix product behind a transpose and a flatten is a convolution of the whole image, weights in the image's order:
// NHWC order h, w, c of the row becomes c, h, w.
// CHECK: func.func @main(%arg0: tensor<1x2x1x2xi8>)
// CHECK: graph.constant dense<{{\[\[\[\[}}1, 3]], {{\[\[}}2, 4]]]]> : tensor<1x2x1x2xi8>
// CHECK: graph.qconv %arg0, {{.*}} -> tensor<1x1x1x1xi32>
// CHECK: graph.requant {{.*}} -> tensor<1x1x1x1xi8>
// CHECK-NOT: graph.reshape
func.func @main(%x: tensor<1x2x1x2xi8>) -> tensor<1x1xi8> {
  %w = graph.constant dense<[[1, 2, 3, 4]]> : tensor<1x4xi8>
  %b = graph.constant dense<0> : tensor<1xi32>
  %m = graph.constant dense<1073741824> : tensor<1xi32>
  %s = graph.constant dense<31> : tensor<1xi32>
  %0 = graph.transpose %x {perm = array<i64: 0, 2, 3, 1>} : (tensor<1x2x1x2xi8>) -> tensor<1x1x2x2xi8>
  %1 = graph.reshape %0 {shape = array<i64: 1, 4>} : (tensor<1x1x2x2xi8>) -> tensor<1x4xi8>
  %2 = graph.qmatmul %1, %w, %b : (tensor<1x4xi8>, tensor<1x4xi8>, tensor<1xi32>) -> tensor<1x1xi32>
  %3 = graph.requant %2, %m, %s {zero_point = 0, low = -128, high = 127} : (tensor<1x1xi32>, tensor<1xi32>, tensor<1xi32>) -> tensor<1x1xi8>
  return %3 : tensor<1x1xi8>
}

// Rows that are pixels: a 1x1 convolution.
// CHECK: func.func @rows(%arg0: tensor<1x3x2x2xi8>)
// CHECK: graph.qconv {{.*}}tensor<2x3x1x1xi8>{{.*}} -> tensor<1x2x2x2xi32>
func.func @rows(%x: tensor<1x3x2x2xi8>) -> tensor<1x2x4xi8> {
  %w = graph.constant dense<1> : tensor<2x3xi8>
  %b = graph.constant dense<0> : tensor<2xi32>
  %m = graph.constant dense<1073741824> : tensor<2xi32>
  %s = graph.constant dense<31> : tensor<2xi32>
  %0 = graph.transpose %x {perm = array<i64: 0, 2, 3, 1>} : (tensor<1x3x2x2xi8>) -> tensor<1x2x2x3xi8>
  %1 = graph.reshape %0 {shape = array<i64: 4, 3>} : (tensor<1x2x2x3xi8>) -> tensor<4x3xi8>
  %2 = graph.qmatmul %1, %w, %b : (tensor<4x3xi8>, tensor<2x3xi8>, tensor<2xi32>) -> tensor<4x2xi32>
  %3 = graph.requant %2, %m, %s {zero_point = 0, low = -128, high = 127} : (tensor<4x2xi32>, tensor<2xi32>, tensor<2xi32>) -> tensor<4x2xi8>
  %4 = graph.transpose %3 {perm = array<i64: 1, 0>} : (tensor<4x2xi8>) -> tensor<2x4xi8>
  %5 = graph.reshape %4 {shape = array<i64: 1, 2, 4>} : (tensor<2x4xi8>) -> tensor<1x2x4xi8>
  return %5 : tensor<1x2x4xi8>
}

// What would have to move data is left for graph-check.
// CHECK: func.func @refused
// CHECK: graph.reason = "an output is transposed, which would have to move data"
func.func @refused(%x: tensor<1x2x2x2xi8>) -> tensor<1x2x2x2xi8> {
  %0 = graph.transpose %x {perm = array<i64: 0, 2, 3, 1>} : (tensor<1x2x2x2xi8>) -> tensor<1x2x2x2xi8>
  return %0 : tensor<1x2x2x2xi8>
}
