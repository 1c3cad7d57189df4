// A map that no instructions compute is refused with what is missing.
// RUN: not npu-opt %s -pass-pipeline='builtin.module(tile-plan{machine=%S/Inputs/chain.yaml})' 2>&1 | FileCheck %s
// CHECK: error: {{.*}}'turn' does not fit edge16_chain: no map of edge16_chain computes math.atan
func.func @main(%x: tensor<1x5x6x8xi8>) -> tensor<1x5x6x8xi8> {
  %y = graph.map %x : (tensor<1x5x6x8xi8>) -> tensor<1x5x6x8xi8> {
  ^bb0(%q: i8):
    %f = arith.sitofp %q : i8 to f32
    %a = math.atan %f : f32
    %i = graph.to_int %a : f32 -> i8
    graph.yield %i : i8
  } loc("turn")
  return %y : tensor<1x5x6x8xi8>
}
