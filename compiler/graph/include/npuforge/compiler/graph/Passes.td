// The passes of the graph dialect, in the order in which the pipeline runs them (compiler/pipeline.cc).
#ifndef NPUFORGE_GRAPH_PASSES
#define NPUFORGE_GRAPH_PASSES

include "mlir/Pass/PassBase.td"

def InferShapes : Pass<"graph-infer-shapes", "::mlir::func::FuncOp"> {
  let summary = "Gives every value its static shape";
  let description = [{
    Walks the function in order and sets result types from operand types. Resolves automatic padding and reshape's -1
    and 0. Values behind unsupported nodes keep unknown shapes; contradictions are errors that name the node.
  }];
}

def DropEmpty : Pass<"graph-drop-empty", "::mlir::func::FuncOp"> {
  let summary = "Tensors without elements become constants, and nobody reads them any more";
}

def CleanImport : Pass<"graph-clean-import", "::mlir::func::FuncOp"> {
  let summary = "Removes identities, folds views of constants, turns matmul + constant add into gemm";
}

def MoveQuantize : Pass<"graph-move-quantize", "::mlir::func::FuncOp"> {
  let summary = "Brings quantize and dequantize next to arithmetic";
  let description = [{
    Dequantize sinks below, quantize rises above operators that only move or select values (views, max_pool), which
    then work on 8 bits; a quantize of a dequantize with equal parameters disappears. All rewrites are exact.
  }];
}

def Common : Pass<"graph-common", "::mlir::func::FuncOp"> {
  let summary = "Equal operations of equal operands become one";
}

def BindInterface : Pass<"graph-bind-interface", "::mlir::func::FuncOp"> {
  let summary = "Moves the inputs' quantize and the outputs' dequantize into the attributes of @main";
}

def ShiftUnsigned : Pass<"graph-shift-unsigned", "::mlir::func::FuncOp"> {
  let summary = "Holds unsigned 8-bit tensors as signed ones less 128";
  let dependentDialects = ["::mlir::arith::ArithDialect", "::mlir::math::MathDialect"];
}

def FuseMaps : Pass<"graph-fuse-maps", "::mlir::func::FuncOp"> {
  let summary = "Dequantize, element-wise operators and quantize become one map on 8 bits";
  let description = [{
    From each quantize back to dequantizes and constants, when there is a map between them or more than one sum. Constants
    of one value go into the body, others become operands with one value a channel. A value that several quantizes use is
    computed in each of their maps: it would be f32, four times the size, if it were kept.
    Sums, activations and rescalings alone stay for graph-lower-qdq, whose integers are exact.
  }];
  let dependentDialects = ["::mlir::arith::ArithDialect", "::mlir::math::MathDialect"];
}

def LowerQdq : Pass<"graph-lower-qdq", "::mlir::func::FuncOp"> {
  let summary = "Dequantize, operator, activation, quantize become one integer operator";
}

def ChannelsLast : Pass<"graph-channels-last", "::mlir::func::FuncOp"> {
  let summary = "Transposes go down through maps, moves and reductions until they meet their opposites";
}

def IntegerProducts : Pass<"graph-integer-products", "::mlir::func::FuncOp"> {
  let summary = "Products of dequantised tensors that are still f32 become products of their integers";
  let dependentDialects = ["::mlir::arith::ArithDialect", "::mlir::math::MathDialect"];
}

def MergeCrossings : Pass<"graph-merge-crossings", "::mlir::func::FuncOp"> {
  let summary = "A map of one tensor beside a change between words and blocks becomes a part of it";
  let dependentDialects = ["::mlir::arith::ArithDialect", "::mlir::math::MathDialect"];
}

def SignedProducts : Pass<"graph-signed-products", "::mlir::func::FuncOp"> {
  let summary = "Products of ui8 become products of i8, with sums that make up for the difference";
  let dependentDialects = ["::mlir::arith::ArithDialect", "::mlir::math::MathDialect"];
}

def FoldViews : Pass<"graph-fold-views", "::mlir::func::FuncOp"> {
  let summary = "Makes tensors of integer operators 4-D, views vanish; changes between them and tensor operators";
  let dependentDialects = ["::mlir::arith::ArithDialect", "::mlir::math::MathDialect"];
}

