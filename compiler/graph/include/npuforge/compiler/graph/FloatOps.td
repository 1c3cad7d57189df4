// Imported operators: what ONNX means by them, over tensors of f32 (or of 8 bits, for those that only move data).
// Results may be unranked until graph-infer-shapes has run. conv, gemm and matmul may have an attribute `precision`, which is that of the
// tensor operator that they become (TensorOps.td); it means nothing to products that become integer ones.
#ifndef NPUFORGE_GRAPH_FLOAT_OPS
#define NPUFORGE_GRAPH_FLOAT_OPS

include "npuforge/compiler/graph/GraphBase.td"

def Graph_QuantizeOp : Graph_Op<"quantize"> {
  let summary = "saturate(round_half_even(x / scale) + zero_point); one scale, or one for each slice of `axis`";
  let arguments = (ins Graph_Tensor:$input, DenseF32ArrayAttr:$scales, DenseI32ArrayAttr:$zero_points,
                       DefaultValuedAttr<Graph_Int, "1">:$axis);
  let results = (outs Graph_Tensor:$result);
  let assemblyFormat = "$input attr-dict `:` type($input) `->` type($result)";
  let hasVerifier = 1;
}

def Graph_DequantizeOp : Graph_Op<"dequantize"> {
  let summary = "(x - zero_point) * scale; one scale, or one for each slice of `axis`";
  let arguments = (ins Graph_Tensor:$input, DenseF32ArrayAttr:$scales, DenseI32ArrayAttr:$zero_points,
                       DefaultValuedAttr<Graph_Int, "1">:$axis);
  let results = (outs Graph_Tensor:$result);
  let assemblyFormat = "$input attr-dict `:` type($input) `->` type($result)";
  let hasVerifier = 1;
}

def Graph_ConvOp : Graph_Op<"conv"> {
  let summary = "ONNX Conv in two dimensions; pads are [top, left, bottom, right]";
  let arguments = (ins Graph_Tensor:$input, Graph_Tensor:$weights, Optional<Graph_Tensor>:$bias,
                       DenseI64ArrayAttr:$strides, DenseI64ArrayAttr:$pads, DenseI64ArrayAttr:$dilations,
                       Graph_Int:$groups, OptionalAttr<StrAttr>:$auto_pad);
  let results = (outs Graph_Tensor:$result);
  let assemblyFormat = "operands attr-dict `:` functional-type(operands, results)";
}

def Graph_GemmOp : Graph_Op<"gemm"> {
  let summary = "alpha * A' * B' + beta * C, A' and B' transposed where asked";
  let arguments = (ins Graph_Tensor:$a, Graph_Tensor:$b, Optional<Graph_Tensor>:$c,
                       DefaultValuedAttr<F32Attr, "1.0f">:$alpha, DefaultValuedAttr<F32Attr, "1.0f">:$beta,
                       UnitAttr:$trans_a, UnitAttr:$trans_b);
  let results = (outs Graph_Tensor:$result);
  let assemblyFormat = "operands attr-dict `:` functional-type(operands, results)";
}

def Graph_MatMulOp : Graph_Op<"matmul"> {
  let summary = "ONNX MatMul";
  let arguments = (ins Graph_Tensor:$a, Graph_Tensor:$b);
  let results = (outs Graph_Tensor:$result);
  let assemblyFormat = "operands attr-dict `:` functional-type(operands, results)";
}

def Graph_AddOp : Graph_Op<"add", [Commutative]> {
  let summary = "ONNX Add, with its broadcasting";
  let arguments = (ins Graph_Tensor:$a, Graph_Tensor:$b);
  let results = (outs Graph_Tensor:$result);
  let assemblyFormat = "operands attr-dict `:` functional-type(operands, results)";
}

class Graph_UnaryOp<string mnemonic, dag attributes, string what> : Graph_Op<mnemonic> {
  let summary = what;
  let arguments = !con((ins Graph_Tensor:$input), attributes);
  let results = (outs Graph_Tensor:$result);
  let assemblyFormat = "$input attr-dict `:` functional-type(operands, results)";
}

def Graph_ReluOp : Graph_UnaryOp<"relu", (ins), "max(x, 0)">;
def Graph_ClipOp : Graph_UnaryOp<"clip", (ins F64Attr:$low, F64Attr:$high), "min(max(x, low), high)">;
def Graph_IdentityOp : Graph_UnaryOp<"identity", (ins), "x"> { let hasFolder = 1; }

def Graph_MaxPoolOp : Graph_UnaryOp<"max_pool",
    (ins DenseI64ArrayAttr:$kernel, DenseI64ArrayAttr:$strides, DenseI64ArrayAttr:$pads,
         DenseI64ArrayAttr:$dilations, UnitAttr:$ceil_mode, OptionalAttr<StrAttr>:$auto_pad),
    "ONNX MaxPool in two dimensions; padding never wins">;
def Graph_AveragePoolOp : Graph_UnaryOp<"average_pool",
    (ins DenseI64ArrayAttr:$kernel, DenseI64ArrayAttr:$strides, DenseI64ArrayAttr:$pads,
         UnitAttr:$count_include_pad, UnitAttr:$ceil_mode, OptionalAttr<StrAttr>:$auto_pad),
    "ONNX AveragePool in two dimensions">;
def Graph_GlobalAveragePoolOp : Graph_UnaryOp<"global_average_pool", (ins), "Mean over height and width">;

def Graph_FlattenOp : Graph_UnaryOp<"flatten", (ins Graph_Int:$axis), "ONNX Flatten: two dimensions, split at axis"> { let hasFolder = 1; }
def Graph_ReshapeOp : Graph_UnaryOp<"reshape", (ins DenseI64ArrayAttr:$shape, UnitAttr:$allow_zero),
    "ONNX Reshape: -1 is what remains, 0 copies the input's dimension unless allow_zero"> { let hasFolder = 1; }
def Graph_TransposeOp : Graph_UnaryOp<"transpose", (ins DenseI64ArrayAttr:$perm), "result[i] has the size of input[perm[i]]"> { let hasFolder = 1; }

def Graph_UnsupportedOp : Graph_Op<"unsupported"> {
  let summary = "A node that could not be imported; graph-check reports it with all others";
  let arguments = (ins Variadic<Graph_Tensor>:$inputs, StrAttr:$op, StrAttr:$reason);
  let results = (outs Variadic<Graph_Tensor>:$results);
  let assemblyFormat = "$op `(` $inputs `)` attr-dict `:` functional-type(operands, results)";
}

#endif
