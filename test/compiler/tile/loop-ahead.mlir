// RUN: npu-opt %s -tile-plan=machine=npu16 -tile-generate=machine=npu16 -canonicalize -cse | FileCheck %s
// RUN: sed 's/256/32/g' %s | npu-opt -tile-plan=machine=npu16 -tile-generate=machine=npu16 -canonicalize -cse | FileCheck %s --check-prefix=KEPT

// Weights that the scratchpad does not keep: the first turn's first ones are loaded before the loop, those of the next turn by the turn's
// last layer, and what was loaded for a turn that does not come is taken behind the loop.
// CHECK: tile.layer "loop.weights"
// CHECK: tile.await "load" from "weights"
// CHECK: tile.buffer "dram" {{.*}} "constant.0"
// CHECK: tile.copy_in
// CHECK: tile.signal "load" to "weights"
// CHECK: tile.repeat "loop"
// CHECK: tile.layer "first"
// CHECK: tile.layer "second"
// CHECK: tile.buffer "dram" {{.*}} "constant.1"
// CHECK: %[[MATRIX:.*]] = tile.buffer "dram" {{.*}} "constant.0"
// CHECK: %[[FROM:.*]] = tile.stream %[[MATRIX]]
// CHECK: tile.copy_in %{{.*}}, %[[FROM]]
// CHECK: tile.signal "store" to "load"
// CHECK: tile.await "weights" from "load"
// CHECK-NEXT: tile.signal "weights" to "load"

// All of them kept: nothing is loaded in the turns.
// KEPT: tile.layer "loop.weights"
// KEPT: tile.repeat "loop"
// KEPT-NOT: tile.signal "load" to "weights"
func.func @main(%x: tensor<1x1x256xf32> {graph.name = "x", graph.type = "f32", graph.shape = [1, 1, 256]})
    -> (tensor<1x1x256xf32> {graph.name = "y", graph.type = "f32", graph.shape = [1, 1, 256]}) {
  %0 = graph.loop @turn most 5 carried(%x) scanned() inputs() backwards [] : (tensor<1x1x256xf32>) -> tensor<1x1x256xf32> loc("loop")
  return %0 : tensor<1x1x256xf32>
}
func.func private @turn(%i: tensor<i32>, %x: tensor<1x1x256xf32>) -> tensor<1x1x256xf32> {
  %a = graph.constant dense<1.0> : tensor<1x256x256xf32>
  %b = graph.constant dense<2.0> : tensor<1x256x256xf32>
  %0 = graph.contract %x, %a : (tensor<1x1x256xf32>, tensor<1x256x256xf32>) -> tensor<1x1x256xf32> loc("first")
  %1 = graph.contract %0, %b : (tensor<1x1x256xf32>, tensor<1x256x256xf32>) -> tensor<1x1x256xf32> loc("second")
  return %1 : tensor<1x1x256xf32>
}
