// RUN: not npu-opt %s -split-input-file 2>&1 | FileCheck %s

// CHECK: 'graph.map' op has 1 operands and its body 2 arguments
func.func @arguments(%x: tensor<1x3xf32>) -> tensor<1x3xf32> {
  %m = graph.map %x : (tensor<1x3xf32>) -> tensor<1x3xf32> {
  ^bb0(%a: f32, %b: f32):
    graph.yield %a : f32
  }
  return %m : tensor<1x3xf32>
}

// -----

// CHECK: 'graph.map' op has an operand of 'f32' and its body takes 'i8'
func.func @element(%x: tensor<1x3xf32>) -> tensor<1x3xi8> {
  %m = graph.map %x : (tensor<1x3xf32>) -> tensor<1x3xi8> {
  ^bb0(%a: i8):
    graph.yield %a : i8
  }
  return %m : tensor<1x3xi8>
}

// -----

// CHECK: 'graph.map' op needs a body that yields 'i8'
func.func @result(%x: tensor<1x3xf32>) -> tensor<1x3xi8> {
  %m = graph.map %x : (tensor<1x3xf32>) -> tensor<1x3xi8> {
  ^bb0(%a: f32):
    graph.yield %a : f32
  }
  return %m : tensor<1x3xi8>
}
