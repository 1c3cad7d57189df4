// RUN: npu-opt %s -pass-pipeline="builtin.module(func.func(graph-merge-crossings))" | FileCheck %s

// CHECK-LABEL: func.func @both
// CHECK: %[[W:.*]] = graph.to_words %arg0 : (tensor<1x2x1x3xi8>) -> tensor<1x1x3x2xf32> {
// CHECK-NEXT: ^bb0(%[[A:.*]]: i8):
// CHECK-NEXT: arith.extsi %[[A]] : i8 to i32
// CHECK-NEXT: arith.constant 7 : i32
// CHECK-NEXT: arith.subi
// CHECK-NEXT: arith.sitofp
// CHECK-NEXT: graph.yield
// CHECK: %[[R:.*]] = graph.reshape %[[W]] {{.*}} -> tensor<3x2xf32>
// CHECK-NOT: graph.map
// CHECK: %[[S:.*]] = graph.reduce %[[R]]
// CHECK-NOT: graph.map
// CHECK: graph.to_blocks {{.*}} : (tensor<1x1x2x1xf32>) -> tensor<1x1x1x2xi8> {
// CHECK-NEXT: ^bb0(%[[B:.*]]: f32):
// CHECK-NEXT: graph.to_int %[[B]] : f32 -> i32
// CHECK-NEXT: arith.trunci
// CHECK-NEXT: graph.yield
func.func @both(%x: tensor<1x2x1x3xi8>) -> tensor<1x1x1x2xi8> {
  %seven = graph.constant dense<7> : tensor<i32>
  %0 = graph.to_words %x : (tensor<1x2x1x3xi8>) -> tensor<1x1x3x2xi32> {
  ^bb0(%a: i8):
    %1 = arith.extsi %a : i8 to i32
    graph.yield %1 : i32
  }
  %2 = graph.reshape %0 {shape = array<i64: 3, 2>} : (tensor<1x1x3x2xi32>) -> tensor<3x2xi32>
  %3 = graph.map %2, %seven : (tensor<3x2xi32>, tensor<i32>) -> tensor<3x2xf32> {
  ^bb0(%a: i32, %zero: i32):
    %4 = arith.subi %a, %zero : i32
    %5 = arith.sitofp %4 : i32 to f32
    graph.yield %5 : f32
  }
  %6 = graph.reduce %3 {axes = array<i64: 0>, kind = "sum"} : (tensor<3x2xf32>) -> tensor<2xf32>
  %7 = graph.map %6 : (tensor<2xf32>) -> tensor<2xi32> {
  ^bb0(%a: f32):
    %8 = graph.to_int %a : f32 -> i32
    graph.yield %8 : i32
  }
  %9 = graph.reshape %7 {shape = array<i64: 1, 1, 2, 1>} : (tensor<2xi32>) -> tensor<1x1x2x1xi32>
  %10 = graph.to_blocks %9 : (tensor<1x1x2x1xi32>) -> tensor<1x1x1x2xi8> {
  ^bb0(%a: i32):
    %11 = arith.trunci %a : i32 to i8
    graph.yield %11 : i8
  }
  return %10 : tensor<1x1x1x2xi8>
}

// A value for each channel is no number, and what others read is written anyway.
// CHECK-LABEL: func.func @neither
// CHECK: graph.to_words {{.*}} -> tensor<1x1x3x2xi32>
// CHECK: graph.map
// CHECK: graph.to_words {{.*}} -> tensor<1x1x3x2xi32>
// CHECK: graph.map
func.func @neither(%x: tensor<1x2x1x3xi8>, %y: tensor<1x2x1x3xi8>) -> (tensor<1x1x3x2xi32>, tensor<1x1x3x2xi32>, tensor<1x1x3x2xi32>) {
  %offsets = graph.constant dense<[1, 2]> : tensor<2xi32>
  %0 = graph.to_words %x : (tensor<1x2x1x3xi8>) -> tensor<1x1x3x2xi32> {
  ^bb0(%a: i8):
    %1 = arith.extsi %a : i8 to i32
    graph.yield %1 : i32
  }
  %2 = graph.map %0, %offsets : (tensor<1x1x3x2xi32>, tensor<2xi32>) -> tensor<1x1x3x2xi32> {
  ^bb0(%a: i32, %b: i32):
    %3 = arith.addi %a, %b : i32
    graph.yield %3 : i32
  }
  %4 = graph.to_words %y : (tensor<1x2x1x3xi8>) -> tensor<1x1x3x2xi32> {
  ^bb0(%a: i8):
    %5 = arith.extsi %a : i8 to i32
    graph.yield %5 : i32
  }
  %6 = graph.map %4 : (tensor<1x1x3x2xi32>) -> tensor<1x1x3x2xi32> {
  ^bb0(%a: i32):
    %7 = arith.addi %a, %a : i32
    graph.yield %7 : i32
  }
  return %2, %4, %6 : tensor<1x1x3x2xi32>, tensor<1x1x3x2xi32>, tensor<1x1x3x2xi32>
}
