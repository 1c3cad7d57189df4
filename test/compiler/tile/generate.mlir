// RUN: npu-opt %s -tile-generate=machine=edge16 -canonicalize -cse > %t
// RUN: FileCheck %s < %t
// RUN: FileCheck %s --check-prefix=DATA < %t

// A plan written by hand: bands of three rows of the eight, two slots, the last band shorter.
// Constants come first in DRAM.
// DATA-DAG: tile.data @conv.weights at 4096 bytes 256 = dense
// DATA-DAG: tile.data @conv.params at 4352 bytes 192 = dense
// DATA-DAG: tile.data @input.x at 4544 bytes 1024{{$}}
// CHECK: tile.port "x" output false @input.x "blocked"
// Two free slots of everything, before the first layer.
// CHECK-COUNT-2: tile.signal "matrix" to "load"
// CHECK: tile.layer "conv" {
// CHECK: scf.for %[[BAND:.*]] = %c0 to %c3 step %c1 {
// CHECK: %[[FIRST:.*]] = arith.muli %[[BAND]], %c3
// CHECK: %[[LEFT:.*]] = arith.subi %c8, %[[FIRST]]
// CHECK: %[[ROWS:.*]] = arith.minsi %[[LEFT]], %c3
// CHECK: tile.await "load" from "matrix"
// CHECK: tile.copy_in
// CHECK: tile.signal "load" to "matrix"
// CHECK: tile.preload
// CHECK: tile.stream %{{.*}} count [8, %[[ROWS]]] stride [16, 128] low [] high []
// CHECK: tile.multiply {{.*}} fill 3 accumulate %c0
// CHECK: tile.map "requant"
// CHECK: tile.copy_out
// CHECK: tile.signal "store" to "load"
// CHECK: tile.port "y" output true @conv.out "blocked"
func.func @main(%x: tensor<1x16x8x8xi8> {graph.name = "x", graph.shape = [1, 16, 8, 8], graph.type = "i8", graph.qtype = "i8", graph.scale = 1.0 : f64, graph.zero_point = 0 : i64}) -> (tensor<1x16x8x8xi8> {graph.name = "y", graph.shape = [1, 16, 8, 8], graph.type = "i8", graph.qtype = "i8", graph.scale = 1.0 : f64, graph.zero_point = 0 : i64}) {
  %m = graph.constant dense<1073741824> : tensor<16xi32>
  %s = graph.constant dense<40> : tensor<16xi32>
  %w = graph.constant dense<1> : tensor<16x16x1x1xi8>
  %0 = graph.qconv %x, %w, %m {strides = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>, groups = 1 : i64, fill = 3 : i64} : (tensor<1x16x8x8xi8>, tensor<16x16x1x1xi8>, tensor<16xi32>) -> tensor<1x16x8x8xi32> loc("conv")
  %1 = graph.requant %0, %m, %s {zero_point = 0 : i64, low = -128 : i64, high = 127 : i64, tile.plan = {band = 3 : i64, blocks_outside = false, chunk = 1 : i64, interleave = false, plain = false, roll_rows = false, unfold = false}} : (tensor<1x16x8x8xi32>, tensor<16xi32>, tensor<16xi32>) -> tensor<1x16x8x8xi8> loc("conv")
  return %1 : tensor<1x16x8x8xi8>
}
