// Weights that cores load in parts and copy to each other.
// RUN: /usr/bin/python3 -c "import numpy as n; r = n.random.default_rng(3); n.save('%t.npy', r.integers(-128, 128, (1, 64, 16, 16)).astype('b')); open('%t.mlir', 'w').write(open('%s').read().replace('dense<3>', 'dense<' + chr(34) + '0x' + r.bytes(9 * 64 * 64).hex() + chr(34) + '>'))"
// RUN: sed 's/given/tile.tasks = [{core = 0, rows = array<i64: 0, 8>, shares_weights}, {core = 2, rows = array<i64: 8, 16>, shares_weights}]/' %t.mlir > %t.given.mlir
// RUN: npu-opt %t.given.mlir -tile-plan=machine=quad16 -tile-place=machine=quad16 -tile-generate=machine=quad16 | FileCheck %s
// RUN: npu-opt %t.given.mlir -tile-plan=machine=quad16 -tile-place=machine=quad16 -tile-generate=machine=quad16 -npu-lower=machine=quad16 | FileCheck %s --check-prefix=LOWER

// The scheduler does so by itself, where it may and where the machine can.
// RUN: npu-opt %s -tile-plan=machine=quad16 -tile-place=machine=quad16 | FileCheck %s --check-prefix=PLACED
// RUN: sed 's/^module/module attributes {graph.disable = ["copy-weights"]}/' %s > %t.off && npu-opt %t.off -tile-plan=machine=quad16 -tile-place=machine=quad16 | FileCheck %s --check-prefix=OFF

// The same bytes as on one core, in order whatever the timing; and of each of three bands each weight is read once, not twice.
// RUN: npuc %t.mlir --machine quad16 --placement one -o %t.one.bin && npusim %t.one.bin --input x=%t.npy --output-dir %t.one --quiet
// RUN: npuc %t.given.mlir --machine quad16 -o %t.shared.bin && npusim %t.shared.bin --input x=%t.npy --output-dir %t.shared --check-order --quiet --json %t.shared.json
// RUN: cmp %t.one/y.npy %t.shared/y.npy
// RUN: sed 's/, shares_weights//g' %t.given.mlir > %t.apart.mlir && npuc %t.apart.mlir --machine quad16 -o %t.apart.bin && npusim %t.apart.bin --input x=%t.npy --output-dir %t.apart --quiet --json %t.apart.json
// RUN: /usr/bin/python3 -c "import json; a, b = (sum(l['dram_read'] for c in json.load(open(f))['cores'] for l in c['layers']) for f in ('%t.apart.json', '%t.shared.json')); assert a - b == 3 * 9 * 64 * 64, (a, b)"

// What cannot be shared is refused.
// RUN: sed 's/core = 2, rows = array<i64: 8, 16>, shares_weights/core = 2, rows = array<i64: 8, 16>/' %t.given.mlir > %t.alone && not npu-opt %t.alone -tile-plan=machine=quad16 -tile-generate=machine=quad16 2>&1 | FileCheck %s --check-prefix=ALONE
// RUN: sed 's/core = 2/core = 0/' %t.given.mlir > %t.twice && not npu-opt %t.twice -tile-plan=machine=quad16 -tile-generate=machine=quad16 2>&1 | FileCheck %s --check-prefix=TWICE
// RUN: sed 's/shares_weights/shares_weights = 1/' %t.given.mlir > %t.value && not npu-opt %t.value -tile-plan=machine=quad16 -tile-generate=machine=quad16 2>&1 | FileCheck %s --check-prefix=VALUE
// RUN: sed 's/0, 8/0, 2/; s/8, 16/2, 16/' %t.given.mlir > %t.uneven && not npu-opt %t.uneven -tile-plan=machine=quad16 -tile-generate=machine=quad16 2>&1 | FileCheck %s --check-prefix=UNEVEN

// CHECK: tile.core 0 {
// CHECK: tile.notify "load" event 4 cores [2]
// CHECK-NEXT: tile.copy_in
// CHECK-NEXT: tile.notify "load" event 4 cores [0]
// CHECK-NEXT: tile.expect "store" event 4
// CHECK-NEXT: tile.expect "store" event 6
// CHECK-NEXT: tile.copy_across {{.*}} cores [2]
// CHECK-NEXT: tile.notify "store" event 8 cores [0, 2]
// CHECK: tile.expect "load" event 8
// CHECK-NEXT: tile.expect "load" event 10
// CHECK-NEXT: tile.signal "load" to "weights"
// CHECK: tile.core 2 {
// CHECK: tile.copy_across {{.*}} cores [0]
// LOWER: npu.inst "scopy"
// PLACED: shares_weights
// OFF-NOT: shares_weights
// ALONE: has a wrong tile.tasks: weights are not shared: core 0 is alone with its blocks
// TWICE: has a wrong tile.tasks: weights are not shared: core 0 has two of the tasks
// VALUE: has a tile.tasks whose 'shares_weights' has a value; it has none
// UNEVEN: weights are not shared: the plans of core 0 and core 2 load them in different groups
module {
func.func @main(%x: tensor<1x64x16x16xi8> {graph.name = "x", graph.type = "i8", graph.shape = [1, 64, 16, 16]})
    -> (tensor<1x64x16x16xi8> {graph.name = "y", graph.type = "i8", graph.shape = [1, 64, 16, 16]}) {
  %m = graph.constant dense<1073741824> : tensor<64xi32>
  %s = graph.constant dense<34> : tensor<64xi32>
  %w = graph.constant dense<3> : tensor<64x64x3x3xi8>
  %0 = graph.qconv %x, %w, %m {strides = array<i64: 1, 1>, pads = array<i64: 1, 1, 1, 1>, dilations = array<i64: 1, 1>, groups = 1 : i64, fill = 0 : i64} : (tensor<1x64x16x16xi8>, tensor<64x64x3x3xi8>, tensor<64xi32>) -> tensor<1x64x16x16xi32> loc("conv")
  %1 = graph.requant %0, %m, %s {given, zero_point = 0 : i64, low = -128 : i64, high = 127 : i64} : (tensor<1x64x16x16xi32>, tensor<64xi32>, tensor<64xi32>) -> tensor<1x64x16x16xi8> loc("conv")
  return %1 : tensor<1x64x16x16xi8>
}
}
