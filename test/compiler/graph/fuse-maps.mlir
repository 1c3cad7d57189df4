// RUN: npu-opt %s -pass-pipeline='builtin.module(func.func(graph-fuse-maps))' | FileCheck %s
// RUN: npu-opt %s -pass-pipeline='builtin.module(func.func(graph-fuse-maps))' | npu-opt | FileCheck %s

// One number goes into the body, a vector of channels becomes an operand; the shared f32 value is computed in both maps.
// CHECK-LABEL: func.func @chain
func.func @chain(%x: tensor<1x3x2x2xi8>) -> (tensor<1x3x2x2xi8>, tensor<1x3x2x2xi8>) {
  %c = graph.constant dense<[[[1.0]], [[2.0]], [[3.0]]]> : tensor<3x1x1xf32>
  %k = graph.constant dense<0.5> : tensor<f32>
  %f = graph.dequantize %x {scales = array<f32: 0.25>, zero_points = array<i32: 3>} : tensor<1x3x2x2xi8> -> tensor<1x3x2x2xf32>
  %m = graph.map %f, %c : (tensor<1x3x2x2xf32>, tensor<3x1x1xf32>) -> tensor<1x3x2x2xf32> {
  ^bb0(%a: f32, %b: f32):
    %r = arith.mulf %a, %b : f32
    graph.yield %r : f32
  }
  %s = graph.add %m, %k : (tensor<1x3x2x2xf32>, tensor<f32>) -> tensor<1x3x2x2xf32>
  %t = graph.relu %s : (tensor<1x3x2x2xf32>) -> tensor<1x3x2x2xf32>
  %q = graph.quantize %t {scales = array<f32: 0.125>, zero_points = array<i32: -7>} : tensor<1x3x2x2xf32> -> tensor<1x3x2x2xi8>
  %p = graph.quantize %m {scales = array<f32: 2.0>, zero_points = array<i32: 0>} : tensor<1x3x2x2xf32> -> tensor<1x3x2x2xi8>
  return %q, %p : tensor<1x3x2x2xi8>, tensor<1x3x2x2xi8>
}
// CHECK: %[[C:.*]] = graph.constant dense<{{.*}}> : tensor<1x3x1x1xf32>
// CHECK: %[[Q:.*]] = graph.map %arg0, %[[C]] : (tensor<1x3x2x2xi8>, tensor<1x3x1x1xf32>) -> tensor<1x3x2x2xi8> {
// CHECK-NEXT: ^bb0(%[[X:.*]]: i8, %[[B:.*]]: f32):
// CHECK-NEXT: %[[F:.*]] = arith.sitofp %[[X]] : i8 to f32
// CHECK-NEXT: %[[Z:.*]] = arith.constant 3.0
// CHECK-NEXT: %[[D:.*]] = arith.subf %[[F]], %[[Z]]
// CHECK-NEXT: arith.constant 2.5
// CHECK-NEXT: %[[R:.*]] = arith.mulf %[[D]]
// CHECK-NEXT: %[[M:.*]] = arith.mulf %[[R]], %[[B]]
// CHECK-NEXT: arith.constant 5.0
// CHECK-NEXT: arith.addf %[[M]]
// CHECK-NEXT: arith.constant 0.0
// CHECK-NEXT: %[[RELU:.*]] = arith.maximumf
// CHECK-NEXT: arith.constant 1.25
// CHECK-NEXT: %[[Y:.*]] = arith.divf %[[RELU]]
// CHECK-NEXT: %[[E:.*]] = math.roundeven %[[Y]]
// CHECK-NEXT: arith.constant -7.0
// CHECK-NEXT: %[[S:.*]] = arith.addf %[[E]]
// CHECK-NEXT: %[[I:.*]] = graph.to_int %[[S]] : f32 -> i8
// CHECK-NEXT: graph.yield %[[I]] : i8
// A zero point of 0 needs no sum, and the conversion rounds by itself.
// CHECK: graph.map
// CHECK: arith.divf
// CHECK-NEXT: graph.to_int

