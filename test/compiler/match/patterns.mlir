// What the matcher sees of an instruction: lets are shared, numbers and rows are arguments by their names.
// RUN: npu-opt %s -pass-pipeline='builtin.module(tile-patterns{machine=%S/Inputs/fused.yaml})' | FileCheck %s
module {}
// CHECK: func.func @fused(%[[SRC:.*]]: i8 {match.operand = "src"}, %[[ZERO:.*]]: i32 {match.operand = "zero_in"}, %[[SCALE:.*]]: f32 {match.operand = "scale"}, %{{.*}}: f32 {match.operand = "inverse"}, %{{.*}}: i32 {match.operand = "zero_out"}, %{{.*}}: i32 {match.operand = "low"}, %{{.*}}: i32 {match.operand = "high"}) -> i8
// CHECK: %[[WIDE:.*]] = arith.extsi %[[SRC]] : i8 to i32
// CHECK: %[[OFF:.*]] = arith.subi %[[WIDE]], %[[ZERO]] : i32
// CHECK: %[[REAL:.*]] = arith.sitofp %[[OFF]] : i32 to f32
// CHECK: %[[X:.*]] = arith.mulf %[[REAL]], %[[SCALE]] : f32
// CHECK: %[[SIXTH:.*]] = arith.mulf %[[X]]
// CHECK: %[[GATE:.*]] = arith.minimumf
// CHECK: arith.mulf %[[X]], %[[GATE]] : f32
// CHECK: graph.to_int %{{.*}} : f32 -> i32
// CHECK: graph.sat_add
// CHECK: arith.maxsi
// CHECK: arith.minsi
// CHECK: arith.trunci %{{.*}} : i32 to i8
