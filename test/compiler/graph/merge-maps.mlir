// RUN: npu-opt %s -pass-pipeline="builtin.module(func.func(graph-merge-maps))" | FileCheck %s
// RUN: npu-opt %s -pass-pipeline="builtin.module(func.func(graph-merge-maps))" --remarks-filter=optimisation --remark-format=emitRemark 2>&1 | FileCheck %s --check-prefix=WHY

// The operand that both read is one; the map of another shape stays.
// CHECK-LABEL: @chain
func.func @chain(%x: tensor<4x5xf32>, %y: tensor<5xf32>) -> tensor<4x5xf32> {
  // CHECK: %[[ROW:.*]] = graph.map %arg1 : (tensor<5xf32>) -> tensor<5xf32>
  // CHECK: graph.map %arg0, %[[ROW]] : (tensor<4x5xf32>, tensor<5xf32>) -> tensor<4x5xf32> {
  // CHECK-NEXT: ^bb0(%[[A:.*]]: f32, %[[B:.*]]: f32):
  // CHECK-NEXT: %[[E:.*]] = math.exp %[[A]] : f32
  // CHECK-NEXT: %[[S:.*]] = arith.addf %[[E]], %[[B]] : f32
  // CHECK-NEXT: %[[P:.*]] = arith.mulf %[[S]], %[[A]] : f32
  // CHECK-NEXT: graph.yield %[[P]] : f32
  // CHECK-NOT: graph.map
  %row = graph.map %y : (tensor<5xf32>) -> tensor<5xf32> {
  ^bb0(%a: f32):
    %0 = arith.negf %a : f32
    graph.yield %0 : f32
  }
  %e = graph.map %x : (tensor<4x5xf32>) -> tensor<4x5xf32> {
  ^bb0(%a: f32):
    %0 = math.exp %a : f32
    graph.yield %0 : f32
  }
  %s = graph.map %e, %row : (tensor<4x5xf32>, tensor<5xf32>) -> tensor<4x5xf32> {
  ^bb0(%a: f32, %b: f32):
    %0 = arith.addf %a, %b : f32
    graph.yield %0 : f32
  }
  %p = graph.map %s, %x : (tensor<4x5xf32>, tensor<4x5xf32>) -> tensor<4x5xf32> {
  ^bb0(%a: f32, %b: f32):
    %0 = arith.mulf %a, %b : f32
    graph.yield %0 : f32
  }
  return %p : tensor<4x5xf32>
}

// What two read stays.
// WHY: [Passed] merge-maps | {{.*}}="is a part of
// WHY: [Missed] merge-maps | {{.*}}="its reader's result has another shape"
// WHY: [Missed] merge-maps | {{.*}}="its result has 2 readers"
// CHECK-LABEL: @two
func.func @two(%x: tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>) {
  // CHECK: graph.map
  // CHECK: math.exp
  // CHECK: graph.map
  // CHECK: arith.negf
  %e = graph.map %x : (tensor<4xf32>) -> tensor<4xf32> {
  ^bb0(%a: f32):
    %0 = math.exp %a : f32
    graph.yield %0 : f32
  }
  %n = graph.map %e : (tensor<4xf32>) -> tensor<4xf32> {
  ^bb0(%a: f32):
    %0 = arith.negf %a : f32
    graph.yield %0 : f32
  }
  return %e, %n : tensor<4xf32>, tensor<4xf32>
}

// A map goes before the reshape of what it alone reads, and merges there; bounds that hold already are dropped.
// CHECK-LABEL: @behind_reshape
// CHECK: %[[M:.*]] = graph.map %arg0, %arg1 : (tensor<2x3xi32>, tensor<i32>) -> tensor<2x3xi32>
// CHECK: arith.muli
// CHECK: arith.maxsi
// CHECK: arith.minsi
// CHECK-NOT: arith.m{{ax|in}}si
// CHECK: graph.yield
// CHECK: %[[R:.*]] = graph.reshape %[[M]] {{.*}} -> tensor<1x6xi32>
// CHECK: return %[[R]]
func.func @behind_reshape(%x: tensor<2x3xi32>, %n: tensor<i32>) -> tensor<1x6xi32> {
  %0 = graph.map %x : (tensor<2x3xi32>) -> tensor<2x3xi32> {
  ^bb0(%a: i32):
    %low = arith.constant -100 : i32
    %high = arith.constant 100 : i32
    %s = arith.muli %a, %a : i32
    %t = arith.maxsi %s, %low : i32
    %u = arith.minsi %t, %high : i32
    graph.yield %u : i32
  }
  %1 = graph.reshape %0 {shape = array<i64: 1, 6>} : (tensor<2x3xi32>) -> tensor<1x6xi32>
  %2 = graph.map %1, %n : (tensor<1x6xi32>, tensor<i32>) -> tensor<1x6xi32> {
  ^bb0(%a: i32, %b: i32):
    %low = arith.constant -128 : i32
    %high = arith.constant 127 : i32
    %t = arith.maxsi %a, %low : i32
    %u = arith.minsi %t, %high : i32
    %v = arith.addi %u, %b : i32
    graph.yield %v : i32
  }
  return %2 : tensor<1x6xi32>
}
