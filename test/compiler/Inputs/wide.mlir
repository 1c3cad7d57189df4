func.func @main(%x: tensor<1x1x2x1500xf32> {graph.name = "x"}) -> (tensor<1x1x2x1500xf32> {graph.name = "y"}) {
  %w = graph.constant dense<3> : tensor<1x1x3x3xi8>
  %q = graph.quantize %x {scales = array<f32: 0.5>, zero_points = array<i32: 3>} : tensor<1x1x2x1500xf32> -> tensor<1x1x2x1500xi8>
  %0 = graph.dequantize %q {scales = array<f32: 0.5>, zero_points = array<i32: 3>} : tensor<1x1x2x1500xi8> -> tensor<1x1x2x1500xf32>
  %1 = graph.dequantize %w {scales = array<f32: 0.25>, zero_points = array<i32: 0>} : tensor<1x1x3x3xi8> -> tensor<1x1x3x3xf32>
  %2 = graph.conv %0, %1 {strides = array<i64: 1, 1>, pads = array<i64: 1, 1, 1, 1>, dilations = array<i64: 1, 1>, groups = 1} : (tensor<1x1x2x1500xf32>, tensor<1x1x3x3xf32>) -> tensor<1x1x2x1500xf32> loc("wide")
  %3 = graph.quantize %2 {scales = array<f32: 1.0>, zero_points = array<i32: -10>} : tensor<1x1x2x1500xf32> -> tensor<1x1x2x1500xi8>
  %4 = graph.dequantize %3 {scales = array<f32: 1.0>, zero_points = array<i32: -10>} : tensor<1x1x2x1500xi8> -> tensor<1x1x2x1500xf32>
  return %4 : tensor<1x1x2x1500xf32>
}
