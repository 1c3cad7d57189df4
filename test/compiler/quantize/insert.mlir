// What quantisation writes: quantize and dequantize around the layers, weights with a scale for each output, i32 biases.
// RUN: rm -rf %t && mkdir -p %t
// RUN: /usr/bin/python3 -c "import numpy; numpy.save('%t/a.npy', numpy.array([-1, 0, 1, 1.55], 'f').reshape(1, 1, 2, 2))"
// RUN: npuc %s --quantize int8 --calibrate %t --calibration minmax --no-equalization --no-bias-correction --emit=graph -o /dev/null --print-ir-after=graph-common 2>&1 | FileCheck %s

// Inputs from -1 to 1.55 are 255 steps of 0.01; the results of relu reach 2 * 1.55 + 0.5 and 0.
// CHECK-LABEL: func.func @main
// CHECK-DAG: %[[W:.*]] = graph.constant dense<{{\[\[\[\[}}127]]], {{\[\[\[}}-127]]]]> : tensor<2x1x1x1xi8>
// CHECK-DAG: %[[WR:.*]] = graph.dequantize %[[W]] {axis = 0 : i64, scales = array<f32: 0.0157480{{[0-9]*}}, 0.0078740{{[0-9]*}}>, zero_points = array<i32: 0, 0>}
// CHECK-DAG: %[[B:.*]] = graph.constant dense<[3175, 0]> : tensor<2xi32>
// CHECK-DAG: %[[BR:.*]] = graph.dequantize %[[B]] {axis = 0
// CHECK-DAG: %[[Q:.*]] = graph.quantize %arg0 {scales = array<f32: 0.00999999977>, zero_points = array<i32: -28>}
// CHECK-DAG: %[[X:.*]] = graph.dequantize %[[Q]] {scales = array<f32: 0.00999999977>, zero_points = array<i32: -28>}
// CHECK: %[[C:.*]] = graph.conv %[[X]], %[[WR]], %[[BR]]
// CHECK: %[[R:.*]] = graph.relu %[[C]]
// CHECK: %[[RQ:.*]] = graph.quantize %[[R]] {{.*}}zero_points = array<i32: -128>}
// CHECK: %[[RR:.*]] = graph.dequantize %[[RQ]]
// CHECK: return %[[RR]]
func.func @main(%x: tensor<1x1x2x2xf32> {graph.name = "x"}) -> (tensor<1x2x2x2xf32> {graph.name = "y"}) {
  %w = graph.constant dense<[[[[2.0]]], [[[-1.0]]]]> : tensor<2x1x1x1xf32>
  %b = graph.constant dense<[0.5, 0.0]> : tensor<2xf32>
  %0 = graph.conv %x, %w, %b {strides = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>, groups = 1} : (tensor<1x1x2x2xf32>, tensor<2x1x1x1xf32>, tensor<2xf32>) -> tensor<1x2x2x2xf32>
  %1 = graph.relu %0 : (tensor<1x2x2x2xf32>) -> tensor<1x2x2x2xf32>
  return %1 : tensor<1x2x2x2xf32>
}
