// RUN: npu-opt %s -tile-chain=machine=npu16 --remarks-filter=optimisation 2> %t.txt | FileCheck %s
// RUN: FileCheck %s --check-prefix=WHY < %t.txt
// RUN: sed 's/^module {/module attributes {graph.disable = ["fuse-chain"]} {/' %s | npu-opt -tile-chain=machine=npu16 | FileCheck %s --check-prefix=OFF
// Reductions along the last dimension and the maps that read them are one layer, that of the last map: the others are marked. What another
// layer reads ends a chain.

// CHECK-LABEL: @softmax
// CHECK: graph.reduce {{.*}}tile.fused
// CHECK: graph.map {{.*}}tile.fused
// CHECK: graph.reduce {{.*}}tile.fused
// CHECK: graph.map {{.*}}tile.chain = 8 : i64{{.*}}tile.cover = {{.*}}is_column = true
// CHECK-LABEL: @leaks
// CHECK-NOT: tile.
// CHECK-LABEL: @odd
// CHECK: graph.map {{.*}}tile.chain = 8 : i64{{.*}}input = 1 : i64, is_column = false, is_result = false, is_row = true
// OFF-NOT: tile.
// WHY-DAG: quotient{{.*}}4 operators are one layer
// WHY-DAG: leaking{{.*}}other readers
module {
func.func @softmax(%x: tensor<8x32xf32>) -> tensor<8x32xf32> {
  %0 = graph.reduce %x {axes = array<i64: 1>, kind = "max"} : (tensor<8x32xf32>) -> tensor<8xf32>
  %1 = graph.reshape %0 {shape = array<i64: 8, 1>} : (tensor<8xf32>) -> tensor<8x1xf32>
  %2 = graph.map %x, %1 : (tensor<8x32xf32>, tensor<8x1xf32>) -> tensor<8x32xf32> {
  ^bb0(%p: f32, %q: f32):
    %s = arith.subf %p, %q : f32
    %t = math.exp %s : f32
    graph.yield %t : f32
  }
  %3 = graph.reduce %2 {axes = array<i64: 1>, kind = "sum"} : (tensor<8x32xf32>) -> tensor<8xf32>
  %4 = graph.reshape %3 {shape = array<i64: 8, 1>} : (tensor<8xf32>) -> tensor<8x1xf32>
  %5 = graph.map %2, %4 : (tensor<8x32xf32>, tensor<8x1xf32>) -> tensor<8x32xf32> {
  ^bb0(%p: f32, %q: f32):
    %s = arith.divf %p, %q : f32
    graph.yield %s : f32
  } loc("quotient")
  return %5 : tensor<8x32xf32>
}
func.func @leaks(%x: tensor<8x32xf32>) -> (tensor<8x32xf32>, tensor<8xf32>) {
  %0 = graph.reduce %x {axes = array<i64: 1>, kind = "max"} : (tensor<8x32xf32>) -> tensor<8xf32> loc("leaking")
  %1 = graph.reshape %0 {shape = array<i64: 8, 1>} : (tensor<8xf32>) -> tensor<8x1xf32>
  %2 = graph.map %x, %1 : (tensor<8x32xf32>, tensor<8x1xf32>) -> tensor<8x32xf32> {
  ^bb0(%p: f32, %q: f32):
    %s = arith.subf %p, %q : f32
    graph.yield %s : f32
  }
  return %2, %0 : tensor<8x32xf32>, tensor<8xf32>
}
func.func @odd(%x: tensor<8x33xf32>) -> tensor<8x33xf32> {
  %0 = graph.reduce %x {axes = array<i64: 1>, kind = "max"} : (tensor<8x33xf32>) -> tensor<8xf32> loc("uneven")
  %1 = graph.reshape %0 {shape = array<i64: 8, 1>} : (tensor<8xf32>) -> tensor<8x1xf32>
  %2 = graph.map %x, %1 : (tensor<8x33xf32>, tensor<8x1xf32>) -> tensor<8x33xf32> {
  ^bb0(%p: f32, %q: f32):
    %s = arith.subf %p, %q : f32
    graph.yield %s : f32
  }
  return %2 : tensor<8x33xf32>
}
}
