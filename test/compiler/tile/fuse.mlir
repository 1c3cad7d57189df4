// RUN: npu-opt %s -tile-fuse=machine=npu16 --remarks-filter=optimisation 2> %t.txt | FileCheck %s
// RUN: FileCheck %s --check-prefix=WHY < %t.txt
// RUN: sed 's/^module {/module attributes {graph.disable = ["fuse-epilogue"]} {/' %s | npu-opt -tile-fuse=machine=npu16 | FileCheck %s --check-prefix=OFF
// A map that alone reads a product, a pooling or a depthwise convolution, through reshapes as well, is its last step: planned here, what it
// reads marked. The steps load the bias once (a row), the residual with each tile.

// CHECK: graph.contract %arg0, %arg1 {tile.fused}
// CHECK: graph.map {{.*}}tile.cover = {{.*}}instruction = "vfadd"{{.*}}is_row = true{{.*}}tile.plan = {{.*}}tile.producer = 0 : i64
// CHECK: graph.contract
// CHECK-NOT: tile.fused
// CHECK: graph.map
// CHECK-NOT: tile.producer
// CHECK: graph.pool {{.*}}tile.fused
// CHECK: graph.map {{.*}}tile.producer = 0 : i64
// Of two products the one with an element for each of the map's.
// CHECK: graph.contract {{.*}}tile.fused} : {{.*}} -> tensor<1x1x40xf32>
// CHECK: graph.contract {{.*}} -> tensor<1x1x1xf32>
// CHECK: graph.map {{.*}}tile.producer = 0 : i64
// CHECK: return
// OFF-NOT: tile.fused
// OFF-NOT: tile.producer
// WHY-DAG: sum{{.*}}is the last step of 'one'
// WHY-DAG: half{{.*}}is the last step of 'three'
// WHY-DAG: twice{{.*}}the result of 'two' has other readers
module {
func.func @main(%a: tensor<1x20x30xf32>, %b: tensor<1x30x40xf32>, %bias: tensor<40xf32>, %other: tensor<20x40xf32>, %c: tensor<1x9x9x20xf32>, %row: tensor<1x1x30xf32>, %column: tensor<1x30x1xf32>) -> (tensor<20x40xf32>, tensor<1x20x40xf32>, tensor<1x20x40xf32>, tensor<1x8x8x20xf32>, tensor<1x1x40xf32>) {
  %0 = graph.contract %a, %b : (tensor<1x20x30xf32>, tensor<1x30x40xf32>) -> tensor<1x20x40xf32> loc("one")
  %1 = graph.reshape %0 {shape = array<i64: 20, 40>} : (tensor<1x20x40xf32>) -> tensor<20x40xf32>
  %2 = graph.map %1, %bias, %other : (tensor<20x40xf32>, tensor<40xf32>, tensor<20x40xf32>) -> tensor<20x40xf32> {
  ^bb0(%p: f32, %q: f32, %r: f32):
    %s = arith.addf %p, %q : f32
    %t = arith.addf %s, %r : f32
    graph.yield %t : f32
  } loc("sum")
  %3 = graph.contract %a, %b : (tensor<1x20x30xf32>, tensor<1x30x40xf32>) -> tensor<1x20x40xf32> loc("two")
  %4 = graph.map %3 : (tensor<1x20x40xf32>) -> tensor<1x20x40xf32> {
  ^bb0(%p: f32):
    %s = arith.addf %p, %p : f32
    graph.yield %s : f32
  } loc("twice")
  %5 = graph.pool %c {kind = "sum", kernel = array<i64: 2, 2>, strides = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>} : (tensor<1x9x9x20xf32>) -> tensor<1x8x8x20xf32> loc("three")
  %6 = graph.map %5 : (tensor<1x8x8x20xf32>) -> tensor<1x8x8x20xf32> {
  ^bb0(%p: f32):
    %h = arith.constant 0.5 : f32
    %s = arith.mulf %p, %h : f32
    graph.yield %s : f32
  } loc("half")
  %7 = graph.contract %row, %b : (tensor<1x1x30xf32>, tensor<1x30x40xf32>) -> tensor<1x1x40xf32> loc("full")
  %8 = graph.contract %row, %column : (tensor<1x1x30xf32>, tensor<1x30x1xf32>) -> tensor<1x1x1xf32> loc("single")
  %9 = graph.map %7, %8 : (tensor<1x1x40xf32>, tensor<1x1x1xf32>) -> tensor<1x1x40xf32> {
  ^bb0(%p: f32, %q: f32):
    %s = arith.addf %p, %q : f32
    graph.yield %s : f32
  } loc("both")
  return %2, %3, %4, %6, %9 : tensor<20x40xf32>, tensor<1x20x40xf32>, tensor<1x20x40xf32>, tensor<1x8x8x20xf32>, tensor<1x1x40xf32>
}
}
