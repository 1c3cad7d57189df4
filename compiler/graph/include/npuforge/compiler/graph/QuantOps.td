// Lowered operators: integers only. Activations are i8, NCHW, N = 1.
// round(a / 2^s) is to the nearest integer, ties to even. A multiplier and a shift stand for multiplier / 2^shift;
// multipliers have 31 significant bits (in [2^30, 2^31) unless the shift would pass 63).
// to_words and to_blocks stand where a network changes between these tensors and those of tensor operators.
#ifndef NPUFORGE_GRAPH_QUANT_OPS
#define NPUFORGE_GRAPH_QUANT_OPS

include "npuforge/compiler/graph/GraphBase.td"

class Graph_QOp<string mnemonic, string what> : Graph_Op<mnemonic> {
  let summary = what;
  let assemblyFormat = "operands attr-dict `:` functional-type(operands, results)";
  let hasVerifier = 1;
}

def Graph_QConvOp : Graph_QOp<"qconv", "Convolution into i32 accumulators"> {
  let description = [{
    acc[o][y][x] = bias[o] + sum over the taps of input * weights; taps outside the input read `fill`, the input's zero
    point, so that the bias can hold the zero point's share: bias - zero_point * sum(weights of o).
    input [1, C, H, W], weights [O, C / groups, KH, KW], bias [O], result [1, O, OH, OW]. groups is 1, or C with O = C
    (depthwise). pads are [top, left, bottom, right].
  }];
  let arguments = (ins Graph_I8Tensor:$input, Graph_I8Tensor:$weights, Graph_I32Tensor:$bias,
                       DenseI64ArrayAttr:$strides, DenseI64ArrayAttr:$pads, DenseI64ArrayAttr:$dilations,
                       Graph_Int:$groups, Graph_Int:$fill);
  let results = (outs Graph_I32Tensor:$result);
}

def Graph_QMatMulOp : Graph_QOp<"qmatmul", "Rows times constant matrix into i32; becomes qconv in graph-fold-views"> {
  let description = [{
    input [M, K], weights [N, K] (already transposed), bias [N] with the zero point's share folded in, result [M, N].
  }];
  let arguments = (ins Graph_I8Tensor:$input, Graph_I8Tensor:$weights, Graph_I32Tensor:$bias);
  let results = (outs Graph_I32Tensor:$result);
}

def Graph_RequantOp : Graph_QOp<"requant", "Accumulators to i8, a multiplier for each channel"> {
  let description = [{
    clamp(round(acc * multiplier[o] / 2^shift[o]) + zero_point, low, high); multiplier and shift are constants [O].
  }];
  let arguments = (ins Graph_I32Tensor:$input, Graph_I32Tensor:$multiplier, Graph_I32Tensor:$shift,
                       Graph_Int:$zero_point, Graph_Int:$low, Graph_Int:$high);
  let results = (outs Graph_I8Tensor:$result);
}

def Graph_RescaleOp : Graph_QOp<"rescale", "i8 to i8 of another scale, or clamped"> {
  let description = "clamp(round((x - zero_x) * multiplier / 2^shift) + zero_point, low, high)";
  let arguments = (ins Graph_I8Tensor:$input, Graph_Int:$zero_x, Graph_Int:$multiplier, Graph_Int:$shift,
                       Graph_Int:$zero_point, Graph_Int:$low, Graph_Int:$high);
  let results = (outs Graph_I8Tensor:$result);
}

def Graph_QAddOp : Graph_QOp<"qadd", "Sum of two i8 tensors"> {
  let description = [{
    clamp(round(((a - zero_a) * mult_a + (b - zero_b) * mult_b) / 2^shift) + zero_point, low, high).
    b has a's shape or [1, C, 1, 1]; it may be a constant.
  }];
  let arguments = (ins Graph_I8Tensor:$a, Graph_I8Tensor:$b, Graph_Int:$zero_a, Graph_Int:$mult_a, Graph_Int:$zero_b,
                       Graph_Int:$mult_b, Graph_Int:$shift, Graph_Int:$zero_point, Graph_Int:$low, Graph_Int:$high);
  let results = (outs Graph_I8Tensor:$result);
}

def Graph_QMaxPoolOp : Graph_QOp<"qmax_pool", "Maximum over windows"> {
  let description = "clamp(maximum over the window's taps inside the input (outside: -128), low, high)";
  let arguments = (ins Graph_I8Tensor:$input, DenseI64ArrayAttr:$kernel, DenseI64ArrayAttr:$strides,
                       DenseI64ArrayAttr:$pads, DenseI64ArrayAttr:$dilations, Graph_Int:$low, Graph_Int:$high);
  let results = (outs Graph_I8Tensor:$result);
}

def Graph_QAvgPoolOp : Graph_QOp<"qavg_pool", "Average over windows"> {
  let description = [{
    clamp(round(sum over the taps inside the input of (x - zero_x) * multiplier / 2^shift) + zero_point, low, high).
    `scale` is input scale / output scale. multiplier / 2^shift = scale / (KH * KW); without count_include_pad a window
    with n < KH * KW taps inside uses scale / n instead, made into a multiplier and a shift in the same way.
    Global average pooling is a kernel of the input's height and width.
  }];
  let arguments = (ins Graph_I8Tensor:$input, DenseI64ArrayAttr:$kernel, DenseI64ArrayAttr:$strides,
                       DenseI64ArrayAttr:$pads, BoolAttr:$count_include_pad, Graph_Int:$zero_x, Graph_Int:$multiplier,
                       Graph_Int:$shift, F64Attr:$scale, Graph_Int:$zero_point, Graph_Int:$low, Graph_Int:$high);
  let results = (outs Graph_I8Tensor:$result);
}

class Graph_CrossOp<string mnemonic, string what> : Graph_Op<mnemonic, [SingleBlock, IsolatedFromAbove]> {
  let summary = what;
  let description = [{
    Lowered i8 tensors [1, C, H, W] lie in blocks of channels; the other side is a tensor [1, H, W, C] of a tensor operator: channels
    last, so that a pixel's channels are neighbours on both sides. The body is that of a map: an element of the operand in, one of the
    result out.
  }];
  let arguments = (ins Graph_Tensor:$input);
  let results = (outs Graph_Tensor:$result);
  let regions = (region SizedRegion<1>:$body);
  let assemblyFormat = "operands attr-dict `:` functional-type(operands, results) $body";
  let hasVerifier = 1;
}

def Graph_ToWordsOp : Graph_CrossOp<"to_words", "An i8 tensor [1, C, H, W] of integer operators as [1, H, W, C] of tensor operators">;
def Graph_ToBlocksOp : Graph_CrossOp<"to_blocks", "A tensor [1, H, W, C] of tensor operators as i8 [1, C, H, W] of integer operators">;

#endif
