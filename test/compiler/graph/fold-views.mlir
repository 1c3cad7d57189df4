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

// What no integer operator reads has the network's shape.
// CHECK: func.func @moved(%arg0: tensor<1x2x2x2xi8>) -> tensor<1x2x2x2xi8>
// CHECK: graph.transpose %arg0
func.func @moved(%x: tensor<1x2x2x2xi8>) -> tensor<1x2x2x2xi8> {
  %0 = graph.transpose %x {perm = array<i64: 0, 2, 3, 1>} : (tensor<1x2x2x2xi8>) -> tensor<1x2x2x2xi8>
  return %0 : tensor<1x2x2x2xi8>
}

// A quantised value between tensor operators and an integer operator goes into blocks; behind it, and for an output
// that the loader would not find there, it leaves them again. The loader quantises the input, into bytes in rows.
// CHECK: func.func @boundary(%arg0: tensor<2x3xsi8> {graph.name = "x", graph.qtype = "u8", graph.scale = 5.000000e-01 : f64, graph.shape = [2, 3],
// CHECK-SAME: -> (tensor<2x2xf32> {graph.name = "y", graph.shape = [2, 2]})
// CHECK: %[[Q:.*]] = graph.map %arg0 : (tensor<2x3xsi8>) -> tensor<2x3xi8>
// CHECK: %[[R:.*]] = graph.reshape %[[Q]] {{.*}} -> tensor<1x2x1x3xi8>
// CHECK: %[[B:.*]] = graph.to_blocks %[[R]] : (tensor<1x2x1x3xi8>) -> tensor<1x3x2x1xi8>
// CHECK: %[[C:.*]] = graph.qconv %[[B]], {{.*}} -> tensor<1x2x2x1xi32>
// CHECK: %[[D:.*]] = graph.requant %[[C]]
// CHECK: %[[W:.*]] = graph.to_words %[[D]] : (tensor<1x2x2x1xi8>) -> tensor<1x2x1x2xi8>
// CHECK: %[[V:.*]] = graph.reshape %[[W]] {{.*}} -> tensor<2x2xi8>
// CHECK: %[[Y:.*]] = graph.dequantize %[[V]] {{.*}}scales = array<f32: 2.500000e-01>, zero_points = array<i32: 7>
// CHECK: return %[[Y]] : tensor<2x2xf32>
func.func @boundary(%x: tensor<2x3xi8> {graph.name = "x", graph.shape = [2, 3], graph.type = "f32", graph.qtype = "u8", graph.scale = 0.5, graph.zero_point = 3})
    -> (tensor<2x2xi8> {graph.name = "y", graph.shape = [2, 2], graph.type = "f32", graph.qtype = "i8", graph.scale = 0.25, graph.zero_point = 7}) {
  %w = graph.constant dense<1> : tensor<2x3xi8>
  %b = graph.constant dense<0> : tensor<2xi32>
  %m = graph.constant dense<1073741824> : tensor<2xi32>
  %s = graph.constant dense<31> : tensor<2xi32>
  %2 = graph.qmatmul %x, %w, %b : (tensor<2x3xi8>, tensor<2x3xi8>, tensor<2xi32>) -> tensor<2x2xi32>
  %3 = graph.requant %2, %m, %s {zero_point = 0, low = -128, high = 127} : (tensor<2x2xi32>, tensor<2xi32>, tensor<2xi32>) -> tensor<2x2xi8>
  return %3 : tensor<2x2xi8>
}

// A window over a transposed tensor: that moves data, outside of blocks.
// CHECK: func.func @turned
// CHECK: %[[P:.*]] = graph.qmax_pool %arg0
// CHECK: %[[W:.*]] = graph.to_words %[[P]]
// CHECK: graph.transpose %[[W]] {perm = array<i64: 0, 3, 1, 2>}
// CHECK: graph.transpose %{{.*}} {perm = array<i64: 0, 1, 3, 2>}
// CHECK: %[[B:.*]] = graph.to_blocks {{.*}} -> tensor<1x2x3x2xi8>
// CHECK: %[[Q:.*]] = graph.qmax_pool %[[B]]
// CHECK: return %[[Q]]
func.func @turned(%x: tensor<1x2x2x3xi8>) -> tensor<1x2x3x2xi8> {
  %0 = graph.qmax_pool %x {kernel = array<i64: 1, 1>, strides = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>, low = -128, high = 127} : (tensor<1x2x2x3xi8>) -> tensor<1x2x2x3xi8>
  %1 = graph.transpose %0 {perm = array<i64: 0, 1, 3, 2>} : (tensor<1x2x2x3xi8>) -> tensor<1x2x3x2xi8>
  %2 = graph.qmax_pool %1 {kernel = array<i64: 1, 1>, strides = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>, low = -128, high = 127} : (tensor<1x2x3x2xi8>) -> tensor<1x2x3x2xi8>
  return %2 : tensor<1x2x3x2xi8>
}

// Rows that a product has made stay rows in a sum with an input, and in what the next product reads of it.
// CHECK: func.func @residual
// CHECK: %[[ROWS:.*]] = graph.to_blocks {{.*}} : (tensor<1x4x1x3xi8>) -> tensor<1x3x4x1xi8>
// CHECK: %[[PRODUCT:.*]] = graph.requant {{.*}} -> tensor<1x3x4x1xi8>
// CHECK: %[[SUM:.*]] = graph.qadd %{{.*}}, %[[PRODUCT]] {{.*}} -> tensor<1x3x4x1xi8>
// CHECK-NOT: graph.to_blocks
// CHECK: graph.qconv %[[SUM]], {{.*}} -> tensor<1x3x4x1xi32>
func.func @residual(%x: tensor<1x4x3xi8>) -> tensor<4x3xi8> {
  %w = graph.constant dense<1> : tensor<3x3xi8>
  %b = graph.constant dense<0> : tensor<3xi32>
  %m = graph.constant dense<1073741824> : tensor<3xi32>
  %s = graph.constant dense<31> : tensor<3xi32>
  %0 = graph.reshape %x {shape = array<i64: 4, 3>} : (tensor<1x4x3xi8>) -> tensor<4x3xi8>
  %1 = graph.qmatmul %0, %w, %b : (tensor<4x3xi8>, tensor<3x3xi8>, tensor<3xi32>) -> tensor<4x3xi32>
  %2 = graph.requant %1, %m, %s {zero_point = 0, low = -128, high = 127} : (tensor<4x3xi32>, tensor<3xi32>, tensor<3xi32>) -> tensor<4x3xi8>
  %3 = graph.reshape %2 {shape = array<i64: 1, 4, 3>} : (tensor<4x3xi8>) -> tensor<1x4x3xi8>
  %4 = graph.qadd %x, %3 {mult_a = 1073741824, mult_b = 1073741824, shift = 31, zero_a = 0, zero_b = 0, zero_point = 0, low = -128, high = 127} : (tensor<1x4x3xi8>, tensor<1x4x3xi8>) -> tensor<1x4x3xi8>
  %5 = graph.reshape %4 {shape = array<i64: 4, 3>} : (tensor<1x4x3xi8>) -> tensor<4x3xi8>
  %6 = graph.qmatmul %5, %w, %b : (tensor<4x3xi8>, tensor<3x3xi8>, tensor<3xi32>) -> tensor<4x3xi32>
  %7 = graph.requant %6, %m, %s {zero_point = 0, low = -128, high = 127} : (tensor<4x3xi32>, tensor<3xi32>, tensor<3xi32>) -> tensor<4x3xi8>
  return %7 : tensor<4x3xi8>
}
