// RUN: npu-opt %s -npu-lower=machine=edge16 | FileCheck %s
// Nothing depends on what instructions are called.
// RUN: sed -e "s|math/math.yaml|%root/isa/machines/math/math.yaml|" -e "s/^  mm:/  rows_times_weights:/" -e "s/^  addi:/  plus:/" -e "s/^  vrequant:/  scale_down:/" %machines/edge16.yaml > %t.yaml
// RUN: npu-opt %s -npu-lower=machine=%t.yaml | FileCheck %s --check-prefix=RENAMED

// CHECK: npu.layer "layer"
// The counter, and a hardware loop.
// CHECK-NEXT: npu.inst "addi" {imm = 0 : i64, rd = [[I:[0-9]+]] : i64, rs1 = 0 : i64}
// CHECK-NEXT: npu.inst "loop" {count = array<i64: 3, 0>, target = ".L0e"}
// CHECK-NEXT: npu.inst "muli" {imm = 64 : i64, rd = [[AT:[0-9]+]] : i64, rs1 = [[I]] : i64}
// CHECK-NEXT: npu.inst "gen" {count = array<i64: 4, 0>, generator = [[G:[0-9]+]] : i64, keep = 0 : i64, level = 0 : i64, stride = array<i64: 16, 0>}
// CHECK-NEXT: npu.inst "ldw" {src = array<i64: 32, [[AT]], [[G]]>}
// The window's bounds: constants and a register with an offset. Shapes already set are used again.
// CHECK-NEXT: npu.inst "genw" {{.*}}high = array<i64: 4, 0>{{.*}}low = array<i64: 1, [[AT]]>
// CHECK-NEXT: npu.inst "mm" {accumulate = array<i64: 0, [[I]]>, dst = array<i64: 0, 0, {{[0-9]+}}>, fill = array<i64: -3, 0>, next = 1 : i64
// CHECK-NEXT: npu.inst "ldw" {src = array<i64: 48, [[AT]], [[G]]>}
// CHECK-NEXT: npu.inst "vrequant" {bias = 0 : i64, dst = array<i64: 0, 0, {{[0-9]+}}>, high = 5 : i64, low = 4 : i64, mult = 1 : i64, shift = 2 : i64, src = array<i64: 0, 0, {{[0-9]+}}>, zero = 3 : i64}
// CHECK-NEXT: npu.inst "addi" {imm = 1 : i64, rd = [[I]] : i64, rs1 = [[I]] : i64}
// CHECK-NEXT: npu.label ".L0e"
// An address beyond the word's offset goes through a register.
// CHECK: npu.inst "addi" {imm = 131072 : i64, rd = [[R:[0-9]+]] : i64, rs1 = 0 : i64}
// CHECK-NEXT: npu.inst "ldw" {src = array<i64: 0, [[R]], {{[0-9]+}}>}
// CHECK: npu.inst "halt"

// RENAMED: npu.inst "plus"
// RENAMED: npu.inst "rows_times_weights"
// RENAMED: npu.inst "scale_down"
tile.layer "layer" {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c3 = arith.constant 3 : index
  %c64 = arith.constant 64 : index
  %b = tile.buffer "scratchpad" at 0 size 4096 "b"
  %far = tile.buffer "scratchpad" at 131072 size 4096 "far"
  %acc = tile.buffer "accumulator" at 0 size 64 "acc"
  scf.for %i = %c0 to %c3 step %c1 {
    %at = arith.muli %i, %c64 : index
    %low = arith.addi %at, %c1 : index
    %w = tile.stream %b[%at + 32] count [4] stride [16] low [] high []
    tile.preload %w
    %x = tile.stream %b[%at + 0] count [4] stride [16] low [%low] high [4]
    %d = tile.stream %acc[0] count [4] stride [16] low [] high []
    tile.multiply %d, %x fill -3 accumulate %i
    %w2 = tile.stream %b[%at + 48] count [4] stride [16] low [] high []
    tile.preload %w2
    %y = tile.stream %b[0] count [4] stride [16] low [] high []
    tile.map "requant" %y, %d {bias = 0 : i64, mult = 1 : i64, shift = 2 : i64, zero = 3 : i64, low = 4 : i64, high = 5 : i64}
  }
  %f = tile.stream %far[0] count [16] stride [16] low [] high []
  tile.preload %f
}
