// The npu dialect: one operation for each instruction of the program, with registers and generators assigned.
#ifndef NPUFORGE_NPU_OPS
#define NPUFORGE_NPU_OPS

include "mlir/IR/OpBase.td"

def Npu_Dialect : Dialect {
  let name = "npu";
  let cppNamespace = "::npuforge::npu";
  let summary = "Instructions of the machine that the spec describes";
}

class Npu_Op<string mnemonic, list<Trait> traits = []> : Op<Npu_Dialect, mnemonic, traits>;

def Npu_ProgramOp : Npu_Op<"program", [NoTerminator]> {
  let summary = "The instructions in order, labels between them";
  let regions = (region SizedRegion<1>:$body);
  let assemblyFormat = "attr-dict-with-keyword $body";
}

def Npu_InstOp : Npu_Op<"inst"> {
  let summary = "One instruction";
  let description = [{
    `operands` has an entry for each operand of the spec's instruction: a number; for a value [offset, register]; for a
    stream [offset, register, generator]; for a target the label's name. `wait` and `post` are the units of its masks.
  }];
  let arguments = (ins StrAttr:$mnemonic, DictionaryAttr:$operands, OptionalAttr<StrArrayAttr>:$wait,
                       OptionalAttr<StrArrayAttr>:$post);
  let assemblyFormat = "$mnemonic $operands (`wait` $wait^)? (`post` $post^)? attr-dict";
}

def Npu_LabelOp : Npu_Op<"label"> {
  let summary = "The place of the instruction that follows";
  let arguments = (ins StrAttr:$name);
  let assemblyFormat = "$name attr-dict";
}

def Npu_StopOp : Npu_Op<"stop"> {
  let summary = "Why the instruction that follows ends the program, or who lets it go on";
  let arguments = (ins StrAttr:$reason, BoolAttr:$resumes);
  let assemblyFormat = "$reason `resumes` $resumes attr-dict";
}

def Npu_LayerOp : Npu_Op<"layer"> {
  let summary = "Instructions from here on belong to this node of the network";
  let arguments = (ins StrAttr:$name);
  let assemblyFormat = "$name attr-dict";
}

def Npu_AwaitOp : Npu_Op<"await"> {
  let summary = "The unit's next instruction waits for a token; becomes its wait mask";
  let arguments = (ins StrAttr:$unit, StrAttr:$from);
  let assemblyFormat = "$unit `from` $from attr-dict";
}

def Npu_SignalOp : Npu_Op<"signal"> {
  let summary = "The unit's previous instruction posts a token; becomes its post mask";
  let arguments = (ins StrAttr:$unit, StrAttr:$to);
  let assemblyFormat = "$unit `to` $to attr-dict";
}

#endif
