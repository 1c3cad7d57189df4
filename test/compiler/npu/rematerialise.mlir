// Where scalar registers run out, values are computed again where they are read. Here five are free.
// RUN: sed -e "s|math/math.yaml|%root/isa/machines/math/math.yaml|" -e "s/registers: 32, generators/registers: 8, generators/" %machines/edge16.yaml > %t.yaml
// RUN: npu-opt %s -split-input-file -verify-diagnostics -npu-lower=machine=%t.yaml | FileCheck %s
// RUN: npu-opt %s -split-input-file -npu-lower=machine=edge16 2> /dev/null | FileCheck %s --check-prefix=ENOUGH

// The counter and five products: two are computed again, each right before what reads it.
// CHECK: npu.inst "loop"
// CHECK-NEXT: npu.inst "muli" {imm = 192 : i64
// CHECK-NEXT: npu.inst "muli" {imm = 256 : i64
// CHECK-NEXT: npu.inst "muli" {imm = 320 : i64
// CHECK-NEXT: npu.inst "muli" {imm = 64 : i64, rd = [[A:[0-9]+]] : i64, rs1 = [[I:[0-9]+]] : i64}
// CHECK-NEXT: npu.inst "gen"
// CHECK-NEXT: npu.inst "ldw" {src = array<i64: 0, [[A]], {{[0-9]+}}>}
// CHECK-NEXT: npu.inst "muli" {imm = 128 : i64, rd = [[B:[0-9]+]] : i64, rs1 = [[I]] : i64}
// CHECK-NEXT: npu.inst "ldw" {src = array<i64: 0, [[B]], {{[0-9]+}}>}
// CHECK-COUNT-3: npu.inst "ldw"
// CHECK: npu.label

// ENOUGH: npu.inst "loop"
// ENOUGH-COUNT-5: npu.inst "muli"
// ENOUGH-NOT: npu.inst "muli"
// ENOUGH: npu.label
tile.layer "layer" {
  %c0 = arith.constant 0 : index
  %c3 = arith.constant 3 : index
  %c1 = arith.constant 1 : index
  %c64 = arith.constant 64 : index
  %c128 = arith.constant 128 : index
  %c192 = arith.constant 192 : index
  %c256 = arith.constant 256 : index
  %c320 = arith.constant 320 : index
  %b = tile.buffer "scratchpad" at 0 size 8192 "b"
  scf.for %i = %c0 to %c3 step %c1 {
    %p1 = arith.muli %i, %c64 : index
    %p2 = arith.muli %i, %c128 : index
    %p3 = arith.muli %i, %c192 : index
    %p4 = arith.muli %i, %c256 : index
    %p5 = arith.muli %i, %c320 : index
    %s1 = tile.stream %b[%p1 + 0] count [4] stride [16] low [] high []
    %s2 = tile.stream %b[%p2 + 0] count [4] stride [16] low [] high []
    %s3 = tile.stream %b[%p3 + 0] count [4] stride [16] low [] high []
    %s4 = tile.stream %b[%p4 + 0] count [4] stride [16] low [] high []
    %s5 = tile.stream %b[%p5 + 0] count [4] stride [16] low [] high []
    tile.preload %s1
    tile.preload %s2
    tile.preload %s3
    tile.preload %s4
    tile.preload %s5
  }
}

// -----

// Counters cannot be computed again.
tile.layer "counters" {
  %c0 = arith.constant 0 : index
  %c3 = arith.constant 3 : index
  %c1 = arith.constant 1 : index
  %b = tile.buffer "scratchpad" at 0 size 8192 "b"
  scf.for %i = %c0 to %c3 step %c1 {
    scf.for %j = %c0 to %c3 step %c1 {
      scf.for %k = %c0 to %c3 step %c1 {
        scf.for %l = %c0 to %c3 step %c1 {
          scf.for %m = %c0 to %c3 step %c1 {
            // expected-error@+1 {{finds no free scalar register}}
            %a = arith.addi %i, %j : index
            %d = arith.addi %a, %k : index
            %e = arith.addi %d, %l : index
            %f = arith.addi %e, %m : index
            %s = tile.stream %b[%f + 0] count [4] stride [16] low [] high []
            tile.preload %s
          }
        }
      }
    }
  }
}
