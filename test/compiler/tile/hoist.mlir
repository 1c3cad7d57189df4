// RUN: npu-opt %s -tile-hoist | FileCheck %s

// What depends on the outer loop alone is computed there; what only one turn needs stays where it is needed.
// CHECK: scf.for %[[BAND:.*]] = %{{.*}} to %c7
// CHECK: %[[ROW:.*]] = arith.muli %[[BAND]], %c3
// CHECK: scf.for %[[BLOCK:.*]] = %{{.*}} to %c5
// CHECK: arith.addi %[[ROW]], %[[BLOCK]]
// CHECK: scf.for
// CHECK: arith.subi %[[BAND]], %c5
func.func private @use(index)
func.func @main() {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c3 = arith.constant 3 : index
  %c5 = arith.constant 5 : index
  %c7 = arith.constant 7 : index
  scf.for %band = %c0 to %c7 step %c1 {
    scf.for %block = %c0 to %c5 step %c1 {
      %row = arith.muli %band, %c3 : index
      %sum = arith.addi %row, %block : index
      func.call @use(%sum) : (index) -> ()
      %once = arith.minsi %sum, %c1 : index
      scf.for %turn = %c0 to %once step %c1 {
        %before = arith.subi %band, %c5 : index
        func.call @use(%before) : (index) -> ()
      }
    }
  }
  return
}
