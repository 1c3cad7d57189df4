// RUN: npu-opt %s -tile-fuse=machine=npu16 --remarks-filter=optimisation 2> %t.txt | FileCheck %s
// RUN: FileCheck %s --check-prefix=WHY < %t.txt
// RUN: sed 's/^module {/module attributes {graph.disable = ["fuse-epilogue"]} {/' %s | npu-opt -tile-fuse=machine=npu16 | FileCheck %s --check-prefix=OFF
// A map that alone reads a product, through reshapes as well, is the product's last step: planned here, the product marked. The steps load the
// bias once (a row), the residual with each tile.

// CHECK: graph.contract %arg0, %arg1 {tile.fused}
// CHECK: graph.map {{.*}}tile.cover = {{.*}}instruction = "vfadd"{{.*}}is_row = true{{.*}}tile.plan = {{.*}}tile.product = 0 : i64
// CHECK: graph.contract
// CHECK-NOT: tile.fused
// CHECK: graph.map
// CHECK-NOT: tile.product
// CHECK: return
// OFF-NOT: tile.fused
// OFF-NOT: tile.product
// WHY-DAG: sum{{.*}}is the last step of 'one'
// WHY-DAG: twice{{.*}}the result of 'two' has other readers
module {
func.func @main(%a: tensor<1x20x30xf32>, %b: tensor<1x30x40xf32>, %bias: tensor<40xf32>, %other: tensor<20x40xf32>) -> (tensor<20x40xf32>, tensor<1x20x40xf32>, tensor<1x20x40xf32>) {
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
  return %2, %3, %4 : tensor<20x40xf32>, tensor<1x20x40xf32>, tensor<1x20x40xf32>
}
}
