// Control flow: its text form, and what its verifiers refuse.
// RUN: npu-opt %s -split-input-file -verify-diagnostics | FileCheck %s

// CHECK-LABEL: @main
// CHECK: graph.if %{{.*}} @then(%{{.*}}) else @else() : (tensor<i1>, tensor<4xf32>) -> tensor<4xf32>
// CHECK: graph.loop @turn most 5 carried(%{{.*}}) scanned(%{{.*}}) inputs(%{{.*}}) backwards [true, false]
// CHECK: graph.loop @until most 9223372036854775807 trips %{{.*}} while %{{.*}} carried(%{{.*}}) scanned() inputs() backwards []
func.func @main(%c: tensor<i1>, %n: tensor<i64>, %x: tensor<4xf32>, %s: tensor<5x4xf32>) -> (tensor<4xf32>, tensor<5x4xf32>, tensor<4xf32>) {
  %0 = graph.if %c @then(%x) else @else() : (tensor<i1>, tensor<4xf32>) -> tensor<4xf32>
  %1:2 = graph.loop @turn most 5 carried(%0) scanned(%s) inputs(%x) backwards [true, false]
    : (tensor<4xf32>, tensor<5x4xf32>, tensor<4xf32>) -> (tensor<4xf32>, tensor<5x4xf32>)
  %2 = graph.loop @until most 9223372036854775807 trips %n while %c carried(%x) scanned() inputs() backwards []
    : (tensor<i64>, tensor<i1>, tensor<4xf32>) -> tensor<4xf32>
  return %1#0, %1#1, %2 : tensor<4xf32>, tensor<5x4xf32>, tensor<4xf32>
}
func.func private @then(%x: tensor<4xf32>) -> tensor<4xf32> {
  return %x : tensor<4xf32>
}
func.func private @else() -> tensor<4xf32> {
  %0 = graph.constant dense<1.0> : tensor<4xf32>
  return %0 : tensor<4xf32>
}
func.func private @turn(%i: tensor<i64>, %old: tensor<4xf32>, %row: tensor<4xf32>, %x: tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>) {
  return %row, %old : tensor<4xf32>, tensor<4xf32>
}
func.func private @until(%i: tensor<i64>, %old: tensor<4xf32>) -> (tensor<i1>, tensor<4xf32>) {
  %0 = graph.constant dense<false> : tensor<i1>
  return %0, %old : tensor<i1>, tensor<4xf32>
}

// -----

func.func @missing(%c: tensor<i1>) -> tensor<4xf32> {
  // expected-error @below {{calls @then, which is no function with a body}}
  %0 = graph.if %c @then() else @then() : (tensor<i1>) -> tensor<4xf32>
  return %0 : tensor<4xf32>
}

// -----

func.func @differs(%c: tensor<i1>, %x: tensor<4xf32>) -> tensor<4xf32> {
  // expected-error @below {{calls @arm as '(tensor<4xf32>) -> tensor<4xf32>', which is '(tensor<3xf32>) -> tensor<3xf32>'}}
  %0 = graph.if %c @arm(%x) else @arm(%x) : (tensor<i1>, tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  return %0 : tensor<4xf32>
}
func.func private @arm(%x: tensor<3xf32>) -> tensor<3xf32> {
  return %x : tensor<3xf32>
}

// -----

func.func @condition(%c: tensor<2xi1>, %x: tensor<4xf32>) -> tensor<4xf32> {
  // expected-error @below {{has the condition 'tensor<2xi1>', which is not one integer or truth}}
  %0 = graph.if %c @arm(%x) else @arm(%x) : (tensor<2xi1>, tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  return %0 : tensor<4xf32>
}
func.func private @arm(%x: tensor<4xf32>) -> tensor<4xf32> {
  return %x : tensor<4xf32>
}

// -----

func.func @collects(%n: tensor<i64>) -> tensor<3x4xf32> {
  // expected-error @below {{collects tensors whose length is not known}}
  %0 = graph.loop @turn most 3 trips %n carried() scanned() inputs() backwards [false] : (tensor<i64>) -> tensor<3x4xf32>
  return %0 : tensor<3x4xf32>
}
func.func private @turn(%i: tensor<i64>) -> tensor<4xf32> {
  %0 = graph.constant dense<1.0> : tensor<4xf32>
  return %0 : tensor<4xf32>
}

// -----

func.func @scans(%s: tensor<3x4xf32>) -> tensor<2x4xf32> {
  // expected-error @below {{scans 'tensor<3x4xf32>' in 2 turns}}
  %0 = graph.loop @turn most 2 carried() scanned(%s) inputs() backwards [false, false] : (tensor<3x4xf32>) -> tensor<2x4xf32>
  return %0 : tensor<2x4xf32>
}
func.func private @turn(%i: tensor<i64>, %row: tensor<4xf32>) -> tensor<4xf32> {
  return %row : tensor<4xf32>
}
