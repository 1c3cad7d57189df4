// One instruction for all of a hard-swish is found by its meaning: with its own names, with others, with operands of
// commutative operations exchanged, and written with other conversions and clamps.
//
// RUN: npu-opt %s -pass-pipeline='builtin.module(tile-plan{machine=%S/Inputs/fused.yaml})' | FileCheck %s
// RUN: mkdir -p %t && sed 's|base: .*|base: %S/../../../isa/machines/edge16.yaml|' %S/Inputs/fused.yaml > %t/base.yaml
// RUN: sed 's/fused:/other:/; s/zero_in/p/g; s/{zero_out}/{q}/; s/zero_out/q/g; s/inverse/r/g; s/gate/lever/g' %t/base.yaml > %t/renamed.yaml
// RUN: npu-opt %s -pass-pipeline='builtin.module(tile-plan{machine=%t/renamed.yaml})' | FileCheck %s --check-prefix=RENAMED
// RUN: sed 's/x \* gate \* inverse/inverse * (gate * x)/; s/x \* 0.16666667 + 0.5/0.5 + 0.16666667 * x/; s/"f32(i32(src) - zero_in) \* scale"/"scale * f32(i32(src) - zero_in)"/' %t/base.yaml > %t/permuted.yaml
// RUN: npu-opt %s -pass-pipeline='builtin.module(tile-plan{machine=%t/permuted.yaml})' | FileCheck %s
// RUN: sed 's/clamp(x \(.*\), 0.0, 1.0)/max(min(1.0, x \1), 0.0)/; s/f32(i32(src) - zero_in)/(f32(src) - f32(i32(zero_in)))/; s/i8(clamp(sat_add(\(.*\), zero_out), low, high))/sat_i8(clamp(sat_add(\1, zero_out), low, high))/' %t/base.yaml > %t/clamps.yaml
// RUN: npu-opt %s -pass-pipeline='builtin.module(tile-plan{machine=%t/clamps.yaml})' | FileCheck %s --check-prefix=CLAMPS
//
// Another function is not taken for it, and neither is one of another order of operations: f32 products do not associate.
// RUN: sed 's/+ 0.5, 0.0/+ 0.25, 0.0/' %t/base.yaml > %t/wrong.yaml
// RUN: bash -c "npu-opt %s -pass-pipeline='builtin.module(tile-plan{machine=%t/wrong.yaml})' 2>&1 || true" | FileCheck %s --check-prefix=WRONG
// RUN: sed 's/x \* gate \* inverse/x * (gate * inverse)/' %t/base.yaml > %t/order.yaml
// RUN: bash -c "npu-opt %s -pass-pipeline='builtin.module(tile-plan{machine=%t/order.yaml})' 2>&1 || true" | FileCheck %s --check-prefix=WRONG

// CHECK: tile.cover
// CHECK-SAME: cycles = 256
// CHECK-SAME: instruction = "fused"
// The input's zero point is -7, the inverse of the scale 0.0473 is 21.1416492, the output's zero point is -11.
// CHECK-SAME: bits = array<i64: 4294967289>, {{.*}}name = "zero_in"
// CHECK-SAME: bits = array<i64: 1028443341>, {{.*}}name = "scale"
// CHECK-SAME: bits = array<i64: 1101603353>, {{.*}}name = "inverse"
// CHECK-SAME: bits = array<i64: 4294967285>, {{.*}}name = "zero_out"
// RENAMED: instruction = "other"
// RENAMED-SAME: bits = array<i64: 4294967289>, {{.*}}name = "p"
// RENAMED-SAME: bits = array<i64: 1101603353>, {{.*}}name = "r"
// RENAMED-SAME: bits = array<i64: 4294967285>, {{.*}}name = "q"
// CLAMPS: instruction = "fused"
// WRONG: tile.cover
// WRONG-NOT: instruction = "fused"
func.func @main(%x: tensor<1x5x6x8xi8>) -> tensor<1x5x6x8xi8> {
  %y = graph.map %x : (tensor<1x5x6x8xi8>) -> tensor<1x5x6x8xi8> {
  ^bb0(%q: i8):
    %f = arith.sitofp %q : i8 to f32
    %zero = arith.constant -7.0 : f32
    %d = arith.subf %f, %zero : f32
    %scale = arith.constant 5.000000e-02 : f32
    %r = arith.mulf %d, %scale : f32
    %sixth = arith.constant 0.166666672 : f32
    %p = arith.mulf %r, %sixth : f32
    %half = arith.constant 0.5 : f32
    %s = arith.addf %p, %half : f32
    %low = arith.constant 0.0 : f32
    %above = arith.maximumf %s, %low : f32
    %high = arith.constant 1.0 : f32
    %gate = arith.minimumf %above, %high : f32
    %w = arith.mulf %r, %gate : f32
    %out = arith.constant 4.730000e-02 : f32
    %v = arith.divf %w, %out : f32
    %n = math.roundeven %v : f32
    %z = arith.constant -11.0 : f32
    %t = arith.addf %n, %z : f32
    %i = graph.to_int %t : f32 -> i8
    graph.yield %i : i8
  } loc("swish")
  return %y : tensor<1x5x6x8xi8>
}
