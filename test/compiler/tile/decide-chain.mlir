// RUN: npu-opt %s -tile-chain=machine=npu16 -tile-plan=machine=npu16 -tile-generate=machine=npu16 -canonicalize -cse | FileCheck %s

// A condition that the steps of a chain make is read where the vector unit leaves it, at once: not from DRAM.
// CHECK: tile.repeat "loop"
// CHECK: tile.layer "goes"
// CHECK: tile.signal "vector" to "sequencer"
// CHECK-NEXT: tile.await "sequencer" from "vector"
// CHECK: %[[WORD:.*]] = tile.buffer "scratchpad" {{.*}} "decision"
// CHECK: %[[AT:.*]] = tile.stream %[[WORD]]
// CHECK: %[[GOES:.*]] = tile.load_scalar %[[AT]]
// CHECK: tile.leave %[[GOES]]
func.func @main(%x: tensor<1x256xf32> {graph.name = "x", graph.type = "f32", graph.shape = [1, 256]})
    -> (tensor<1x256xf32> {graph.name = "y", graph.type = "f32", graph.shape = [1, 256]}) {
  %go = graph.constant dense<1> : tensor<i32>
  %0 = graph.loop @turn most 9223372036854775807 while %go carried(%x) scanned() inputs() backwards [] : (tensor<i32>, tensor<1x256xf32>) -> tensor<1x256xf32> loc("loop")
  return %0 : tensor<1x256xf32>
}
func.func private @turn(%i: tensor<i32>, %x: tensor<1x256xf32>) -> (tensor<i32>, tensor<1x256xf32>) {
  %0 = graph.map %x : (tensor<1x256xf32>) -> tensor<1x256xf32> {
  ^bb0(%p: f32):
    %s = arith.addf %p, %p : f32
    graph.yield %s : f32
  } loc("twice")
  %1 = graph.reduce %0 {axes = array<i64: 0, 1>, kind = "max"} : (tensor<1x256xf32>) -> tensor<f32> loc("largest")
  %2 = graph.map %1 : (tensor<f32>) -> tensor<i32> {
  ^bb0(%p: f32):
    %c = arith.constant 1000.0 : f32
    %s = arith.cmpf olt, %p, %c : f32
    %t = arith.extui %s : i1 to i32
    graph.yield %t : i32
  } loc("goes")
  return %2, %0 : tensor<i32>, tensor<1x256xf32>
}
