// RUN: npu-opt %s -tile-split=machine=edge16 | FileCheck %s
// What leaves blocks as bytes, is moved and goes into blocks again is one layer, where its places have strides and nobody else reads it.

// CHECK-LABEL: @both
// CHECK: graph.to_words {{.*}}tile.fused
// CHECK: graph.move {{.*}}tile.fused
// CHECK: graph.to_blocks
// Rows that two moves read are written.
// CHECK-LABEL: @read
// CHECK-NOT: tile.fused
// CHECK: graph.move {{.*}}tile.fused
// Blocks of 16 do not divide 40 channels.
// CHECK-LABEL: @uneven
// CHECK-NOT: tile.fused
module {
func.func @both(%x: tensor<1x64x12x1xi8>) -> (tensor<1x64x12x1xi8>) {
  %q = graph.rescale %x {high = 127 : i64, low = -128 : i64, multiplier = 1 : i64, shift = 1 : i64, zero_point = 0 : i64, zero_x = 0 : i64} : (tensor<1x64x12x1xi8>) -> tensor<1x64x12x1xi8>
  %0 = graph.to_words %q : (tensor<1x64x12x1xi8>) -> tensor<1x12x1x64xsi8> {
  ^bb0(%e: i8):
    graph.yield %e : i8
  }
  %1 = graph.reshape %0 {shape = array<i64: 12, 2, 32>} : (tensor<1x12x1x64xsi8>) -> tensor<12x2x32xsi8>
  %2 = graph.move %1 {pieces = [#graph.piece<0[12, 2, 32] from 0[64, 32, 1] to 0[32, 384, 1]>]} : (tensor<12x2x32xsi8>) -> tensor<2x12x32xsi8>
  %3 = graph.reshape %2 {shape = array<i64: 1, 12, 1, 64>} : (tensor<2x12x32xsi8>) -> tensor<1x12x1x64xsi8>
  %4 = graph.to_blocks %3 : (tensor<1x12x1x64xsi8>) -> tensor<1x64x12x1xi8> {
  ^bb0(%e: i8):
    graph.yield %e : i8
  }
  return %4 : tensor<1x64x12x1xi8>
}
func.func @read(%x: tensor<1x64x12x1xi8>) -> (tensor<1x64x12x1xi8>, tensor<1x64x12x1xi8>) {
  %q = graph.rescale %x {high = 127 : i64, low = -128 : i64, multiplier = 1 : i64, shift = 1 : i64, zero_point = 0 : i64, zero_x = 0 : i64} : (tensor<1x64x12x1xi8>) -> tensor<1x64x12x1xi8>
  %0 = graph.to_words %q : (tensor<1x64x12x1xi8>) -> tensor<1x12x1x64xsi8> {
  ^bb0(%e: i8):
    graph.yield %e : i8
  }
  %1 = graph.reshape %0 {shape = array<i64: 12, 2, 32>} : (tensor<1x12x1x64xsi8>) -> tensor<12x2x32xsi8>
  %2 = graph.move %1 {pieces = [#graph.piece<0[12, 2, 32] from 0[64, 32, 1] to 0[32, 384, 1]>]} : (tensor<12x2x32xsi8>) -> tensor<2x12x32xsi8>
  %3 = graph.reshape %2 {shape = array<i64: 1, 12, 1, 64>} : (tensor<2x12x32xsi8>) -> tensor<1x12x1x64xsi8>
  %4 = graph.to_blocks %3 : (tensor<1x12x1x64xsi8>) -> tensor<1x64x12x1xi8> {
  ^bb0(%e: i8):
    graph.yield %e : i8
  }
  %5 = graph.move %1 {pieces = [#graph.piece<0[12, 2, 32] from 0[64, 32, 1] to 0[2, 1, 24]>]} : (tensor<12x2x32xsi8>) -> tensor<32x12x2xsi8>
  %6 = graph.reshape %5 {shape = array<i64: 1, 12, 1, 64>} : (tensor<32x12x2xsi8>) -> tensor<1x12x1x64xsi8>
  %7 = graph.to_blocks %6 : (tensor<1x12x1x64xsi8>) -> tensor<1x64x12x1xi8> {
  ^bb0(%e: i8):
    graph.yield %e : i8
  }
  return %4, %7 : tensor<1x64x12x1xi8>, tensor<1x64x12x1xi8>
}
func.func @uneven(%x: tensor<1x40x12x1xi8>) -> (tensor<1x40x12x1xi8>) {
  %q = graph.rescale %x {high = 127 : i64, low = -128 : i64, multiplier = 1 : i64, shift = 1 : i64, zero_point = 0 : i64, zero_x = 0 : i64} : (tensor<1x40x12x1xi8>) -> tensor<1x40x12x1xi8>
  %0 = graph.to_words %q : (tensor<1x40x12x1xi8>) -> tensor<1x12x1x40xsi8> {
  ^bb0(%e: i8):
    graph.yield %e : i8
  }
  %1 = graph.reshape %0 {shape = array<i64: 12, 2, 20>} : (tensor<1x12x1x40xsi8>) -> tensor<12x2x20xsi8>
  %2 = graph.move %1 {pieces = [#graph.piece<0[12, 2, 20] from 0[40, 20, 1] to 0[20, 240, 1]>]} : (tensor<12x2x20xsi8>) -> tensor<2x12x20xsi8>
  %3 = graph.reshape %2 {shape = array<i64: 1, 12, 1, 40>} : (tensor<2x12x20xsi8>) -> tensor<1x12x1x40xsi8>
  %4 = graph.to_blocks %3 : (tensor<1x12x1x40xsi8>) -> tensor<1x40x12x1xi8> {
  ^bb0(%e: i8):
    graph.yield %e : i8
  }
  return %4 : tensor<1x40x12x1xi8>
}
}
