// RUN: npu-opt %s -npu-tokens=machine=edge16 | FileCheck %s

npu.program {
  // Neighbours take the masks.
  // CHECK: npu.inst "vset" {lane = 1 : i64, value = array<i64: 1, 0>} wait ["load", "matrix"] post ["load"]
  npu.await "vector" from "load"
  npu.await "vector" from "matrix"
  npu.inst "vset" {lane = 1 : i64, value = array<i64: 1, 0>}
  npu.signal "vector" to "load"
  // The same bit twice: an instruction that only signals.
  // CHECK-NEXT: npu.inst "vset" {lane = 15 : i64, value = array<i64: 0, 0>} post ["load"]
  npu.signal "vector" to "load"
  // At a loop's edge nothing crosses.
  // CHECK-NEXT: npu.inst "mm" {{.*}}next = 0{{.*}} wait ["load"]
  // CHECK-NEXT: npu.inst "loop"
  npu.await "matrix" from "load"
  npu.inst "loop" {count = array<i64: 2, 0>, target = "end"}
  // CHECK-NEXT: npu.inst "mm" {{.*}}next = 1 : i64{{.*}}} post ["vector"]
  npu.inst "mm" {accumulate = array<i64: 0, 0>, dst = array<i64: 0, 0, 0>, fill = array<i64: 0, 0>, next = 1 : i64, src = array<i64: 0, 0, 0>}
  npu.signal "matrix" to "vector"
  // CHECK-NEXT: npu.label "end"
  npu.label "end"
  // A weight set that only waits is preloaded and passed over.
  // CHECK-NEXT: npu.inst "ldw" {{.*}} wait ["load"]
  // CHECK-NEXT: npu.inst "mm" {{.*}}next = 1
  npu.await "weights" from "load"
  // CHECK-NEXT: npu.inst "sync" {} wait ["vector"]
  npu.await "sequencer" from "vector"
  // CHECK-NEXT: npu.inst "halt" {}
  npu.inst "halt" {}
}
