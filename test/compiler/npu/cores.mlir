// Each core jumps to its own code; those without any end.
// RUN: npu-opt %s -npu-lower=machine=quad16 | FileCheck %s
// RUN: sed 's/tile.core 2/tile.core 5/' %s > %t.mlir && not npu-opt %t.mlir -npu-lower=machine=quad16 2>&1 | FileCheck %s --check-prefix=CORE
// RUN: sed 's/^tile.core 2 {/tile.layer "lost" {/' %s > %t.mlir && not npu-opt %t.mlir -npu-lower=machine=quad16 2>&1 | FileCheck %s --check-prefix=LOST
// RUN: sed 's/notify "store"/notify "vector"/' %s > %t.mlir && not npu-opt %t.mlir -npu-lower=machine=quad16 2>&1 | FileCheck %s --check-prefix=UNIT

// CHECK: npu.inst "coreid" {rd = [[SELF:[0-9]+]] : i64}
// CHECK-NEXT: npu.inst "addi" {imm = 1 : i64, rd = [[BOUND:[0-9]+]] : i64, rs1 = 0 : i64}
// CHECK-NEXT: npu.inst "blt" {rs1 = [[SELF]] : i64, rs2 = [[BOUND]] : i64, target = ".core0"}
// CHECK: target = ".core3"}
// CHECK-NEXT: npu.layer "start@0"
// CHECK-NEXT: npu.label ".core0"
// CHECK: npu.layer "first"
// CHECK: npu.inst "ssignal" {cores = array<i64: 6, 0>, event = array<i64: 0, 0>}
// CHECK-NEXT: npu.inst "halt" {}
// CHECK-NEXT: npu.layer "start@1"
// CHECK-NEXT: npu.label ".core1"
// CHECK-NEXT: npu.inst "halt" {}
// CHECK-NEXT: npu.layer "start@2"
// CHECK-NEXT: npu.label ".core2"
// Each core's waiting instructions use a beat of DRAM of their own.
// CHECK: npu.inst "addi" {imm = 4128 : i64
// CHECK: npu.layer "second"
// CHECK: npu.inst "lawait" {count = array<i64: 1, 0>, event = array<i64: 0, 0>}
// CHECK: npu.label ".core3"
// CHECK-NEXT: npu.inst "halt" {}
// CORE: is core 5; quad16 has 4
// LOST: stands on no core; quad16 has 4
// UNIT: quad16's vector unit signals no event
tile.data @idle at 4096 bytes 64
tile.core 0 {
  tile.layer "first" {
    tile.notify "store" event 0 cores [1, 2]
  }
}
tile.core 2 {
  tile.layer "second" {
    tile.expect "load" event 0
  }
}
