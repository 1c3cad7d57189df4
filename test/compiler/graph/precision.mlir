// RUN: npu-opt %s -pass-pipeline='builtin.module(func.func(graph-precision{type=bf16}))' | FileCheck %s --check-prefix=ALL
// RUN: npu-opt %s -pass-pipeline='builtin.module(func.func(graph-precision{layers=second=f16,kept=f32}))' | FileCheck %s --check-prefix=ONE
// RUN: not npu-opt %s -pass-pipeline='builtin.module(func.func(graph-precision{layers=secand=f16}))' 2>&1 | FileCheck %s --check-prefix=NAME
// RUN: not npu-opt %s -pass-pipeline='builtin.module(func.func(graph-precision{type=f8}))' 2>&1 | FileCheck %s --check-prefix=TYPE
// Products of f32 get a precision: all of them, or those named. What an operation says already stays unless it is named; products of
// other types have none.

// ALL: graph.contract %{{.*}} {precision = "bf16"} {{.*}}2x3xf32>
// ALL: graph.convolve {{.*}}precision = "bf16"
// ALL: graph.contract %{{.*}} {precision = "f16"}
// ALL: graph.contract {{%[^{]*}} : (tensor<1x2x3xi8>
// ONE: graph.contract {{%[^{]*}} : (tensor<1x2x3xf32>
// ONE: graph.convolve {{.*}}precision = "f16"
// ONE: graph.contract {{%[^{]*}} : (tensor<1x4x4xf32>
// NAME: a precision is given for 'secand', which is no node that multiplies f32 matrices; the nearest names are 'second', 'kept', 'first'
// TYPE: the precision 'f8' is not known; there are f32, f16 and bf16
func.func @main(%a: tensor<1x2x3xf32>, %b: tensor<1x3x4xf32>, %x: tensor<1x5x4xf32>, %w: tensor<3x4x2xf32>, %q: tensor<1x2x3xi8>, %r: tensor<1x3x4xi8>, %c: tensor<1x4x4xf32>)
    -> (tensor<1x2x4xf32>, tensor<1x3x2xf32>, tensor<1x4x4xf32>, tensor<1x2x4xi32>) {
  %0 = graph.contract %a, %b : (tensor<1x2x3xf32>, tensor<1x3x4xf32>) -> tensor<1x2x4xf32> loc("first")
  %1 = graph.convolve %x, %w {strides = array<i64: 1>, pads = array<i64: 0, 0>, dilations = array<i64: 1>, groups = 1 : i64}
    : (tensor<1x5x4xf32>, tensor<3x4x2xf32>) -> tensor<1x3x2xf32> loc("second")
  %2 = graph.contract %c, %c {precision = "f16"} : (tensor<1x4x4xf32>, tensor<1x4x4xf32>) -> tensor<1x4x4xf32> loc("kept")
  %3 = graph.contract %q, %r : (tensor<1x2x3xi8>, tensor<1x3x4xi8>) -> tensor<1x2x4xi32> loc("integers")
  return %0, %1, %2, %3 : tensor<1x2x4xf32>, tensor<1x3x2xf32>, tensor<1x4x4xf32>, tensor<1x2x4xi32>
}
