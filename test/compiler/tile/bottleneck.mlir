// RUN: npu-opt %s -tile-plan=machine=edge16 -tile-generate=machine=edge16 -canonicalize -cse -split-input-file | FileCheck %s
// RUN: npu-opt %s -tile-plan=machine=edge16 --remarks-filter=optimisation --remark-format=emitRemark -split-input-file -o /dev/null 2>&1 | FileCheck %s --check-prefix=REMARK

// A depthwise convolution and the 1x1 convolutions around it are one layer, which reads the bottleneck's input once and adds it from there.
// CHECK-LABEL: tile.layer "expand+filter+project+sum" {
// CHECK: tile.copy_in
// CHECK: tile.reduce "depthwise"
// CHECK: tile.map "add"
// CHECK: tile.copy_out
// CHECK-NOT: tile.layer
// REMARK: project"{{.*}}is one layer with what is before it, from 'expand' on
func.func @main(%x: tensor<1x64x14x14xi8> {graph.name = "x", graph.shape = [1, 64, 14, 14], graph.type = "i8", graph.qtype = "i8", graph.scale = 1.0 : f64, graph.zero_point = 0 : i64}) -> (tensor<1x64x14x14xi8> {graph.name = "y", graph.shape = [1, 64, 14, 14], graph.type = "i8", graph.qtype = "i8", graph.scale = 1.0 : f64, graph.zero_point = 0 : i64}) {
  %w0 = graph.constant dense<1> : tensor<384x64x1x1xi8>
  %b0 = graph.constant dense<1073741824> : tensor<384xi32>
  %s0 = graph.constant dense<40> : tensor<384xi32>
  %a0 = graph.qconv %x, %w0, %b0 {strides = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>, groups = 1 : i64, fill = 0 : i64} : (tensor<1x64x14x14xi8>, tensor<384x64x1x1xi8>, tensor<384xi32>) -> tensor<1x384x14x14xi32> loc("expand")
  %r0 = graph.requant %a0, %b0, %s0 {zero_point = 0 : i64, low = -128 : i64, high = 127 : i64} : (tensor<1x384x14x14xi32>, tensor<384xi32>, tensor<384xi32>) -> tensor<1x384x14x14xi8> loc("expand")
  %w1 = graph.constant dense<1> : tensor<384x1x3x3xi8>
  %b1 = graph.constant dense<1073741824> : tensor<384xi32>
  %s1 = graph.constant dense<40> : tensor<384xi32>
  %a1 = graph.qconv %r0, %w1, %b1 {strides = array<i64: 1, 1>, pads = array<i64: 1, 1, 1, 1>, dilations = array<i64: 1, 1>, groups = 384 : i64, fill = 0 : i64} : (tensor<1x384x14x14xi8>, tensor<384x1x3x3xi8>, tensor<384xi32>) -> tensor<1x384x14x14xi32> loc("filter")
  %r1 = graph.requant %a1, %b1, %s1 {zero_point = 0 : i64, low = -128 : i64, high = 127 : i64} : (tensor<1x384x14x14xi32>, tensor<384xi32>, tensor<384xi32>) -> tensor<1x384x14x14xi8> loc("filter")
  %w2 = graph.constant dense<1> : tensor<64x384x1x1xi8>
  %b2 = graph.constant dense<1073741824> : tensor<64xi32>
  %s2 = graph.constant dense<40> : tensor<64xi32>
  %a2 = graph.qconv %r1, %w2, %b2 {strides = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>, groups = 1 : i64, fill = 0 : i64} : (tensor<1x384x14x14xi8>, tensor<64x384x1x1xi8>, tensor<64xi32>) -> tensor<1x64x14x14xi32> loc("project")
  %r2 = graph.requant %a2, %b2, %s2 {zero_point = 0 : i64, low = -128 : i64, high = 127 : i64} : (tensor<1x64x14x14xi32>, tensor<64xi32>, tensor<64xi32>) -> tensor<1x64x14x14xi8> loc("project")
  %4 = graph.qadd %r2, %x {zero_a = 0 : i64, mult_a = 1 : i64, zero_b = 0 : i64, mult_b = 1 : i64, shift = 1 : i64, zero_point = 0 : i64, low = -128 : i64, high = 127 : i64} : (tensor<1x64x14x14xi8>, tensor<1x64x14x14xi8>) -> tensor<1x64x14x14xi8> loc("sum")
  return %4 : tensor<1x64x14x14xi8>
}

