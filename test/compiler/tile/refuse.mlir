// RUN: not npu-opt %s -tile-plan=machine=tile4 2>&1 | FileCheck %s
// RUN: not npu-opt %s -tile-plan=machine=no-such-machine 2>&1 | FileCheck %s --check-prefix=MACHINE

// Every layer that does not fit, by name and with the reason.
// CHECK: 'deep' does not fit tile4: one row of results needs 7168 bytes of scratchpad and has 1020
// CHECK: 'far' does not fit tile4: padding reaches beyond the kernel
// MACHINE: no-such-machine
func.func @main(%x: tensor<1x512x7x7xi8>) {
  %m = graph.constant dense<1073741824> : tensor<4xi32>
  %s = graph.constant dense<40> : tensor<4xi32>
  %w = graph.constant dense<1> : tensor<4x512x2x2xi8>
  %0 = graph.qconv %x, %w, %m {strides = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>, groups = 1 : i64, fill = 0 : i64} : (tensor<1x512x7x7xi8>, tensor<4x512x2x2xi8>, tensor<4xi32>) -> tensor<1x4x6x6xi32> loc("deep")
  %1 = graph.requant %0, %m, %s {zero_point = 0 : i64, low = -128 : i64, high = 127 : i64} : (tensor<1x4x6x6xi32>, tensor<4xi32>, tensor<4xi32>) -> tensor<1x4x6x6xi8> loc("deep")
  %2 = graph.qmax_pool %1 {kernel = array<i64: 2, 2>, strides = array<i64: 1, 1>, pads = array<i64: 2, 0, 0, 0>, dilations = array<i64: 1, 1>, low = -128 : i64, high = 127 : i64} : (tensor<1x4x6x6xi8>) -> tensor<1x4x7x5xi8> loc("far")
  return
}
