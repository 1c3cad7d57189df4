// The dialect and what all its operations share.
#ifndef NPUFORGE_GRAPH_BASE
#define NPUFORGE_GRAPH_BASE

include "mlir/IR/BuiltinAttributeInterfaces.td"
include "mlir/IR/CommonAttrConstraints.td"
include "mlir/IR/OpBase.td"
include "mlir/Interfaces/SideEffectInterfaces.td"

def Graph_Dialect : Dialect {
  let name = "graph";
  let cppNamespace = "::npuforge::graph";
  let summary = "Tensors and operators of a network, independent of the chip";
  let description = [{
    Two stages share the dialect. Imported: operators named after ONNX's, over f32 tensors, with quantize and
    dequantize between them. Lowered: integer operators (qconv, requant, ...) over 4-D NCHW tensors with N = 1; every
    8-bit tensor is signed (unsigned ones are held less 128).

    The arguments and results of func.func @main are the network's inputs and outputs; their attributes say how:
      graph.name        string   ONNX name
      graph.shape       i64[]    the network's shape (the tensor type is the device's)
      graph.type        string   the network's type: "f32", "i8", "u8"
      graph.qtype       string   "i8" or "u8": the quantised type in the network; u8 is held less 128
      graph.scale       f64      real = scale * (q - zero_point), q of type graph.qtype
      graph.zero_point  i64
  }];
  let hasConstantMaterializer = 1;
  let useDefaultAttributePrinterParser = 1;
}

class Graph_Op<string mnemonic, list<Trait> traits = []> : Op<Graph_Dialect, mnemonic, traits # [Pure]>;

// A signed number; I64Attr would come out as uint64_t.
def Graph_Int : TypedSignlessIntegerAttrBase<I64, "int64_t", "64-bit integer"> {
  let convertFromStorage = "$_self.getInt()";
}

def Graph_Tensor : AnyTypeOf<[AnyTensor]>;
def Graph_I8Tensor : TensorOf<[I8]>;
def Graph_I32Tensor : TensorOf<[I32]>;

def Graph_ConstantOp : Graph_Op<"constant", [ConstantLike, AllTypesMatch<["value", "result"]>]> {
  let summary = "A tensor known when the network is compiled";
  let arguments = (ins ElementsAttr:$value);
  let results = (outs Graph_Tensor:$result);
  let assemblyFormat = "attr-dict $value";
  let hasFolder = 1;
}

#endif
