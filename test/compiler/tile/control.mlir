// Control flow around layers: what is decided lies in DRAM, is loaded and read by the sequencer; values are written where they are read next.
// RUN: npu-opt %s -tile-plan=machine=npu16 -tile-generate=machine=npu16 -canonicalize -cse | FileCheck %s

// Layers of bodies are not divided, and a division that is given is not ignored.
// RUN: sed 's/graph.map %x :/graph.map %x {tile.tasks = [{core = 0 : i64}]} :/' %s > %t.divided && not npu-opt %t.divided -tile-plan=machine=npu16 -tile-generate=machine=npu16 2>&1 | FileCheck %s --check-prefix=DIVIDED
// DIVIDED: has a tile.tasks inside control flow, whose layers are all on core 0

// CHECK-DAG: tile.data @branch.result
// CHECK-DAG: tile.data @loop.carried
// CHECK-DAG: tile.data @loop.turn
// All that stands before is done when the condition is loaded.
// CHECK: tile.await "load" from "store"
// CHECK: tile.copy_in
// CHECK: tile.signal "load" to "sequencer"
// CHECK: tile.await "sequencer" from "load"
// CHECK: %[[CONDITION:.*]] = tile.load_scalar
// CHECK: tile.signal "store" to "load"
// CHECK: tile.branch "branch" %[[CONDITION]] {
// What the arm makes is written where the branch's result is read; what it passes on is copied.
// CHECK: tile.layer "twice"
// CHECK-NOT: tile.layer "branch.then.results"
// CHECK: } else {
// CHECK-NEXT: tile.layer "branch.else.results"
// CHECK: tile.layer "loop.begin"
// CHECK: tile.repeat "loop" turns %c5 {
// CHECK: ^bb0(%[[TURN:.*]]: index):
// CHECK: tile.layer "loop.count"
// CHECK: tile.store_scalar %[[TURN]]
// The carried value has two places, which change by turns; the row is read where it lies, here from behind. Nothing is copied.
// CHECK: tile.layer "sum"
// CHECK-DAG: arith.shrsi %[[TURN]], %c1
// CHECK-DAG: arith.subi %c4, %[[TURN]]
// CHECK-NOT: tile.layer
// The result is what a sixth turn would read.
// CHECK: tile.port "y" output true @loop.carried[64]
func.func @main(%c: tensor<i32> {graph.name = "c", graph.type = "bool", graph.shape = []}, %x: tensor<4xf32> {graph.name = "x", graph.type = "f32", graph.shape = [4]}, %s: tensor<5x4xf32> {graph.name = "s", graph.type = "f32", graph.shape = [5, 4]})
    -> (tensor<4xf32> {graph.name = "y", graph.type = "f32", graph.shape = [4]}) {
  %0 = graph.if %c @then(%x) else @else(%x) : (tensor<i32>, tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32> loc("branch")
  %1 = graph.loop @turn most 5 carried(%0) scanned(%s) inputs() backwards [true] : (tensor<4xf32>, tensor<5x4xf32>) -> tensor<4xf32> loc("loop")
  return %1 : tensor<4xf32>
}
func.func private @then(%x: tensor<4xf32>) -> tensor<4xf32> {
  %0 = graph.map %x : (tensor<4xf32>) -> tensor<4xf32> {
  ^bb0(%a: f32):
    %b = arith.addf %a, %a : f32
    graph.yield %b : f32
  } loc("twice")
  return %0 : tensor<4xf32>
}
func.func private @else(%x: tensor<4xf32>) -> tensor<4xf32> {
  return %x : tensor<4xf32>
}
func.func private @turn(%i: tensor<i32>, %old: tensor<4xf32>, %row: tensor<4xf32>) -> tensor<4xf32> {
  %0 = graph.map %old, %row, %i : (tensor<4xf32>, tensor<4xf32>, tensor<i32>) -> tensor<4xf32> {
  ^bb0(%a: f32, %b: f32, %n: i32):
    %sum = arith.addf %a, %b : f32
    %m = arith.sitofp %n : i32 to f32
    %c = arith.addf %sum, %m : f32
    graph.yield %c : f32
  } loc("sum")
  return %0 : tensor<4xf32>
}
