// A quotient is divided where the machine has an instruction that says that it divides; else, and only then, it is a product with the reciprocal:
// 49 * (1 / 49) is less than 1, and its floor 0.
//
// RUN: npu-opt %s -pass-pipeline='builtin.module(tile-plan{machine=npu16})' | FileCheck %s
// RUN: rm -rf %t && cp -r %S/../../../isa/machines %t && sed -i '/implements: quotient/,+2d' %t/npu16.yaml
// RUN: npu-opt %s -pass-pipeline='builtin.module(tile-plan{machine=%t/npu16.yaml})' | FileCheck %s --check-prefix=WITHOUT

// CHECK: inexact = false
// CHECK-SAME: instruction = "vfdividel"
// CHECK: inexact = false
// CHECK-SAME: instruction = "vfdivide"
// A half is exact as it is.
// CHECK: inexact = false
// CHECK-NOT: vfdivide

// WITHOUT: inexact = true
// WITHOUT-SAME: instruction = "vaffine"
// WITHOUT: inexact = true
// WITHOUT-SAME: instruction = "vreciprocal"
// WITHOUT: inexact = false
// WITHOUT-SAME: instruction = "vaffine"
func.func @main(%x: tensor<64xf32> {graph.name = "x", graph.shape = [64], graph.type = "f32"}, %y: tensor<64xf32> {graph.name = "y", graph.shape = [64], graph.type = "f32"}) -> (tensor<64xf32> {graph.name = "a", graph.shape = [64], graph.type = "f32"}, tensor<64xf32> {graph.name = "b", graph.shape = [64], graph.type = "f32"}, tensor<64xf32> {graph.name = "c", graph.shape = [64], graph.type = "f32"}) {
  %a = graph.map %x : (tensor<64xf32>) -> tensor<64xf32> {
  ^bb0(%u: f32):
    %c = arith.constant 4.900000e+01 : f32
    %q = arith.divf %u, %c : f32
    %f = math.floor %q : f32
    graph.yield %f : f32
  }
  %b = graph.map %x, %y : (tensor<64xf32>, tensor<64xf32>) -> tensor<64xf32> {
  ^bb0(%u: f32, %v: f32):
    %q = arith.divf %u, %v : f32
    graph.yield %q : f32
  }
  %c = graph.map %x : (tensor<64xf32>) -> tensor<64xf32> {
  ^bb0(%u: f32):
    %h = arith.constant 2.000000e+00 : f32
    %q = arith.divf %u, %h : f32
    graph.yield %q : f32
  }
  return %a, %b, %c : tensor<64xf32>, tensor<64xf32>, tensor<64xf32>
}
