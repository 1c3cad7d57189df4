// RUN: npu-opt %s -tile-plan=machine=npu16 | FileCheck %s
// RUN: not npu-opt %s -tile-plan=machine=edge16 2>&1 | FileCheck %s --check-prefix=EDGE16
// Tiles of products over words; an array that multiplies no f32 says so.

// CHECK: graph.contract {{.*}}tile.plan = {channels = 256 : i64, merged = false, order = "panels_inside", panel = 16 : i64, rows = 256 : i64, tile = array<i64: 1, 1, 1, 32>}
// The taps of a kernel's row are one run: 3 * 24 rows of the matrix.
// CHECK: graph.convolve {{.*}}tile.plan = {channels = 24 : i64, merged = true, {{.*}} rows = 72 : i64,
// CHECK: graph.pool {{.*}}tile.plan = {channels = 16 : i64, tile = array<i64: 1, 1, 4, 2>}
// RUN: sed 's/groups = 1 : i64}/groups = 1 : i64, precision = "bf16"}/' %s | not npu-opt -tile-plan=machine=npu16 2>&1 | FileCheck %s --check-prefix=PRECISION
// PRECISION: 'convolution' does not fit npu16: its operands are not yet of its precision, bf16: graph-narrow makes them so
// RUN: sed 's/groups = 1 : i64}/groups = 1 : i64, precision = "bf16"}/' %s | not npu-opt -pass-pipeline='builtin.module(func.func(graph-narrow),tile-plan{machine=edge16})' 2>&1 | FileCheck %s --check-prefix=NARROW
// NARROW: 'convolution' does not fit edge16: its array multiplies no bf16
// EDGE16: 'product' does not fit edge16: its array multiplies no f32
// EDGE16: 'convolution' does not fit edge16: its array multiplies no f32
func.func @main(%a: tensor<1x256x256xf32>, %b: tensor<1x256x256xf32>, %x: tensor<1x8x8x24xf32>, %w: tensor<3x3x24x32xf32>) -> (tensor<1x256x256xf32>, tensor<1x4x4x32xf32>) {
  %0 = graph.contract %a, %b : (tensor<1x256x256xf32>, tensor<1x256x256xf32>) -> tensor<1x256x256xf32> loc("product")
  %1 = graph.convolve %x, %w {strides = array<i64: 1, 1>, pads = array<i64: 1, 1, 1, 1>, dilations = array<i64: 1, 1>, groups = 1 : i64}
    : (tensor<1x8x8x24xf32>, tensor<3x3x24x32xf32>) -> tensor<1x8x8x32xf32> loc("convolution")
  %2 = graph.pool %1 {kind = "max", kernel = array<i64: 2, 2>, strides = array<i64: 2, 2>, pads = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>}
    : (tensor<1x8x8x32xf32>) -> tensor<1x4x4x32xf32> loc("pool")
  return %0, %2 : tensor<1x256x256xf32>, tensor<1x4x4x32xf32>
}
