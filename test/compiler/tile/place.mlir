// Layers, or parts of them, on several cores.
// RUN: npu-opt %s -tile-plan=machine=quad16 -tile-place=machine=quad16 -mlir-print-debuginfo > %t.placed && FileCheck %s < %t.placed
// RUN: npu-opt %t.placed -tile-generate=machine=quad16 | FileCheck %s --check-prefix=CODE
// RUN: npu-opt %s -tile-plan=machine=edge16 -tile-place=machine=edge16 | FileCheck %s --check-prefix=SINGLE
// RUN: sed 's/^module/module attributes {tile.placement = "one"}/' %s > %t.one && npu-opt %t.one -tile-plan=machine=quad16 -tile-place=machine=quad16 | FileCheck %s --check-prefix=SINGLE
// RUN: sed 's/^module/module attributes {tile.placement = "two"}/' %s > %t.two && not npu-opt %t.two -tile-plan=machine=quad16 -tile-place=machine=quad16 2>&1 | FileCheck %s --check-prefix=UNKNOWN

// What is given by hand stays; it is proved where code is made.
// RUN: sed 's/given/tile.tasks = [{core = 3, rows = array<i64: 0, 40>}, {core = 1, rows = array<i64: 40, 64>}]/' %s > %t.given
// RUN: npu-opt %t.given -tile-plan=machine=quad16 -tile-place=machine=quad16 -tile-generate=machine=quad16 | FileCheck %s --check-prefix=GIVEN
// RUN: sed 's/40, 64/41, 64/' %t.given > %t.gap && not npu-opt %t.gap -tile-plan=machine=quad16 -tile-generate=machine=quad16 2>&1 | FileCheck %s --check-prefix=GAP
// RUN: sed 's/core = 3/core = 4/' %t.given > %t.core && not npu-opt %t.core -tile-plan=machine=quad16 -tile-generate=machine=quad16 2>&1 | FileCheck %s --check-prefix=CORE

// CHECK: graph.requant {{.*}}tile.predicted = array<i64: 0, {{[0-9, ]+}}>, tile.tasks = [{core = 0 : i64, plan = {{.*}}, rows = array<i64: 0, {{[0-9]+}}>}, {core = 1 : i64, {{.*}}{core = 2 : i64
// CODE: tile.core 0 {
// CODE: tile.layer "conv@0"
// CODE: tile.copy_out
// CODE: tile.notify "store" event 0 cores [1]
// CODE: tile.layer "conv2@0"
// CODE: tile.core 1 {
// CODE: tile.layer "conv2@1"
// CODE: tile.expect "load" event 0
// CODE: tile.core 2 {
// SINGLE-NOT: tile.tasks
// UNKNOWN: has the unknown tile.placement "two"
// GIVEN: tile.core 0 {
// GIVEN: tile.layer "conv2"
// GIVEN: tile.expect "load" event 1
// GIVEN: tile.expect "load" event 3
// GIVEN: tile.core 1 {
// GIVEN: tile.layer "conv@1"
// GIVEN: tile.notify "store" event 1 cores [0]
// GIVEN: tile.core 3 {
// GIVEN: tile.layer "conv@3"
// GAP: has a wrong tile.tasks: the parts have 63 of the 64 rows of blocks that there are
// CORE: has a tile.tasks for core 4; quad16 has 4
module {
func.func @main(%x: tensor<1x16x64x64xi8> {graph.name = "x", graph.type = "i8", graph.shape = [1, 16, 64, 64]})
    -> (tensor<1x16x64x64xi8> {graph.name = "y", graph.type = "i8", graph.shape = [1, 16, 64, 64]}) {
  %m = graph.constant dense<1073741824> : tensor<16xi32>
  %s = graph.constant dense<40> : tensor<16xi32>
  %w = graph.constant dense<1> : tensor<16x16x3x3xi8>
  %0 = graph.qconv %x, %w, %m {strides = array<i64: 1, 1>, pads = array<i64: 1, 1, 1, 1>, dilations = array<i64: 1, 1>, groups = 1 : i64, fill = 0 : i64} : (tensor<1x16x64x64xi8>, tensor<16x16x3x3xi8>, tensor<16xi32>) -> tensor<1x16x64x64xi32> loc("conv")
  %1 = graph.requant %0, %m, %s {given, zero_point = 0 : i64, low = -128 : i64, high = 127 : i64} : (tensor<1x16x64x64xi32>, tensor<16xi32>, tensor<16xi32>) -> tensor<1x16x64x64xi8> loc("conv")
  %2 = graph.qconv %1, %w, %m {strides = array<i64: 1, 1>, pads = array<i64: 1, 1, 1, 1>, dilations = array<i64: 1, 1>, groups = 1 : i64, fill = 0 : i64} : (tensor<1x16x64x64xi8>, tensor<16x16x3x3xi8>, tensor<16xi32>) -> tensor<1x16x64x64xi32> loc("conv2")
  %3 = graph.requant %2, %m, %s {zero_point = 0 : i64, low = -128 : i64, high = 127 : i64} : (tensor<1x16x64x64xi32>, tensor<16xi32>, tensor<16xi32>) -> tensor<1x16x64x64xi8> loc("conv2")
  return %3 : tensor<1x16x64x64xi8>
}
}
