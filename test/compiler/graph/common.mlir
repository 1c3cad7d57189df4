// RUN: npu-opt %s -pass-pipeline="builtin.module(func.func(graph-common))" --remarks-filter=optimisation --remark-format=emitRemark 2>%t.err | FileCheck %s
// RUN: FileCheck %s --check-prefix=WHY < %t.err
// RUN: sed 's/module {/module attributes {graph.disable = ["common"]} {/' %s | npu-opt -pass-pipeline="builtin.module(func.func(graph-common))" | FileCheck %s --check-prefix=OFF

// CHECK-LABEL: @twice
// OFF-LABEL: @twice
module {
  func.func @twice(%x: tensor<4xf32>) -> tensor<4xf32> {
    // CHECK: %[[E:.*]] = graph.relu %arg0
    // CHECK-NEXT: graph.add %[[E]], %[[E]]
    // OFF-COUNT-2: graph.relu
    // WHY: [Passed] common | {{.*}}"computes what 'first' does"
    %a = graph.relu %x : (tensor<4xf32>) -> tensor<4xf32> loc("first")
    %b = graph.relu %x : (tensor<4xf32>) -> tensor<4xf32> loc("second")
    %c = graph.add %a, %b : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
    return %c : tensor<4xf32>
  }
}
