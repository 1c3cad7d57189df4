// RUN: npu-opt %s -split-input-file -verify-diagnostics -pass-pipeline="builtin.module(func.func(graph-words))" | FileCheck %s

// Narrow integers wrap by shifts, unsigned ones by a mask where they are yielded; ports keep the network's type.
// CHECK-LABEL: @narrow
// CHECK-SAME: %arg0: tensor<4xi32> {graph.name = "x", graph.shape = [4], graph.type = "i8"}
// CHECK-SAME: -> (tensor<4xi32> {graph.shape = [4], graph.type = "u8"})
func.func @narrow(%x: tensor<4xi8> {graph.name = "x"}) -> tensor<4xui8> {
  // CHECK: graph.map %arg0 : (tensor<4xi32>) -> tensor<4xi32>
  // CHECK: %[[SUM:.*]] = arith.addi %[[A:.*]], %[[A]] : i32
  // CHECK: %[[C24:.*]] = arith.constant 24 : i32
  // CHECK: %[[UP:.*]] = arith.shli %[[SUM]], %[[C24]] : i32
  // CHECK: %[[WRAPPED:.*]] = arith.shrsi %[[UP]], %[[C24]] : i32
  // CHECK: %[[C255:.*]] = arith.constant 255 : i32
  // CHECK: arith.andi %[[WRAPPED]], %[[C255]] : i32
  %0 = graph.map %x : (tensor<4xi8>) -> tensor<4xui8> {
  ^bb0(%a: i8):
    %s = arith.addi %a, %a : i8
    %e = arith.extsi %s : i8 to i32
    graph.yield %e : i32
  }
  return %0 : tensor<4xui8>
}

// -----

// A truth is a word of 0 or 1; f16 rounds after what is not exact; constants become words.
// CHECK-LABEL: @truth
// CHECK-SAME: tensor<3xi32> {graph.shape = [3], graph.type = "bool"}, %arg1: tensor<3xf32> {graph.shape = [3], graph.type = "f16"}
func.func @truth(%b: tensor<3xi1>, %x: tensor<3xf16>) -> tensor<3xf16> {
  // CHECK: graph.constant dense<[1.000000e+00, 5.000000e-01, -2.000000e+00]> : tensor<3xf32>
  %c = graph.constant dense<[1.0, 0.5, -2.0]> : tensor<3xf16>
  // CHECK: ^bb0(%[[B:.*]]: i32, %[[X:.*]]: f32, %[[C:.*]]: f32):
  // CHECK: %[[T:.*]] = arith.cmpi ne, %[[B]], %{{.*}} : i32
  // CHECK: %[[SUM:.*]] = arith.addf %[[X]], %[[C]] : f32
  // CHECK: %[[HALF:.*]] = arith.truncf %[[SUM]] : f32 to f16
  // CHECK: %[[BACK:.*]] = arith.extf %[[HALF]] : f16 to f32
  // CHECK: arith.select %[[T]], %[[BACK]], %[[X]] : f32
  %0 = graph.map %b, %x, %c : (tensor<3xi1>, tensor<3xf16>, tensor<3xf16>) -> tensor<3xf16> {
  ^bb0(%t: i1, %y: f16, %z: f16):
    %s = arith.addf %y, %z : f16
    %r = arith.select %t, %s, %y : f16
    graph.yield %r : f16
  }
  return %0 : tensor<3xf16>
}

// -----

// Sums of narrow types come back into them; division has no instruction.
// CHECK-LABEL: @sums
func.func @sums(%x: tensor<4x5xi16>, %y: tensor<4xi64>) -> (tensor<4xi16>, tensor<4xi64>) {
  // CHECK: %[[SUM:.*]] = graph.reduce %arg0 {{.*}} : (tensor<4x5xi32>) -> tensor<4xi32>
  // CHECK: graph.map %[[SUM]] : (tensor<4xi32>) -> tensor<4xi32>
  // CHECK: arith.shli
  // CHECK: arith.shrsi
  %0 = graph.reduce %x {kind = "sum", axes = array<i64: 1>} : (tensor<4x5xi16>) -> tensor<4xi16>
  // CHECK: graph.map
  // CHECK-NOT: divsi
  // CHECK: arith.divf
  // CHECK: graph.yield
  %1 = graph.map %y : (tensor<4xi64>) -> tensor<4xi64> {
  ^bb0(%a: i64):
    %seven = arith.constant 7 : i64
    %q = arith.divsi %a, %seven : i64
    graph.yield %q : i64
  }
  return %0, %1 : tensor<4xi16>, tensor<4xi64>
}

// -----

// The ends of i64 stand for "no bound".
// CHECK-LABEL: @bound
// CHECK: graph.constant dense<[2147483647, -2147483648, 3]> : tensor<3xi32>
func.func @bound() -> tensor<3xi64> {
  %0 = graph.constant dense<[9223372036854775807, -9223372036854775808, 3]> : tensor<3xi64>
  return %0 : tensor<3xi64>
}

// -----

func.func @large() -> tensor<1xi64> {
  // expected-error @below {{node '?': the device holds integers as i32, which 5000000000 is not}}
  %0 = graph.constant dense<5000000000> : tensor<1xi64>
  return %0 : tensor<1xi64>
}

// -----

// A cast between integers that are the same word is none; a square reads its operand once.
// CHECK-LABEL: @same
// CHECK-NOT: graph.map
// CHECK: graph.reduce %arg0 {{.*}} : (tensor<4x5xi32>) -> tensor<4xi32>
// CHECK: graph.map %arg1 : (tensor<4xf32>) -> tensor<4xf32>
// CHECK-NEXT: ^bb0(%[[Y:.*]]: f32):
// CHECK-NEXT: arith.mulf %[[Y]], %[[Y]] : f32
func.func @same(%x: tensor<4x5xi8>, %y: tensor<4xf32>) -> (tensor<4xi32>, tensor<4xf32>) {
  %0 = graph.map %x : (tensor<4x5xi8>) -> tensor<4x5xi32> {
  ^bb0(%a: i8):
    %e = arith.extsi %a : i8 to i32
    graph.yield %e : i32
  }
  %1 = graph.reduce %0 {kind = "sum", axes = array<i64: 1>} : (tensor<4x5xi32>) -> tensor<4xi32>
  %2 = graph.map %y, %y : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32> {
  ^bb0(%a: f32, %b: f32):
    %s = arith.mulf %a, %b : f32
    graph.yield %s : f32
  }
  return %1, %2 : tensor<4xi32>, tensor<4xf32>
}
