// RUN: npu-opt %s -tile-split=machine=edge16 -tile-fuse=machine=edge16 -tile-plan=machine=edge16 | FileCheck %s
// RUN: npu-opt %s -tile-split=machine=edge16 -tile-fuse=machine=edge16 -tile-plan=machine=edge16 -tile-generate=machine=edge16 -canonicalize -cse | FileCheck %s --check-prefix=CODE

// A convolution reads rows of all channels and stores in the order of the move behind it: here
// transposed, so that runs are single bytes. Neither is a layer.
// CHECK: graph.to_blocks {{.*}}tile.view
// CHECK: graph.requant {{.*}}tile.plan
// CHECK: graph.to_words {{.*}}tile.fused
// CHECK: graph.move {{.*}}tile.stored
// CODE: tile.layer "enter"
// CODE-NOT: tile.layer "blocks"
// CODE: tile.layer "conv"
// CODE: tile.copy_out {{.*}} bytes %c1
// CODE-NOT: tile.layer "moved"
// CODE: tile.layer "leave"
func.func @main(%x: tensor<1x8x1x1024xf32> {graph.name = "x", graph.shape = [1, 8, 1, 1024], graph.type = "f32"}) -> (tensor<32x8xf32> {graph.name = "y", graph.shape = [32, 8], graph.type = "f32"}) {
  %m = graph.constant dense<1073741824> : tensor<32xi32>
  %s = graph.constant dense<40> : tensor<32xi32>
  %w = graph.constant dense<1> : tensor<32x1024x1x1xi8>
  %rows = graph.map %x : (tensor<1x8x1x1024xf32>) -> tensor<1x8x1x1024xsi8> {
  ^bb0(%e: f32):
    %i = graph.to_int %e : f32 -> i8
    graph.yield %i : i8
  } loc("enter")
  %in = graph.to_blocks %rows : (tensor<1x8x1x1024xsi8>) -> tensor<1x1024x8x1xi8> {
  ^bb0(%e: i8):
    graph.yield %e : i8
  } loc("blocks")
  %a = graph.qconv %in, %w, %m {strides = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>, groups = 1 : i64, fill = 0 : i64} : (tensor<1x1024x8x1xi8>, tensor<32x1024x1x1xi8>, tensor<32xi32>) -> tensor<1x32x8x1xi32> loc("conv")
  %r = graph.requant %a, %m, %s {zero_point = 0 : i64, low = -128 : i64, high = 127 : i64} : (tensor<1x32x8x1xi32>, tensor<32xi32>, tensor<32xi32>) -> tensor<1x32x8x1xi8> loc("conv")
  %o = graph.to_words %r : (tensor<1x32x8x1xi8>) -> tensor<1x8x1x32xsi8> {
  ^bb0(%e: i8):
    graph.yield %e : i8
  } loc("moved")
  %f = graph.reshape %o {shape = array<i64: 8, 32>} : (tensor<1x8x1x32xsi8>) -> tensor<8x32xsi8>
  %t = graph.move %f {pieces = [#graph.piece<0[32, 8] from 0[1, 32] to 0[8, 1]>]} : (tensor<8x32xsi8>) -> tensor<32x8xsi8> loc("moved")
  %y = graph.map %t : (tensor<32x8xsi8>) -> tensor<32x8xf32> {
  ^bb0(%e: i8):
    %i = arith.extsi %e : i8 to i32
    %g = arith.sitofp %i : i32 to f32
    graph.yield %g : f32
  } loc("leave")
  return %y : tensor<32x8xf32>
}
