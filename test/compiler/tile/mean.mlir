// RUN: npu-opt %s -tile-plan=machine=edge16 > %t.mlir && FileCheck %s < %t.mlir
// RUN: npu-opt %t.mlir -tile-plan=machine=edge16 | FileCheck %s
// RUN: npu-opt %s -tile-plan=machine=edge16 -tile-generate=machine=edge16 -canonicalize -cse | FileCheck %s --check-prefix=CODE
// RUN: npu-opt %s -tile-plan=machine=tile4 | FileCheck %s --check-prefix=LARGE
// RUN: sed 's/kernel = array<i64: 8, 8>/kernel = array<i64: 8, 4>/; s/1x16x1x1/1x16x1x5/g; s/16, 1, 1/16, 1, 5/' %s | npu-opt -tile-plan=machine=edge16 | FileCheck %s --check-prefix=APART

// The mean over all pixels is the last step of the convolution before it; a plan in the text stays.
// CHECK: graph.requant {{.*}}tile.within
// CHECK: graph.qavg_pool {{.*}}tile.plan = {band = 8 : i64
// Only means are stored.
// CODE: tile.layer "conv+mean" {
// CODE: tile.map "requant" %[[ROWS:[0-9]+]],
// CODE: tile.signal "vector" to "vector"
// CODE: tile.reduce "average" %{{[0-9]+}}, %[[ROWS]]
// CODE-NOT: tile.layer
// Not where the rows are more than one band, nor where windows are parts of the rows.
// LARGE-NOT: tile.within
// APART-NOT: tile.within
func.func @main(%x: tensor<1x32x8x8xi8> {graph.name = "x", graph.type = "i8", graph.shape = [1, 32, 8, 8]})
    -> (tensor<1x16x1x1xi8> {graph.name = "y", graph.type = "i8", graph.shape = [1, 16, 1, 1]}) {
  %m = graph.constant dense<1073741824> : tensor<16xi32>
  %s = graph.constant dense<40> : tensor<16xi32>
  %w = graph.constant dense<1> : tensor<16x32x1x1xi8>
  %0 = graph.qconv %x, %w, %m {strides = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>, groups = 1 : i64, fill = 0 : i64} : (tensor<1x32x8x8xi8>, tensor<16x32x1x1xi8>, tensor<16xi32>) -> tensor<1x16x8x8xi32> loc("conv")
  %1 = graph.requant %0, %m, %s {zero_point = 0 : i64, low = -128 : i64, high = 127 : i64} : (tensor<1x16x8x8xi32>, tensor<16xi32>, tensor<16xi32>) -> tensor<1x16x8x8xi8> loc("conv")
  %2 = graph.qavg_pool %1 {kernel = array<i64: 8, 8>, strides = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, count_include_pad = false, scale = 1.0 : f64, zero_x = 0 : i64, multiplier = 1073741824 : i64, shift = 36 : i64, zero_point = 0 : i64, low = -128 : i64, high = 127 : i64} : (tensor<1x16x8x8xi8>) -> tensor<1x16x1x1xi8> loc("mean")
  return %2 : tensor<1x16x1x1xi8>
}
