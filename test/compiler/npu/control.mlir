// Branches and loops around layers: one register counts the turns, tokens balance on every way.
// RUN: npu-opt %s -npu-lower=machine=npu16 | FileCheck %s
// RUN: not npu-opt %s -npu-lower=machine=edge16 2>&1 | FileCheck %s --check-prefix=LACKS

// The loop: its turn's number, at most five of them, left when the word is zero.
// CHECK: npu.layer "loop"
// CHECK-NEXT: npu.inst "addi" {imm = 0 : i64, rd = [[TURN:[0-9]+]] : i64, rs1 = 0 : i64}
// CHECK-NEXT: npu.label ".L0"
// CHECK: npu.layer "inside"
// CHECK: npu.inst "muli" {imm = 64 : i64, rd = {{[0-9]+}} : i64, rs1 = [[TURN]] : i64}
// CHECK: npu.inst "sts" {address = array<i64: 128, 0>, rs = [[TURN]] : i64}
// CHECK: npu.inst "lds" {{.*}}rd = [[GOES:[0-9]+]] : i64
// CHECK: npu.layer "loop"
// CHECK-NEXT: npu.inst "addi" {imm = 1 : i64, rd = [[TURN]] : i64, rs1 = [[TURN]] : i64}
// CHECK: npu.inst "addi" {imm = 1 : i64, rd = [[ONE:[0-9]+]] : i64, rs1 = 0 : i64}
// CHECK-NEXT: npu.inst "blt" {rs1 = [[GOES]] : i64, rs2 = [[ONE]] : i64, target = ".L0e"}
// CHECK: npu.inst "blt" {rs1 = [[TURN]] : i64, {{.*}}target = ".L0"}
// CHECK-NEXT: npu.label ".L0e"
// How many turns there were.
// CHECK-NEXT: npu.inst "addi" {imm = 0 : i64, rd = [[DONE:[0-9]+]] : i64, rs1 = [[TURN]] : i64}
// CHECK: npu.inst "sts" {{.*}}rs = [[DONE]] : i64
// The branch: below one means otherwise.
// CHECK: npu.layer "branch"
// CHECK: npu.inst "blt" {{.*}}target = ".L1"}
// CHECK: npu.layer "then"
// CHECK: npu.inst "blt" {rs1 = 0 : i64, {{.*}}target = ".L1e"}
// CHECK-NEXT: npu.label ".L1"
// CHECK-NEXT: npu.layer "else"
// CHECK: npu.label ".L1e"
// Where it cannot go on, the program ends.
// CHECK: npu.stop "no more" resumes false
// CHECK-NEXT: npu.inst "halt"
// An endless loop jumps back always; it is entered where the word is above zero.
// CHECK: npu.inst "blt" {{.*}}target = ".L2e"}
// CHECK: npu.label ".L2"
// CHECK: npu.inst "blt" {rs1 = 0 : i64, {{.*}}target = ".L2"}
// LACKS: error: edge16 stores no scalars in the scratchpad
%c4 = arith.constant 4 : index
%c5 = arith.constant 5 : index
%pad = tile.buffer "scratchpad" at 64 size 4096 "pad"
%dram = tile.buffer "dram" at 4096 size 65536 "dram"
%word = tile.stream %pad[0] count [] stride [] low [] high []
%done = tile.repeat "loop" turns %c5 {
^bb0(%turn: index):
  tile.layer "inside" {
    %c64 = arith.constant 64 : index
    %c8 = arith.constant 8 : index
    %at = arith.muli %turn, %c64 : index
    %src = tile.stream %dram[%at + 0] count [] stride [] low [] high []
    %dst = tile.stream %pad[1024] count [] stride [] low [] high []
    tile.copy_in %dst, %src bytes %c8
    %to = tile.stream %pad[64] count [] stride [] low [] high []
    tile.store_scalar %turn, %to
  }
  %goes = tile.load_scalar %word
  tile.leave %goes
}
tile.layer "count" {
  %to = tile.stream %pad[64] count [] stride [] low [] high []
  tile.store_scalar %done, %to
}
%which = tile.load_scalar %word
tile.branch "branch" %which {
  tile.layer "then" {
    %c8 = arith.constant 8 : index
    %src = tile.stream %dram[0] count [] stride [] low [] high []
    %dst = tile.stream %pad[1024] count [] stride [] low [] high []
    tile.copy_in %dst, %src bytes %c8
  }
} else {
  tile.layer "else" {
    tile.signal "store" to "load"
  }
}
tile.stop "no more" resumes false
%enter = tile.load_scalar %word
%never = tile.repeat "endless" if %enter {
^bb0(%turn: index):
  tile.layer "again" {
    tile.signal "store" to "load"
  }
}
