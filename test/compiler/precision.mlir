// RUN: npuc %s --precision f16 --layer-precision product=bf16 --emit=graph | FileCheck %s
// RUN: npuc %s --precision f16 --layer-precision product=bf16 -o %t.bin && npusim %t.bin --timing-only
// RUN: not npuc %s --layer-precision produkt=bf16 -o %t.none 2>&1 | FileCheck %s --check-prefix=NODE
// RUN: not npuc %s --precision i8 -o %t.none 2>&1 | FileCheck %s --check-prefix=I8
// RUN: not npuc %s --layer-precision product=f8 -o %t.none 2>&1 | FileCheck %s --check-prefix=F8
// RUN: not npuc %s --layer-precision bf16 -o %t.none 2>&1 | FileCheck %s --check-prefix=FORM
// RUN: not npuc %s --machine edge16 --precision bf16 -o %t.none 2>&1 | FileCheck %s --check-prefix=EDGE16
// RUN: sed 's/ {graph.name = "x"}//' %s > %t.mlir && not npuc %t.mlir -o %t.none 2>&1 | FileCheck %s --check-prefix=UNNAMED
// RUN: not ls %t.none

// Precisions: of the whole network and of single nodes.
// CHECK: graph.contract {{.*}}(tensor<1x16x16xbf16>, tensor<1x16x16xbf16>) -> tensor<1x16x16xf32>
// CHECK: graph.convolve {{.*}}(tensor<1x8x8x24xf16>, tensor<3x3x24x32xf16>) -> tensor<1x8x8x32xf32>
// NODE: a precision is given for 'produkt', which is no node that multiplies f32 matrices; the nearest names are 'product', 'convolution'
// I8: --precision: i8 needs to know what values occur: --quantize int8 --calibrate DIR
// F8: --layer-precision: 'f8' is not one of f32, f16, bf16
// FORM: --layer-precision: bf16: expected NAME=bf16
// UNNAMED: argument 1 of @main has no graph.name
// EDGE16: 'product' does not fit edge16: its array multiplies no bf16
func.func @main(%a: tensor<1x16x16xf32> {graph.name = "a"}, %x: tensor<1x8x8x24xf32> {graph.name = "x"}, %w: tensor<3x3x24x32xf32> {graph.name = "w"})
    -> (tensor<1x16x16xf32> {graph.name = "y"}, tensor<1x8x8x32xf32> {graph.name = "z"}) {
  %0 = graph.contract %a, %a : (tensor<1x16x16xf32>, tensor<1x16x16xf32>) -> tensor<1x16x16xf32> loc("product")
  %1 = graph.convolve %x, %w {strides = array<i64: 1, 1>, pads = array<i64: 1, 1, 1, 1>, dilations = array<i64: 1, 1>, groups = 1 : i64}
    : (tensor<1x8x8x24xf32>, tensor<3x3x24x32xf32>) -> tensor<1x8x8x32xf32> loc("convolution")
  return %0, %1 : tensor<1x16x16xf32>, tensor<1x8x8x32xf32>
}