// -----

// Somebody else reads what is in between: three layers.
// CHECK-LABEL: tile.layer "expand" {
// CHECK: tile.layer "filter" {
// CHECK: tile.layer "project+sum" {
// REMARK: project"{{.*}}the depthwise convolution's result has other readers
func.func @main(%x: tensor<1x64x14x14xi8> {graph.name = "x", graph.shape = [1, 64, 14, 14], graph.type = "i8", graph.qtype = "i8", graph.scale = 1.0 : f64, graph.zero_point = 0 : i64}) -> (tensor<1x384x14x14xi8> {graph.name = "y", graph.shape = [1, 384, 14, 14], graph.type = "i8", graph.qtype = "i8", graph.scale = 1.0 : f64, graph.zero_point = 0 : i64}) {
  %w0 = graph.constant dense<1> : tensor<384x64x1x1xi8>
  %b0 = graph.constant dense<1073741824> : tensor<384xi32>
  %s0 = graph.constant dense<40> : tensor<384xi32>
  %a0 = graph.qconv %x, %w0, %b0 {strides = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>, groups = 1 : i64, fill = 0 : i64} : (tensor<1x64x14x14xi8>, tensor<384x64x1x1xi8>, tensor<384xi32>) -> tensor<1x384x14x14xi32> loc("expand")
  %r0 = graph.requant %a0, %b0, %s0 {zero_point = 0 : i64, low = -128 : i64, high = 127 : i64} : (tensor<1x384x14x14xi32>, tensor<384xi32>, tensor<384xi32>) -> tensor<1x384x14x14xi8> loc("expand")
  %w1 = graph.constant dense<1> : tensor<384x1x3x3xi8>
  %b1 = graph.constant dense<1073741824> : tensor<384xi32>
  %s1 = graph.constant dense<40> : tensor<384xi32>
  %a1 = graph.qconv %r0, %w1, %b1 {strides = array<i64: 1, 1>, pads = array<i64: 1, 1, 1, 1>, dilations = array<i64: 1, 1>, groups = 384 : i64, fill = 0 : i64} : (tensor<1x384x14x14xi8>, tensor<384x1x3x3xi8>, tensor<384xi32>) -> tensor<1x384x14x14xi32> loc("filter")
  %r1 = graph.requant %a1, %b1, %s1 {zero_point = 0 : i64, low = -128 : i64, high = 127 : i64} : (tensor<1x384x14x14xi32>, tensor<384xi32>, tensor<384xi32>) -> tensor<1x384x14x14xi8> loc("filter")
  %w2 = graph.constant dense<1> : tensor<384x384x1x1xi8>
  %b2 = graph.constant dense<1073741824> : tensor<384xi32>
  %s2 = graph.constant dense<40> : tensor<384xi32>
  %a2 = graph.qconv %r1, %w2, %b2 {strides = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>, groups = 1 : i64, fill = 0 : i64} : (tensor<1x384x14x14xi8>, tensor<384x384x1x1xi8>, tensor<384xi32>) -> tensor<1x384x14x14xi32> loc("project")
  %r2 = graph.requant %a2, %b2, %s2 {zero_point = 0 : i64, low = -128 : i64, high = 127 : i64} : (tensor<1x384x14x14xi32>, tensor<384xi32>, tensor<384xi32>) -> tensor<1x384x14x14xi8> loc("project")
  %4 = graph.qadd %r2, %r1 {zero_a = 0 : i64, mult_a = 1 : i64, zero_b = 0 : i64, mult_b = 1 : i64, shift = 1 : i64, zero_point = 0 : i64, low = -128 : i64, high = 127 : i64} : (tensor<1x384x14x14xi8>, tensor<1x384x14x14xi8>) -> tensor<1x384x14x14xi8> loc("sum")
  return %4 : tensor<1x384x14x14xi8>
}

