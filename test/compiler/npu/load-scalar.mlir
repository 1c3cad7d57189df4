// RUN: npu-opt %s -npu-lower=machine=npu16 | FileCheck %s
// RUN: not npu-opt %s -npu-lower=machine=edge16 2>&1 | FileCheck %s --check-prefix=LACKS
// A word of the scratchpad becomes a scalar, which addresses what is loaded next.

// CHECK: npu.inst "lds" {address = array<i64: 68, [[AT:[0-9]+]]>, rd = [[ROW:[0-9]+]] : i64}
// CHECK-NEXT: npu.inst "muli" {imm = 256 : i64, rd = [[FROM:[0-9]+]] : i64, rs1 = [[ROW]] : i64}
// CHECK: npu.inst "ld" {{.*}}dram = array<i64: 4096, [[FROM]], {{[0-9]+}}>
// LACKS: error: edge16 loads no scalars from the scratchpad
tile.layer "layer" {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c3 = arith.constant 3 : index
  %c4 = arith.constant 4 : index
  %c256 = arith.constant 256 : index
  %b = tile.buffer "scratchpad" at 64 size 4096 "b"
  %table = tile.buffer "dram" at 4096 size 65536 "table"
  scf.for %i = %c0 to %c3 step %c1 {
    %at = arith.muli %i, %c4 : index
    %word = tile.stream %b[%at + 4] count [] stride [] low [] high []
    %row = tile.load_scalar %word
    %from = arith.muli %row, %c256 : index
    %src = tile.stream %table[%from + 0] count [] stride [] low [] high []
    %dst = tile.stream %b[1024] count [] stride [] low [] high []
    tile.copy_in %dst, %src bytes %c256
  }
}
