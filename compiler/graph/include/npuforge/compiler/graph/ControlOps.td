// Control flow: branches, loops, and where a network cannot go on. Bodies are functions of the module, each called from one place, so that every pass over
// functions works inside them as in @main.
#ifndef NPUFORGE_GRAPH_CONTROL_OPS
#define NPUFORGE_GRAPH_CONTROL_OPS

include "mlir/IR/SymbolInterfaces.td"
include "npuforge/compiler/graph/GraphBase.td"

class Graph_ControlOp<string mnemonic, string what>
    : Graph_Op<mnemonic, [AttrSizedOperandSegments, DeclareOpInterfaceMethods<SymbolUserOpInterface>]> {
  let summary = what;
  let results = (outs Variadic<Graph_Tensor>:$results);
}

def Graph_IfOp : Graph_ControlOp<"if", "One of two functions, as the condition says when the network runs"> {
  let description = [{
    `condition` has one element; where it is not zero, the results are those of @then of `then_inputs`, else those of @otherwise of
    `else_inputs`.
  }];
  let arguments = (ins Graph_Tensor:$condition, Variadic<Graph_Tensor>:$then_inputs, Variadic<Graph_Tensor>:$else_inputs,
                       FlatSymbolRefAttr:$then, FlatSymbolRefAttr:$otherwise);
  let assemblyFormat = [{
    $condition $then `(` $then_inputs `)` `else` $otherwise `(` $else_inputs `)` attr-dict `:` functional-type(operands, results)
  }];
}

def Graph_LoopOp : Graph_ControlOp<"loop", "A function again and again"> {
  let description = [{
    The body's arguments are the turn's number (a scalar i64, from 0), the carried values, one slice of each scanned tensor along its first
    dimension, and the other inputs, which every turn gets as they are. It returns the condition to go on (only where the loop has one, i1 of one
    element), the carried values of the next turn, and a slice for each collected tensor.

    It runs while fewer than `most` turns (and than `trips`, one element) have been done and the condition, at first the operand, is not
    zero. The results are the last carried values and the collected tensors, [most, slice ..]: so a loop that collects has neither `trips`
    nor a condition. `backwards` says of each scanned and then of each collected tensor whether turn t takes slice most - 1 - t.
  }];
  let arguments = (ins Optional<Graph_Tensor>:$trips, Optional<Graph_Tensor>:$condition, Variadic<Graph_Tensor>:$carried,
                       Variadic<Graph_Tensor>:$scanned, Variadic<Graph_Tensor>:$inputs, FlatSymbolRefAttr:$body, Graph_Int:$most,
                       DenseBoolArrayAttr:$backwards);
  let assemblyFormat = [{
    $body `most` $most (`trips` $trips^)? (`while` $condition^)? `carried` `(` $carried `)` `scanned` `(` $scanned `)`
    `inputs` `(` $inputs `)` `backwards` $backwards attr-dict `:` functional-type(operands, results)
  }];
}

def Graph_StopOp : Graph_Op<"stop"> {
  let summary = "Ends the program without results, and says why";
  let description = "Nothing behind it is computed; its results are there so that what stands behind it has operands.";
  let arguments = (ins StrAttr:$reason);
  let results = (outs Variadic<Graph_Tensor>:$results);
  let assemblyFormat = "$reason attr-dict `:` type($results)";
}

#endif