// -----

// Without an expansion the other two are one layer; the sum's operand is loaded.
// CHECK-LABEL: tile.layer "filter+project+sum" {
// CHECK: tile.reduce "depthwise"
// CHECK: tile.map "add"
// CHECK: tile.copy_out
// CHECK-NOT: tile.layer
// REMARK: project"{{.*}}is one layer with what is before it, from 'filter' on
func.func @main(%x: tensor<1x144x56x56xi8> {graph.name = "x", graph.shape = [1, 144, 56, 56], graph.type = "i8", graph.qtype = "i8", graph.scale = 1.0 : f64, graph.zero_point = 0 : i64}, %z: tensor<1x24x56x56xi8> {graph.name = "z", graph.shape = [1, 24, 56, 56], graph.type = "i8", graph.qtype = "i8", graph.scale = 1.0 : f64, graph.zero_point = 0 : i64}) -> (tensor<1x24x56x56xi8> {graph.name = "y", graph.shape = [1, 24, 56, 56], graph.type = "i8", graph.qtype = "i8", graph.scale = 1.0 : f64, graph.zero_point = 0 : i64}) {
  %b1 = graph.constant dense<1073741824> : tensor<144xi32>
  %s1 = graph.constant dense<40> : tensor<144xi32>
  %w1 = graph.constant dense<1> : tensor<144x1x3x3xi8>
  %a1 = graph.qconv %x, %w1, %b1 {strides = array<i64: 1, 1>, pads = array<i64: 1, 1, 1, 1>, dilations = array<i64: 1, 1>, groups = 144 : i64, fill = 0 : i64} : (tensor<1x144x56x56xi8>, tensor<144x1x3x3xi8>, tensor<144xi32>) -> tensor<1x144x56x56xi32> loc("filter")
  %r1 = graph.requant %a1, %b1, %s1 {zero_point = 0 : i64, low = -128 : i64, high = 127 : i64} : (tensor<1x144x56x56xi32>, tensor<144xi32>, tensor<144xi32>) -> tensor<1x144x56x56xi8> loc("filter")
  %b2 = graph.constant dense<1073741824> : tensor<24xi32>
  %s2 = graph.constant dense<40> : tensor<24xi32>
  %w2 = graph.constant dense<1> : tensor<24x144x1x1xi8>
  %a2 = graph.qconv %r1, %w2, %b2 {strides = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>, groups = 1 : i64, fill = 0 : i64} : (tensor<1x144x56x56xi8>, tensor<24x144x1x1xi8>, tensor<24xi32>) -> tensor<1x24x56x56xi32> loc("project")
  %r2 = graph.requant %a2, %b2, %s2 {zero_point = 0 : i64, low = -128 : i64, high = 127 : i64} : (tensor<1x24x56x56xi32>, tensor<24xi32>, tensor<24xi32>) -> tensor<1x24x56x56xi8> loc("project")
  %4 = graph.qadd %r2, %z {zero_a = 0 : i64, mult_a = 1 : i64, zero_b = 0 : i64, mult_b = 1 : i64, shift = 1 : i64, zero_point = 0 : i64, low = -128 : i64, high = 127 : i64} : (tensor<1x24x56x56xi8>, tensor<1x24x56x56xi8>) -> tensor<1x24x56x56xi8> loc("sum")
  return %4 : tensor<1x24x56x56xi8>
}
