// RUN: npu-opt %s -tile-fit-windows=machine=npu16 | FileCheck %s
// Windows of which no tile holds one become smaller steps; what fits stays.

// CHECK-LABEL: func.func @fits
// CHECK-NEXT: graph.pool
func.func @fits(%x: tensor<1x8x8x2xf32>) -> tensor<1x4x4x2xf32> {
  %0 = graph.pool %x {kind = "max", kernel = array<i64: 2, 2>, strides = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, dilations = array<i64: 4, 4>}
    : (tensor<1x8x8x2xf32>) -> tensor<1x4x4x2xf32> loc("pool")
  return %0 : tensor<1x4x4x2xf32>
}

// Stride and dilation of 10: every tenth element is read, from number 7 on since 3 lie before.
// CHECK-LABEL: func.func @thinned
// CHECK-NEXT: %[[THIN:.*]] = graph.move %{{.*}} {pieces = [#graph.piece<0[1, 199, 2] from 14[{{.*}}, 20, 1] to 0[{{.*}}]>]}
// CHECK-NEXT: graph.pool %[[THIN]] {dilations = array<i64: 1>, kernel = array<i64: 150>, kind = "max", pads = array<i64: 1, 0>, strides = array<i64: 1>}
func.func @thinned(%x: tensor<1x2000x2xf32>) -> tensor<1x51x2xf32> {
  %0 = graph.pool %x {kind = "max", kernel = array<i64: 150>, strides = array<i64: 10>, pads = array<i64: 3, 0>, dilations = array<i64: 10>}
    : (tensor<1x2000x2xf32>) -> tensor<1x51x2xf32> loc("pool")
  return %0 : tensor<1x51x2xf32>
}

// One axis after the other.
// CHECK-LABEL: func.func @separated
// CHECK-NEXT: %[[ONE:.*]] = graph.pool %{{.*}} kernel = array<i64: 1, 40>, {{.*}} -> tensor<1x40x1x2xf32>
// CHECK-NEXT: graph.pool %[[ONE]] {{.*}} kernel = array<i64: 39, 1>, {{.*}} -> tensor<1x2x1x2xf32>
func.func @separated(%x: tensor<1x40x40x2xf32>) -> tensor<1x2x1x2xf32> {
  %0 = graph.pool %x {kind = "sum", kernel = array<i64: 39, 40>, strides = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>}
    : (tensor<1x40x40x2xf32>) -> tensor<1x2x1x2xf32> loc("pool")
  return %0 : tensor<1x2x1x2xf32>
}

// The taps of a window side by side are a slice to reduce; padding is the least number.
// CHECK-LABEL: func.func @reduced
// CHECK: %[[PADDED:.*]] = graph.move {{.*}}fill = 0xFF800000 : f32{{.*}} -> tensor<1x3001x2xf32>
// CHECK-NEXT: %[[TAPS:.*]] = graph.move %[[PADDED]] {pieces = [#graph.piece<0[1, 1001, 2, 2] from 0[6002, 2, 4000, 1] to 0[4004, 4, 2, 1]>]}
// CHECK-NEXT: %[[WINDOWS:.*]] = graph.reshape %[[TAPS]] {{.*}} -> tensor<1x1001x2x2xf32>
// CHECK-NEXT: graph.reduce %[[WINDOWS]] {axes = array<i64: 2>, kind = "max"}
func.func @reduced(%x: tensor<1x3000x2xf32>) -> tensor<1x1001x2xf32> {
  %0 = graph.pool %x {kind = "max", kernel = array<i64: 2>, strides = array<i64: 1>, pads = array<i64: 1, 0>, dilations = array<i64: 2000>}
    : (tensor<1x3000x2xf32>) -> tensor<1x1001x2xf32> loc("pool")
  return %0 : tensor<1x1001x2xf32>
}

// Windows of a convolution no longer overlap along the axis that was unfolded; the other one fits.
// CHECK-LABEL: func.func @unfolded
// CHECK: %[[TAPS:.*]] = graph.move {{.*}} -> tensor<1x12x40x64xf32>
// CHECK-NEXT: graph.convolve %[[TAPS]], %{{.*}} {dilations = array<i64: 1, 18>, groups = 1 : i64, pads = array<i64: 0, 0, 0, 0>, strides = array<i64: 3, 1>}
func.func @unfolded(%x: tensor<1x40x40x64xf32>, %w: tensor<3x3x64x4xf32>) -> tensor<1x4x4x4xf32> {
  %0 = graph.convolve %x, %w {strides = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, dilations = array<i64: 18, 18>, groups = 1 : i64}
    : (tensor<1x40x40x64xf32>, tensor<3x3x64x4xf32>) -> tensor<1x4x4x4xf32> loc("convolution")
  return %0 : tensor<1x4x4x4xf32>
}
