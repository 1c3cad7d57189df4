// RUN: npu-opt %s -tile-plan=machine=edge16 -tile-generate=machine=edge16 -canonicalize -cse | FileCheck %s

// A sum is the last step of the convolution that makes its later operand: no layer of its own.
// CHECK: tile.layer "first" {
// CHECK-NOT: tile.layer "sum"
// CHECK: tile.layer "second+sum" {
// What it reads is loaded once the layer before has stored it, and together with the parameters.
// CHECK: tile.await "load" from "store"
// CHECK: tile.await "load" from "vector"
// CHECK-NEXT: tile.copy_in
// CHECK: tile.copy_in
// CHECK-NEXT: tile.signal "load" to "vector"
// The rows just made are read again: the unit waits for itself, and adds in place.
// CHECK: tile.map "requant" %[[DST:[0-9]+]],
// CHECK: tile.signal "vector" to "vector"
// CHECK: tile.await "vector" from "vector"
// CHECK: tile.map "add" %[[DST]], %[[DST]], %{{.*}}
// CHECK: tile.signal "vector" to "load"
// CHECK-NEXT: tile.signal "vector" to "store"
func.func @main(%x: tensor<1x16x8x8xi8> {graph.name = "x", graph.shape = [1, 16, 8, 8], graph.type = "i8", graph.qtype = "i8", graph.scale = 1.0 : f64, graph.zero_point = 0 : i64}) -> (tensor<1x16x8x8xi8> {graph.name = "y", graph.shape = [1, 16, 8, 8], graph.type = "i8", graph.qtype = "i8", graph.scale = 1.0 : f64, graph.zero_point = 0 : i64}) {
  %m = graph.constant dense<1073741824> : tensor<16xi32>
  %s = graph.constant dense<40> : tensor<16xi32>
  %w = graph.constant dense<1> : tensor<16x16x1x1xi8>
  %0 = graph.qconv %x, %w, %m {strides = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>, groups = 1 : i64, fill = 0 : i64} : (tensor<1x16x8x8xi8>, tensor<16x16x1x1xi8>, tensor<16xi32>) -> tensor<1x16x8x8xi32> loc("first")
  %1 = graph.requant %0, %m, %s {zero_point = 0 : i64, low = -128 : i64, high = 127 : i64} : (tensor<1x16x8x8xi32>, tensor<16xi32>, tensor<16xi32>) -> tensor<1x16x8x8xi8> loc("first")
  %2 = graph.qconv %x, %w, %m {strides = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>, groups = 1 : i64, fill = 0 : i64} : (tensor<1x16x8x8xi8>, tensor<16x16x1x1xi8>, tensor<16xi32>) -> tensor<1x16x8x8xi32> loc("second")
  %3 = graph.requant %2, %m, %s {zero_point = 0 : i64, low = -128 : i64, high = 127 : i64} : (tensor<1x16x8x8xi32>, tensor<16xi32>, tensor<16xi32>) -> tensor<1x16x8x8xi8> loc("second")
  %4 = graph.qadd %3, %1 {zero_a = 0 : i64, mult_a = 1 : i64, zero_b = 0 : i64, mult_b = 1 : i64, shift = 1 : i64, zero_point = 0 : i64, low = -128 : i64, high = 127 : i64} : (tensor<1x16x8x8xi8>, tensor<1x16x8x8xi8>) -> tensor<1x16x8x8xi8> loc("sum")
  return %4 : tensor<1x16x8x8xi8>
}
