// RUN: npu-opt %s -tile-plan=machine=edge16 | FileCheck %s

// The reduction's two steps have their weights in the scratchpad together; bands, so that less is loaded before the first and stored behind the last.
// CHECK: tile.plan = {band = 3 : i64, blocks_outside = false, chunk = 2 : i64, interleave = false, plain = false, roll_rows = false, unfold = false}
// Of a row-major input of few channels three neighbouring results share a row of the array; 64 * 64 results need bands.
// CHECK: tile.plan = {band = 7 : i64, blocks_outside = true, chunk = 1 : i64, interleave = false, neighbours, plain = true, roll_rows = false, unfold = false}
// A row of a larger kernel does not fit a row of the array: it is read row by row of the kernel, its channels side by side.
// CHECK: tile.plan = {band = 7 : i64, blocks_outside = {{true|false}}, chunk = 1 : i64, interleave = true, plain = true, roll_rows = false, unfold = false}
// More weights than a slot holds: chunks of the reduction.
// CHECK: tile.plan = {band = 4 : i64, blocks_outside = false, chunk = 11 : i64, interleave = false, plain = false, roll_rows = false, unfold = false}
// Enough result channels, and the array has more to do than the loads that put all 147 taps side by side.
// CHECK: tile.plan = {band = 3 : i64, blocks_outside = false, chunk = 1 : i64, interleave = false, plain = true, roll_rows = false, unfold = true}
// A kernel of 36 taps loops over its rows.
// CHECK: tile.plan = {band = 1 : i64, blocks_outside = false, chunk = 12 : i64, interleave = false, plain = false, roll_rows = true, unfold = false}
func.func @main(%x: tensor<1x32x8x8xi8>, %image: tensor<1x3x64x64xi8>, %deep: tensor<1x512x7x7xi8>, %wide: tensor<1x32x6x6xi8>,
                %picture: tensor<1x3x64x64xi8>) {
  %m = graph.constant dense<1073741824> : tensor<16xi32>
  %s = graph.constant dense<40> : tensor<16xi32>
  %w = graph.constant dense<1> : tensor<16x32x3x3xi8>
  %0 = graph.qconv %x, %w, %m {strides = array<i64: 1, 1>, pads = array<i64: 1, 1, 1, 1>, dilations = array<i64: 1, 1>, groups = 1 : i64, fill = 0 : i64} : (tensor<1x32x8x8xi8>, tensor<16x32x3x3xi8>, tensor<16xi32>) -> tensor<1x16x8x8xi32>
  %1 = graph.requant %0, %m, %s {zero_point = 0 : i64, low = -128 : i64, high = 127 : i64} : (tensor<1x16x8x8xi32>, tensor<16xi32>, tensor<16xi32>) -> tensor<1x16x8x8xi8>
  %wi = graph.constant dense<1> : tensor<16x3x3x3xi8>
  %2 = graph.qconv %image, %wi, %m {strides = array<i64: 1, 1>, pads = array<i64: 1, 1, 1, 1>, dilations = array<i64: 1, 1>, groups = 1 : i64, fill = 0 : i64} : (tensor<1x3x64x64xi8>, tensor<16x3x3x3xi8>, tensor<16xi32>) -> tensor<1x16x64x64xi32>
  %3 = graph.requant %2, %m, %s {zero_point = 0 : i64, low = -128 : i64, high = 127 : i64} : (tensor<1x16x64x64xi32>, tensor<16xi32>, tensor<16xi32>) -> tensor<1x16x64x64xi8>
  %wl = graph.constant dense<1> : tensor<16x3x7x7xi8>
  %10 = graph.qconv %image, %wl, %m {strides = array<i64: 1, 1>, pads = array<i64: 3, 3, 3, 3>, dilations = array<i64: 1, 1>, groups = 1 : i64, fill = 0 : i64} : (tensor<1x3x64x64xi8>, tensor<16x3x7x7xi8>, tensor<16xi32>) -> tensor<1x16x64x64xi32>
  %11 = graph.requant %10, %m, %s {zero_point = 0 : i64, low = -128 : i64, high = 127 : i64} : (tensor<1x16x64x64xi32>, tensor<16xi32>, tensor<16xi32>) -> tensor<1x16x64x64xi8>
  %wd = graph.constant dense<1> : tensor<16x512x3x3xi8>
  %4 = graph.qconv %deep, %wd, %m {strides = array<i64: 1, 1>, pads = array<i64: 1, 1, 1, 1>, dilations = array<i64: 1, 1>, groups = 1 : i64, fill = 0 : i64} : (tensor<1x512x7x7xi8>, tensor<16x512x3x3xi8>, tensor<16xi32>) -> tensor<1x16x7x7xi32>
  %5 = graph.requant %4, %m, %s {zero_point = 0 : i64, low = -128 : i64, high = 127 : i64} : (tensor<1x16x7x7xi32>, tensor<16xi32>, tensor<16xi32>) -> tensor<1x16x7x7xi8>
  %mp = graph.constant dense<1073741824> : tensor<80xi32>
  %sp = graph.constant dense<40> : tensor<80xi32>
  %wp = graph.constant dense<1> : tensor<80x3x7x7xi8>
  %8 = graph.qconv %picture, %wp, %mp {strides = array<i64: 2, 2>, pads = array<i64: 3, 3, 3, 3>, dilations = array<i64: 1, 1>, groups = 1 : i64, fill = 0 : i64} : (tensor<1x3x64x64xi8>, tensor<80x3x7x7xi8>, tensor<80xi32>) -> tensor<1x80x32x32xi32>
  %9 = graph.requant %8, %mp, %sp {zero_point = 0 : i64, low = -128 : i64, high = 127 : i64} : (tensor<1x80x32x32xi32>, tensor<80xi32>, tensor<80xi32>) -> tensor<1x80x32x32xi8>
  %ww = graph.constant dense<1> : tensor<16x32x6x6xi8>
  %6 = graph.qconv %wide, %ww, %m {strides = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>, groups = 1 : i64, fill = 0 : i64} : (tensor<1x32x6x6xi8>, tensor<16x32x6x6xi8>, tensor<16xi32>) -> tensor<1x16x1x1xi32>
  %7 = graph.requant %6, %m, %s {zero_point = 0 : i64, low = -128 : i64, high = 127 : i64} : (tensor<1x16x1x1xi32>, tensor<16xi32>, tensor<16xi32>) -> tensor<1x16x1x1xi8>
  return
}
