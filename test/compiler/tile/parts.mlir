// Parts of a layer, here all on one core: each reads the rows under its own, and loads the weights of its own blocks.
// RUN: sed 's/given/tile.tasks = [{core = 0, rows = array<i64: 0, 40>}, {core = 0, rows = array<i64: 40, 64>, blocks = array<i64: 0, 1>}, {core = 0, rows = array<i64: 40, 64>, blocks = array<i64: 1, 3>}]/' %s > %t.given
// RUN: npu-opt %t.given -tile-plan -tile-generate=machine=edge16 | FileCheck %s

// What is no division of the layer's result is refused.
// RUN: sed 's/blocks = array<i64: 1, 3>/blocks = array<i64: 0, 3>/' %t.given > %t.meet && not npu-opt %t.meet -tile-plan -tile-generate=machine=edge16 2>&1 | FileCheck %s --check-prefix=MEET
// RUN: sed 's/blocks = array<i64: 1, 3>/blocks = array<i64: 1, 4>/' %t.given > %t.beyond && not npu-opt %t.beyond -tile-plan -tile-generate=machine=edge16 2>&1 | FileCheck %s --check-prefix=BEYOND
// RUN: sed 's/blocks = array<i64: 1, 3>/blocks = array<i64: 1>/' %t.given > %t.form && not npu-opt %t.form -tile-plan -tile-generate=machine=edge16 2>&1 | FileCheck %s --check-prefix=FORM
// RUN: sed 's/blocks = array<i64: 1, 3>/columns = 3/' %t.given > %t.unknown && not npu-opt %t.unknown -tile-plan -tile-generate=machine=edge16 2>&1 | FileCheck %s --check-prefix=UNKNOWN
// A part's plan is proved as a layer's is.
// RUN: sed 's/{core = 0, rows = array<i64: 0, 40>}/{core = 0, rows = array<i64: 0, 40>, plan = {band = 41, chunk = 1, plain = false, interleave = false, unfold = false, roll_rows = false, blocks_outside = false}}/' %t.given > %t.plan && not npu-opt %t.plan -tile-plan -tile-generate=machine=edge16 2>&1 | FileCheck %s --check-prefix=PLAN

// CHECK-DAG: tile.data @conv.weights at {{[0-9]+}} bytes 6912 =
// CHECK-DAG: tile.data @conv.weights_ at {{[0-9]+}} bytes 2304 =
// CHECK-DAG: tile.data @conv.weights__ at {{[0-9]+}} bytes 4608 =
// CHECK: tile.layer "conv@0"
// CHECK: tile.layer "conv@0"
// CHECK: tile.layer "conv@0"
// CHECK-NOT: tile.layer
// MEET: has a wrong tile.tasks: two parts have results in common
// BEYOND: has a wrong tile.tasks: blocks [1, 4) are none of the 3 there are
// FORM: has a tile.tasks whose 'blocks' is not array<i64: first, behind the last>
// UNKNOWN: has a tile.tasks with the unknown 'columns'
// PLAN: 'conv' has an impossible tile.plan: band is 41, there are 40 rows
func.func @main(%x: tensor<1x16x64x64xi8> {graph.name = "x", graph.type = "i8", graph.shape = [1, 16, 64, 64]})
    -> (tensor<1x48x64x64xi8> {graph.name = "y", graph.type = "i8", graph.shape = [1, 48, 64, 64]}) {
  %m = graph.constant dense<1073741824> : tensor<48xi32>
  %s = graph.constant dense<40> : tensor<48xi32>
  %w = graph.constant dense<1> : tensor<48x16x3x3xi8>
  %0 = graph.qconv %x, %w, %m {strides = array<i64: 1, 1>, pads = array<i64: 1, 1, 1, 1>, dilations = array<i64: 1, 1>, groups = 1 : i64, fill = 0 : i64} : (tensor<1x16x64x64xi8>, tensor<48x16x3x3xi8>, tensor<48xi32>) -> tensor<1x48x64x64xi32> loc("conv")
  %1 = graph.requant %0, %m, %s {given, zero_point = 0 : i64, low = -128 : i64, high = 127 : i64} : (tensor<1x48x64x64xi32>, tensor<48xi32>, tensor<48xi32>) -> tensor<1x48x64x64xi8> loc("conv")
  return %1 : tensor<1x48x64x64xi8>
}
