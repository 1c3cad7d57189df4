// RUN: npu-opt %s -tile-plan=machine=edge16 -tile-generate=machine=edge16 -canonicalize -cse | FileCheck %s
// RUN: npu-opt %s -tile-plan=machine=edge16 --remarks-filter=optimisation --remark-format=emitRemark -o /dev/null 2>&1 | FileCheck %s --check-prefix=WHY

// A map that alone reads a convolution is its last step; what others read, too, is not.
// CHECK: tile.layer "first+map"
// The vector unit requantises, and takes the steps of a block between pieces of the next one.
// CHECK: scf.for
// CHECK: tile.map "requant"
// CHECK: tile.preload
// CHECK: tile.apply
// CHECK: tile.copy_out
// CHECK: tile.map "requant"
// CHECK: tile.apply
// CHECK: tile.layer "second"
// CHECK: tile.layer "other"
// WHY: fuse-map{{.*}}is the last step of 'first'
// WHY: fuse-map{{.*}}the convolution's result has other readers
func.func @main(%x: tensor<1x32x8x8xi8> {graph.name = "x", graph.shape = [1, 32, 8, 8], graph.type = "i8", graph.qtype = "i8", graph.scale = 1.0 : f64, graph.zero_point = 0 : i64}) -> (tensor<1x32x8x8xi8> {graph.name = "y", graph.shape = [1, 32, 8, 8], graph.type = "i8", graph.qtype = "i8", graph.scale = 1.0 : f64, graph.zero_point = 0 : i64}, tensor<1x32x8x8xi8> {graph.name = "z", graph.shape = [1, 32, 8, 8], graph.type = "i8", graph.qtype = "i8", graph.scale = 1.0 : f64, graph.zero_point = 0 : i64}) {
  %m = graph.constant dense<1073741824> : tensor<32xi32>
  %s = graph.constant dense<40> : tensor<32xi32>
  %w = graph.constant dense<1> : tensor<32x32x3x3xi8>
  %a0 = graph.qconv %x, %w, %m {strides = array<i64: 1, 1>, pads = array<i64: 1, 1, 1, 1>, dilations = array<i64: 1, 1>, groups = 1 : i64, fill = 0 : i64} : (tensor<1x32x8x8xi8>, tensor<32x32x3x3xi8>, tensor<32xi32>) -> tensor<1x32x8x8xi32> loc("first")
  %r0 = graph.requant %a0, %m, %s {zero_point = 0 : i64, low = -128 : i64, high = 127 : i64} : (tensor<1x32x8x8xi32>, tensor<32xi32>, tensor<32xi32>) -> tensor<1x32x8x8xi8> loc("first")
  %y0 = graph.map %r0 : (tensor<1x32x8x8xi8>) -> tensor<1x32x8x8xi8> {
  ^bb0(%e: i8):
    %x0 = arith.sitofp %e : i8 to f32
    %three = arith.constant 3.0 : f32
    %zero = arith.constant 0.0 : f32
    %scale = arith.constant 0.0078125 : f32
    %above = arith.addf %x0, %three : f32
    %open = arith.maximumf %above, %zero : f32
    %product = arith.mulf %x0, %open : f32
    %scaled = arith.mulf %product, %scale : f32
    %rounded = math.roundeven %scaled : f32
    %result = graph.to_int %rounded : f32 -> i8
    graph.yield %result : i8
  } loc("map")
  %a1 = graph.qconv %y0, %w, %m {strides = array<i64: 1, 1>, pads = array<i64: 1, 1, 1, 1>, dilations = array<i64: 1, 1>, groups = 1 : i64, fill = 0 : i64} : (tensor<1x32x8x8xi8>, tensor<32x32x3x3xi8>, tensor<32xi32>) -> tensor<1x32x8x8xi32> loc("second")
  %r1 = graph.requant %a1, %m, %s {zero_point = 0 : i64, low = -128 : i64, high = 127 : i64} : (tensor<1x32x8x8xi32>, tensor<32xi32>, tensor<32xi32>) -> tensor<1x32x8x8xi8> loc("second")
  %y1 = graph.map %r1 : (tensor<1x32x8x8xi8>) -> tensor<1x32x8x8xi8> {
  ^bb0(%e: i8):
    %x0 = arith.sitofp %e : i8 to f32
    %three = arith.constant 3.0 : f32
    %zero = arith.constant 0.0 : f32
    %scale = arith.constant 0.0078125 : f32
    %above = arith.addf %x0, %three : f32
    %open = arith.maximumf %above, %zero : f32
    %product = arith.mulf %x0, %open : f32
    %scaled = arith.mulf %product, %scale : f32
    %rounded = math.roundeven %scaled : f32
    %result = graph.to_int %rounded : f32 -> i8
    graph.yield %result : i8
  } loc("other")
  return %r1, %y1 : tensor<1x32x8x8xi8>, tensor<1x32x8x8xi8>
}
