// Operators over tensors of any rank and element type, into which ONNX's are decomposed. With map (MapOps.td) they are all that
// the back end compiles for what is not a quantised network of 4-D tensors.
#ifndef NPUFORGE_GRAPH_TENSOR_OPS
#define NPUFORGE_GRAPH_TENSOR_OPS

include "mlir/IR/AttrTypeBase.td"
include "npuforge/compiler/graph/GraphBase.td"

class Graph_TensorOp<string mnemonic, string what, list<Trait> traits = []> : Graph_Op<mnemonic, traits> {
  let summary = what;
  let results = (outs Graph_Tensor:$result);
  let assemblyFormat = "operands attr-dict `:` functional-type(operands, results)";
  let hasVerifier = 1;
}

def Graph_PieceAttr : AttrDef<Graph_Dialect, "Piece"> {
  let mnemonic = "piece";
  let summary = "Elements of an input that go to a result, as nested counters over both tensors' row-major elements";
  let description = [{
    For every index (i0, i1, ..) below `extents`: result element to + sum(i_k * to_strides_k) = element from + sum(i_k * from_strides_k) of
    operand `input`. Strides may be zero or negative for reading, and make no two indices write one element.
  }];
  let parameters = (ins "int64_t":$input, ArrayRefParameter<"int64_t">:$extents, "int64_t":$from,
                        ArrayRefParameter<"int64_t">:$from_strides, "int64_t":$to, ArrayRefParameter<"int64_t">:$to_strides);
  let assemblyFormat = [{
    `<` $input `[` $extents `]` `from` $from `[` $from_strides `]` `to` $to `[` $to_strides `]` `>`
  }];
  let genVerifyDecl = 1;
}
def Graph_PieceArray : TypedArrayAttrBase<Graph_PieceAttr, "pieces of a move">;

def Graph_MoveOp : Graph_TensorOp<"move", "Elements of the inputs at other places: transpose, slice, concat, pad, expand, tile, ..."> {
  let description = [{
    Each piece writes its elements of the result; pieces do not overlap. What no piece writes is `fill`, which is there when and only when
    pieces leave something. All have the result's element type, and bits are kept.
  }];
  let arguments = (ins Variadic<Graph_Tensor>:$inputs, Graph_PieceArray:$pieces, OptionalAttr<TypedAttrInterface>:$fill);
}

def Graph_ReduceOp : Graph_TensorOp<"reduce", "One element for each slice along `axes`, which the result's shape lacks"> {
  let description = [{
    kind: sum, prod, max, min, and, or. Integers wrap; max and min of floats are NaN if an element is NaN. An empty slice gives 0, 1, the least, the
    largest number of the type (floats: the infinities). The order of a float's sum is the machine's. axes ascend.
  }];
  let arguments = (ins Graph_Tensor:$input, StrAttr:$kind, DenseI64ArrayAttr:$axes);
}

def Graph_ContractOp : Graph_TensorOp<"contract", "Products of matrices: [B, M, K] times [B or 1, K, N] is [B, M, N]"> {
  let description = [{
    lhs may have one batch, too. Integers of 8 bits sum into i32, f16, bf16 and f32 in f32 (the result's type is f32 for f32, i32 for integers, and
    that of the operands or f32 for f16 and bf16). `precision` is the type in which the array multiplies f32 operands, which are rounded to it, half
    to even: f32 (without the attribute), f16 or bf16. The order of a float's sum is the machine's.
  }];
  let arguments = (ins Graph_Tensor:$lhs, Graph_Tensor:$rhs, OptionalAttr<StrAttr>:$precision);
}

def Graph_ConvolveOp : Graph_TensorOp<"convolve", "Convolution with channels last, in any number of dimensions"> {
  let description = [{
    input [N, S1, .., Sd, C], weights [T1, .., Td, C / groups, O], result [N, P1, .., Pd, O]. Group g reads channels g*C/groups .. and
    makes channels g*O/groups ... Taps outside the input are zero. pads: d before, d behind; strides and dilations: d each. Types and
    precision as of contract.
  }];
  let arguments = (ins Graph_Tensor:$input, Graph_Tensor:$weights, DenseI64ArrayAttr:$strides, DenseI64ArrayAttr:$pads,
                       DenseI64ArrayAttr:$dilations, Graph_Int:$groups, OptionalAttr<StrAttr>:$precision);
}

def Graph_PoolOp : Graph_TensorOp<"pool", "Sum or maximum over windows, channels last, in any number of dimensions"> {
  let description = [{
    input [N, S1, .., Sd, C], result [N, P1, .., Pd, C]; kernel, strides, dilations: d each; pads: d before, d behind. kind: sum or max, over
    the taps inside the input. The last windows may reach beyond the pads (ONNX's ceil_mode): the result's shape decides.
  }];
  let arguments = (ins Graph_Tensor:$input, StrAttr:$kind, DenseI64ArrayAttr:$kernel, DenseI64ArrayAttr:$strides,
                       DenseI64ArrayAttr:$pads, DenseI64ArrayAttr:$dilations);
}

def Graph_GatherOp : Graph_TensorOp<"gather", "Rows of a table: [R, W] at [I] is [I, W]"> {
  let description = "Row i of the result is row rows[i] of the table. Whoever makes `rows` (i32 or i64) keeps them in [0, R).";
  let arguments = (ins Graph_Tensor:$table, Graph_Tensor:$rows);
}

def Graph_ScatterOp : Graph_TensorOp<"scatter", "A table with some rows written: [R, W], [I], [I, W] is [R, W]"> {
  let description = [{
    In the order of i, row rows[i] of the table becomes update i (kind set) or its sum, product, maximum, minimum with it (add, mul, max, min).
    Whoever makes `rows` (i32 or i64) keeps them in [0, R).
  }];
  let arguments = (ins Graph_Tensor:$table, Graph_Tensor:$rows, Graph_Tensor:$updates, StrAttr:$kind);
}

#endif
