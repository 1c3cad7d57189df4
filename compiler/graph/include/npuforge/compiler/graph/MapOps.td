// Element-wise arithmetic: one operation whose body says what happens to an element, in arith and math.
#ifndef NPUFORGE_GRAPH_MAP_OPS
#define NPUFORGE_GRAPH_MAP_OPS

include "npuforge/compiler/graph/GraphBase.td"

def Graph_MapOp : Graph_Op<"map", [SingleBlock, IsolatedFromAbove]> {
  let summary = "The body for each element; operands broadcast as ONNX's do";
  let description = [{
    The body has one argument of the element type for each operand and yields an element of the result. It holds arith and
    math operations on f32 and integers, and the scalar operations below.
    An argument has its operand's element type, and the yielded value the result's; unsigned integers appear as the next wider signless one
    (ui8 and ui16 as i32, ui32 as i64), zero-extended, and are truncated when yielded.
    Imported: tensors of any type. Lowered: the result is i8; operands are i8 tensors of the result's shape or [1, C, 1, 1], or f32
    constants [1, C, 1, 1]; numbers that are the same for all elements stand in the body.
    Division and the functions of math are those of the real numbers, rounded to f32: a machine's own last bits may differ.
  }];
  let arguments = (ins Variadic<Graph_Tensor>:$inputs);
  let results = (outs Graph_Tensor:$result);
  let regions = (region SizedRegion<1>:$body);
  let assemblyFormat = "operands attr-dict `:` functional-type(operands, results) $body";
  let hasVerifier = 1;
}

def Graph_YieldOp : Graph_Op<"yield", [Terminator, ParentOneOf<["MapOp", "ToWordsOp", "ToBlocksOp"]>]> {
  let summary = "The element that a body makes";
  let arguments = (ins AnyType:$value);
  let assemblyFormat = "$value attr-dict `:` type($value)";
}

def Graph_ToIntOp : Graph_Op<"to_int"> {
  let summary = "A float to the nearest integer, ties to even; beyond the type's range its bound, NaN is 0";
  let arguments = (ins AnyFloat:$value);
  let results = (outs AnySignlessInteger:$result);
  let assemblyFormat = "$value attr-dict `:` type($value) `->` type($result)";
}

def Graph_RoundShiftOp : Graph_Op<"round_shift", [AllTypesMatch<["value", "result"]>]> {
  let summary = "value / 2^shift to the nearest integer, ties to even";
  let arguments = (ins AnySignlessInteger:$value, AnySignlessInteger:$shift);
  let results = (outs AnySignlessInteger:$result);
  let assemblyFormat = "$value `,` $shift attr-dict `:` type($value) `,` type($shift)";
}

def Graph_SatAddOp : Graph_Op<"sat_add", [Commutative, AllTypesMatch<["a", "b", "result"]>]> {
  let summary = "a + b, or the bound of the type beyond which it lies";
  let arguments = (ins AnySignlessInteger:$a, AnySignlessInteger:$b);
  let results = (outs AnySignlessInteger:$result);
  let assemblyFormat = "$a `,` $b attr-dict `:` type($result)";
}

#endif
