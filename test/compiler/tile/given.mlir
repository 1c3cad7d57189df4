// RUN: npu-opt %s -tile-plan=machine=edge16 | FileCheck %s
// RUN: npu-opt %s -tile-plan=machine=edge16 | npu-opt -tile-plan=machine=edge16 | FileCheck %s
// RUN: npu-opt %s -tile-plan=machine=edge16 -tile-generate=machine=edge16 >/dev/null
// RUN: sed 's/band = 3/band = 9/' %s > %t.mlir && not npu-opt %t.mlir -tile-plan=machine=edge16 2>&1 | FileCheck %s --check-prefix=ROWS
// RUN: not npu-opt %t.mlir -tile-generate=machine=edge16 2>&1 | FileCheck %s --check-prefix=GENERATE
// RUN: sed 's/chunk = 2 : i64,//' %s > %t.mlir && not npu-opt %t.mlir -tile-plan=machine=edge16 2>&1 | FileCheck %s --check-prefix=MISSING
// RUN: sed 's/chunk = 2 : i64/chunk = true/' %s > %t.mlir && not npu-opt %t.mlir -tile-plan=machine=edge16 2>&1 | FileCheck %s --check-prefix=TYPE
// RUN: sed 's/chunk = 2/thick, chunk = 2/' %s > %t.mlir && not npu-opt %t.mlir -tile-plan=machine=edge16 2>&1 | FileCheck %s --check-prefix=UNKNOWN
// RUN: sed 's/chunk = 2/chunk = 3/' %s > %t.mlir && not npu-opt %t.mlir -tile-plan=machine=edge16 2>&1 | FileCheck %s --check-prefix=CHUNK
// RUN: sed 's/chunk = 2/chunk = 1/; s/blocks_outside = false/blocks_outside = true/' %s > %t.mlir && not npu-opt %t.mlir -tile-plan=machine=edge16 2>&1 | FileCheck %s --check-prefix=OUTSIDE
// RUN: sed 's/plain = false/plain = true/' %s > %t.mlir && not npu-opt %t.mlir -tile-plan=machine=edge16 2>&1 | FileCheck %s --check-prefix=PLAIN
// RUN: sed 's/unfold = false/unfold = true/' %s > %t.mlir && not npu-opt %t.mlir -tile-plan=machine=edge16 2>&1 | FileCheck %s --check-prefix=WAY
// RUN: sed 's/chunk = 2/thin, chunk = 2/' %s > %t.mlir && not npu-opt %t.mlir -tile-plan=machine=edge16 2>&1 | FileCheck %s --check-prefix=THIN
// RUN: sed 's/chunk = 2/together = 2 : i64, chunk = 2/' %s > %t.mlir && not npu-opt %t.mlir -tile-plan=machine=edge16 2>&1 | FileCheck %s --check-prefix=TOGETHER
// RUN: sed 's/array_rows = 2/array_rows = 5/' %s > %t.mlir && not npu-opt %t.mlir -tile-plan=machine=edge16 2>&1 | FileCheck %s --check-prefix=SHARE
// RUN: sed 's/{tile.ignored}/{tile.plan = 1 : i64}/' %s > %t.mlir && not npu-opt %t.mlir -tile-plan=machine=edge16 2>&1 | FileCheck %s --check-prefix=PLACE

// A plan that comes with the text is kept, if it is right.
// CHECK: tile.plan = {band = 3 : i64, blocks_outside = false, chunk = 2 : i64, interleave = false, plain = false, roll_rows = false, unfold = false}
// CHECK: tile.plan = {array_rows = 2 : i64, band = 5 : i64,
// ROWS: 'conv' does not fit edge16: the plan that is given is wrong: band is 9, there are 8 rows
// GENERATE: 'conv' has an impossible tile.plan: band is 9, there are 8 rows
// MISSING: has a tile.plan whose 'chunk' is missing: a number of type i64
// TYPE: has a tile.plan whose 'chunk' is not a number of type i64
// UNKNOWN: has a tile.plan with the unknown 'thick'
// CHUNK: chunk is 3, the reduction has 2 steps
// OUTSIDE: blocks_outside needs all 2 steps of the reduction in one chunk
// PLAIN: plain is for network inputs that nothing but convolutions read
// WAY: interleave, unfold and neighbours are ways to read a row-major input: plain
// THIN: thin is for strided 1x1 kernels over blocks of channels
// TOGETHER: together is for interleave and neighbours, whose loads take many short runs
// SHARE: array_rows is 5, a band has 5 rows, of which the vector unit has at least one
// PLACE: has a tile.plan, which only the last operation of a convolution, pooling, sum or rescaling may have before tile-plan
func.func @main(%x: tensor<1x32x8x8xi8> {graph.name = "x", graph.type = "i8", graph.shape = [1, 32, 8, 8]})
    -> (tensor<1x16x8x8xi8> {graph.name = "y", graph.type = "i8", graph.shape = [1, 16, 8, 8]}) {
  %m = graph.constant dense<1073741824> : tensor<16xi32>
  %s = graph.constant dense<40> : tensor<16xi32>
  %w = graph.constant {tile.ignored} dense<1> : tensor<16x32x3x3xi8>
  %0 = graph.qconv %x, %w, %m {strides = array<i64: 1, 1>, pads = array<i64: 1, 1, 1, 1>, dilations = array<i64: 1, 1>, groups = 1 : i64, fill = 0 : i64} : (tensor<1x32x8x8xi8>, tensor<16x32x3x3xi8>, tensor<16xi32>) -> tensor<1x16x8x8xi32> loc("conv")
  %1 = graph.requant %0, %m, %s {zero_point = 0 : i64, low = -128 : i64, high = 127 : i64, tile.plan = {band = 3 : i64, blocks_outside = false, chunk = 2 : i64, interleave = false, plain = false, roll_rows = false, unfold = false}} : (tensor<1x16x8x8xi32>, tensor<16xi32>, tensor<16xi32>) -> tensor<1x16x8x8xi8> loc("conv")
  %wd = graph.constant dense<1> : tensor<16x1x3x3xi8>
  %2 = graph.qconv %1, %wd, %m {strides = array<i64: 1, 1>, pads = array<i64: 1, 1, 1, 1>, dilations = array<i64: 1, 1>, groups = 16 : i64, fill = 0 : i64} : (tensor<1x16x8x8xi8>, tensor<16x1x3x3xi8>, tensor<16xi32>) -> tensor<1x16x8x8xi32> loc("filter")
  %3 = graph.requant %2, %m, %s {zero_point = 0 : i64, low = -128 : i64, high = 127 : i64, tile.plan = {array_rows = 2 : i64, band = 5 : i64, blocks_outside = false, chunk = 1 : i64, interleave = false, plain = false, roll_rows = false, unfold = false}} : (tensor<1x16x8x8xi32>, tensor<16xi32>, tensor<16xi32>) -> tensor<1x16x8x8xi8> loc("filter")
  return %3 : tensor<1x16x8x8xi8>
}