// Sums and activations alone stay: their integers are exact.
// CHECK-LABEL: func.func @integer
// CHECK-NOT: graph.map
// CHECK: graph.add
// CHECK: graph.quantize
func.func @integer(%x: tensor<1x3x2x2xi8>) -> tensor<1x3x2x2xi8> {
  %f = graph.dequantize %x {scales = array<f32: 0.25>, zero_points = array<i32: 3>} : tensor<1x3x2x2xi8> -> tensor<1x3x2x2xf32>
  %g = graph.dequantize %x {scales = array<f32: 0.5>, zero_points = array<i32: 1>} : tensor<1x3x2x2xi8> -> tensor<1x3x2x2xf32>
  %s = graph.add %f, %g : (tensor<1x3x2x2xf32>, tensor<1x3x2x2xf32>) -> tensor<1x3x2x2xf32>
  %t = graph.relu %s : (tensor<1x3x2x2xf32>) -> tensor<1x3x2x2xf32>
  %q = graph.quantize %t {scales = array<f32: 0.125>, zero_points = array<i32: -7>} : tensor<1x3x2x2xf32> -> tensor<1x3x2x2xi8>
  return %q : tensor<1x3x2x2xi8>
}

// What is not quantised is left.
// CHECK-LABEL: func.func @real
// CHECK: graph.map %arg0 : (tensor<1x3x2x2xf32>) -> tensor<1x3x2x2xf32>
// CHECK: graph.quantize
func.func @real(%x: tensor<1x3x2x2xf32>) -> tensor<1x3x2x2xi8> {
  %m = graph.map %x : (tensor<1x3x2x2xf32>) -> tensor<1x3x2x2xf32> {
  ^bb0(%a: f32):
    %r = math.exp %a : f32
    graph.yield %r : f32
  }
  %q = graph.quantize %m {scales = array<f32: 0.125>, zero_points = array<i32: -7>} : tensor<1x3x2x2xf32> -> tensor<1x3x2x2xi8>
  return %q : tensor<1x3x2x2xi8>
}

// A factor and the scale behind it that make up for each other leave every integer as it is: 0.5 * 0.25 = 0.125.
// CHECK-LABEL: func.func @same
// CHECK-NEXT: return %arg0
// Not so with another zero point.
// CHECK-LABEL: func.func @shifted
// CHECK: graph.map
// RUN: npu-opt %s -pass-pipeline='builtin.module(func.func(graph-fuse-maps))' --remarks-filter=optimisation 2>&1 | FileCheck %s --check-prefix=WHY
// WHY: drop-rescale{{.*}}changes no integer
// RUN: sed -e '1i module attributes {graph.disable = ["drop-rescale"]} {' -e '$a }' %s | npu-opt -pass-pipeline='builtin.module(func.func(graph-fuse-maps))' | FileCheck %s --check-prefix=KEPT
// KEPT-LABEL: func.func @same
// KEPT: graph.map
func.func @same(%x: tensor<1x3x2x2xi8>) -> tensor<1x3x2x2xi8> {
  %k = graph.constant dense<0.25> : tensor<f32>
  %f = graph.dequantize %x {scales = array<f32: 0.5>, zero_points = array<i32: 3>} : tensor<1x3x2x2xi8> -> tensor<1x3x2x2xf32>
  %m = graph.map %f, %k : (tensor<1x3x2x2xf32>, tensor<f32>) -> tensor<1x3x2x2xf32> {
  ^bb0(%a: f32, %b: f32):
    %r = arith.mulf %a, %b : f32
    graph.yield %r : f32
  }
  %q = graph.quantize %m {scales = array<f32: 0.125>, zero_points = array<i32: 3>} : tensor<1x3x2x2xf32> -> tensor<1x3x2x2xi8>
  return %q : tensor<1x3x2x2xi8>
}
func.func @shifted(%x: tensor<1x3x2x2xi8>) -> tensor<1x3x2x2xi8> {
  %k = graph.constant dense<0.25> : tensor<f32>
  %f = graph.dequantize %x {scales = array<f32: 0.5>, zero_points = array<i32: 3>} : tensor<1x3x2x2xi8> -> tensor<1x3x2x2xf32>
  %m = graph.map %f, %k : (tensor<1x3x2x2xf32>, tensor<f32>) -> tensor<1x3x2x2xf32> {
  ^bb0(%a: f32, %b: f32):
    %r = arith.mulf %a, %b : f32
    graph.yield %r : f32
  }
  %q = graph.quantize %m {scales = array<f32: 0.125>, zero_points = array<i32: 4>} : tensor<1x3x2x2xf32> -> tensor<1x3x2x2xi8>
  return %q : tensor<1x3x2x2xi8>
}
