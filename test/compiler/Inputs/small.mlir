func.func @main(%x: tensor<1x16x4x4xf32> {graph.name = "x"}) -> (tensor<1x16x4x4xf32> {graph.name = "y"}) {
  %q = graph.quantize %x {scales = array<f32: 0.5>, zero_points = array<i32: 3>} : tensor<1x16x4x4xf32> -> tensor<1x16x4x4xi8>
  %0 = graph.dequantize %q {scales = array<f32: 0.5>, zero_points = array<i32: 3>} : tensor<1x16x4x4xi8> -> tensor<1x16x4x4xf32>
  return %0 : tensor<1x16x4x4xf32>
}