def RaiseWindows : Pass<"graph-raise-windows", "::mlir::func::FuncOp"> {
  let summary = "Convolutions and maxima in one dimension become those of images of height 1";
  let description = [{
    convolve (constant weights) and pool over [N, L, C] of f32 become conv and max_pool over [N, C, 1, L], and so do the element-wise operators that
    read them. Before quantisation: images have forms in 8 bits.
  }];
  let dependentDialects = ["::mlir::arith::ArithDialect", "::mlir::math::MathDialect"];
}

def FoldScales : Pass<"graph-fold-scales", "::mlir::func::FuncOp"> {
  let summary = "Factors and offsets of channels go into the convolution or gemm before them";
  let description = [{
    A conv or gemm of constant weights whose only user is a map x * factor + offset with constants for each channel: batch normalisation; or x * factor, or
    x + offset.
  }];
  let dependentDialects = ["::mlir::arith::ArithDialect", "::mlir::math::MathDialect"];
}

def Decompose : Pass<"graph-decompose", "::mlir::func::FuncOp"> {
  let summary = "Imported operators become tensor operators";
  let description = [{
    conv, gemm, matmul, add, relu, clip, the pools, quantize, dequantize, flatten, transpose become map, move, reduce, contract,
    convolve, pool and reshape; convolutions and pools are channels-last between two moves. Operators of constants are computed.
    Runs behind the passes on quantised networks, which want the operators as ONNX has them.
  }];
  let dependentDialects = ["::mlir::arith::ArithDialect", "::mlir::math::MathDialect"];
}

def Words : Pass<"graph-words", "::mlir::func::FuncOp"> {
  let summary = "Tensors that are not quantised become words of 32 bits, f32 or i32";
  let description = [{
    Integers of all widths and bool become i32, floats f32. Where the network's type would wrap or round, the bodies of maps do so
    explicitly: narrow integers by shifts or a mask, f16 and bf16 by truncf and extf after each operation that rounds. i64 and u64 are kept to
    32 bits and f64 to f32: constants that no i32 is are refused, but for the ends of i64, which stand for "no bound". divsi and remsi become
    exact sequences of f32 and i32 operations. A product of integers keeps its operands' types as `operand_types`, one of
    f16 or bf16 as `precision`. `graph.type` keeps the network's type at the ends.
  }];
  let dependentDialects = ["::mlir::arith::ArithDialect", "::mlir::math::MathDialect"];
}

def Precision : Pass<"graph-precision", "::mlir::func::FuncOp"> {
  let summary = "Products of f32 get the type in which the array multiplies them";
  let description = [{
    Sets `precision` on the products of f32: `type` on all that have none, then what `layers` say of nodes by name. A name that no product of f32 has is
    an error, which names those next to it.
  }];
  let options = [
    Option<"type", "type", "std::string", [{"f32"}], "f32, f16 or bf16">,
    ListOption<"layers", "layers", "std::string", "NAME=TYPE, of one node">
  ];
}

def Narrow : Pass<"graph-narrow", "::mlir::func::FuncOp"> {
  let summary = "A product's precision becomes the type of its operands";
  let description = [{
    Behind graph-words: f32 operands of a product with a precision of f16 or bf16 become tensors of that type, constants at once, others by maps
    that round; the product keeps its f32 result. Nothing else has operands of these types.
  }];
  let dependentDialects = ["::mlir::arith::ArithDialect"];
}

def Bytes : Pass<"graph-bytes", "::mlir::func::FuncOp"> {
  let summary = "Words that hold 8-bit integers become bytes";
  let description = [{
    Behind graph-words: i32 tensors whose elements a map clamps to the range of i8, or that leave blocks as they are, become tensors of bytes
    (bytes.h), and so does what moves and reshapes them and what products of i8 multiply. Maps and changes to blocks that read them extend the
    bytes; for other readers a map makes words of them.
  }];
  let dependentDialects = ["::mlir::arith::ArithDialect"];
}

def MergeMaps : Pass<"graph-merge-maps", "::mlir::func::FuncOp"> {
  let summary = "A map over words that only one map of its shape reads becomes a part of it";
}

def CheckLowered : Pass<"graph-check", "::mlir::func::FuncOp"> {
  let summary = "Refuses what could not be lowered: all of it in one message, with node names and reasons";
}

#endif
