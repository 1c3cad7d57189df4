// The tile dialect: buffers at places of the machine's memories, streams over them, and what the units do with streams.
#ifndef NPUFORGE_TILE_OPS
#define NPUFORGE_TILE_OPS

include "mlir/IR/OpBase.td"
include "mlir/IR/AttrTypeBase.td"
include "mlir/IR/SymbolInterfaces.td"
include "mlir/Interfaces/SideEffectInterfaces.td"

def Tile_Dialect : Dialect {
  let name = "tile";
  let cppNamespace = "::npuforge::tile";
  let summary = "Layers as loops over copies, multiplications, maps and reductions of buffers";
  let useDefaultTypePrinterParser = 1;
}

class Tile_Type<string name, string mnemonic_> : TypeDef<Tile_Dialect, name> { let mnemonic = mnemonic_; }
def Tile_Buffer : Tile_Type<"Buffer", "buffer"> { let summary = "A stretch of scratchpad, accumulator or DRAM"; }
def Tile_Stream : Tile_Type<"Stream", "stream"> { let summary = "Rows of a buffer in the order of nested counters"; }

class Tile_Op<string mnemonic, list<Trait> traits = []> : Op<Tile_Dialect, mnemonic, traits>;

def Tile_DataOp : Tile_Op<"data", [Symbol]> {
  let summary = "Bytes in DRAM: constants when `value` is there, else zeros that the program writes";
  let arguments = (ins SymbolNameAttr:$sym_name, I64Attr:$address, I64Attr:$bytes, OptionalAttr<ElementsAttr>:$value);
  let assemblyFormat = "$sym_name `at` $address `bytes` $bytes (`=` $value^)? attr-dict";
}

def Tile_PortOp : Tile_Op<"port"> {
  let summary = "A network input or output and the data that holds it, from `offset` on";
  let arguments = (ins StrAttr:$name, BoolAttr:$output, FlatSymbolRefAttr:$data, StrAttr:$layout, DictionaryAttr:$interface,
                       DefaultValuedAttr<I64Attr, "0">:$offset);
  let assemblyFormat = "$name `output` $output $data (`[` $offset^ `]`)? $layout $interface attr-dict";
}

def Tile_LayerOp : Tile_Op<"layer", [NoTerminator]> {
  let summary = "The code of one node of the network";
  let arguments = (ins StrAttr:$name);
  let regions = (region SizedRegion<1>:$body);
  let assemblyFormat = "$name attr-dict-with-keyword $body";
}

def Tile_CoreOp : Tile_Op<"core", [NoTerminator]> {
  let summary = "The layers of one of the machine's cores, where it has several; what has none ends at once";
  let arguments = (ins I64Attr:$number);
  let regions = (region SizedRegion<1>:$body);
  let assemblyFormat = "$number attr-dict-with-keyword $body";
}

def Tile_NotifyOp : Tile_Op<"notify"> {
  let summary = "Counts up an event in cores when all operations of the unit before are complete";
  let arguments = (ins StrAttr:$unit, I64Attr:$event, DenseI64ArrayAttr:$cores);
  let assemblyFormat = "$unit `event` $event `cores` $cores attr-dict";
}

def Tile_ExpectOp : Tile_Op<"expect"> {
  let summary = "The unit's next operations wait until the core's counter of the event is not zero, and take one of it";
  let arguments = (ins StrAttr:$unit, I64Attr:$event);
  let assemblyFormat = "$unit `event` $event attr-dict";
}

def Tile_BranchOp : Tile_Op<"branch", [NoTerminator]> {
  let summary = "Layers of which the program runs one list: `then` where the condition is above zero, else `otherwise`";
  let description = "Around it all units have done what stands before.";
  let arguments = (ins StrAttr:$name, Index:$condition);
  let regions = (region SizedRegion<1>:$then, SizedRegion<1>:$otherwise);
  let assemblyFormat = "$name $condition attr-dict-with-keyword $then `else` $otherwise";
}

def Tile_RepeatOp : Tile_Op<"repeat", [NoTerminator, AttrSizedOperandSegments]> {
  let summary = "Layers again and again; the body's argument is the turn's number";
  let description = [{
    At most `turns` times, without it until a tile.leave; not once where `condition` is there and not above zero. The result is how many turns
    there were.
  }];
  let arguments = (ins StrAttr:$name, Optional<Index>:$turns, Optional<Index>:$condition);
  let results = (outs Index:$done);
  let regions = (region SizedRegion<1>:$body);
  let assemblyFormat = "$name (`turns` $turns^)? (`if` $condition^)? attr-dict-with-keyword $body";
}

def Tile_LeaveOp : Tile_Op<"leave", [HasParent<"RepeatOp">]> {
  let summary = "The last operation of a loop's body: there is no next turn where the condition is not above zero";
  let arguments = (ins Index:$condition);
  let assemblyFormat = "$condition attr-dict";
}

def Tile_StopOp : Tile_Op<"stop"> {
  let summary = "Stops the program when all units have done what stands before";
  let description = "Where `resumes`, until the host lets it go on; else for good, without results, for the reason given.";
  let arguments = (ins StrAttr:$reason, BoolAttr:$resumes);
  let assemblyFormat = "$reason `resumes` $resumes attr-dict";
}

def Tile_BufferOp : Tile_Op<"buffer", [Pure]> {
  let summary = "A place: an address and a size in bytes (accumulator: in rows)";
  let arguments = (ins StrAttr:$space, I64Attr:$address, I64Attr:$size, StrAttr:$label);
  let results = (outs Tile_Buffer:$result);
  let assemblyFormat = "$space `at` $address `size` $size $label attr-dict";
  let hasVerifier = 1;
}

def Tile_StreamOp : Tile_Op<"stream", [Pure, AttrSizedOperandSegments]> {
  let summary = "Rows at base + offset + sum(index_l * stride_l); level 0 is the fastest";
  let description = [{
    Counts, lows and highs are constants or, where the constant is the dynamic marker, operands. The window's lists are empty when all rows are
    inside; else rows whose index is below low or not below high at some level take the fill value of the operation that reads them.
  }];
  let arguments = (ins Tile_Buffer:$buffer, Optional<Index>:$base, I64Attr:$offset,
                       Variadic<Index>:$counts, Variadic<Index>:$lows, Variadic<Index>:$highs,
                       DenseI64ArrayAttr:$static_counts, DenseI64ArrayAttr:$strides,
                       DenseI64ArrayAttr:$static_lows, DenseI64ArrayAttr:$static_highs);
  let results = (outs Tile_Stream:$result);
  let assemblyFormat = [{
    $buffer `[` ($base^ `+`)? $offset `]`
    `count` custom<DynamicIndexList>($counts, $static_counts) `stride` $strides
    `low` custom<DynamicIndexList>($lows, $static_lows) `high` custom<DynamicIndexList>($highs, $static_highs) attr-dict
  }];
  let hasVerifier = 1;
}

def Tile_CopyInOp : Tile_Op<"copy_in"> {
  let summary = "DRAM to scratchpad: runs of bytes, one from each row of the streams";
  let arguments = (ins Tile_Stream:$dst, Tile_Stream:$src, Index:$bytes);
  let assemblyFormat = "$dst `,` $src `bytes` $bytes attr-dict";
}

def Tile_CopyOutOp : Tile_Op<"copy_out"> {
  let summary = "Scratchpad to DRAM";
  let arguments = (ins Tile_Stream:$dst, Tile_Stream:$src, Index:$bytes);
  let assemblyFormat = "$dst `,` $src `bytes` $bytes attr-dict";
}

def Tile_CopyAcrossOp : Tile_Op<"copy_across"> {
  let summary = "Scratchpad to the same addresses of other cores' scratchpads";
  let arguments = (ins Tile_Stream:$dst, Tile_Stream:$src, Index:$bytes, DenseI64ArrayAttr:$cores);
  let assemblyFormat = "$dst `,` $src `bytes` $bytes `cores` $cores attr-dict";
}

def Tile_LoadScalarOp : Tile_Op<"load_scalar"> {
  let summary = "An i32 of the scratchpad, for addresses and counts";
  let description = "The sequencer waits for nobody by itself: what wrote the word has signalled it.";
  let arguments = (ins Tile_Stream:$src);
  let results = (outs Index:$result);
  let assemblyFormat = "$src attr-dict";
}

def Tile_StoreScalarOp : Tile_Op<"store_scalar"> {
  let summary = "An i32 to the scratchpad";
  let description = "The sequencer waits for nobody by itself: what read the word before has signalled it.";
  let arguments = (ins Index:$value, Tile_Stream:$dst);
  let assemblyFormat = "$value `,` $dst attr-dict";
}

def Tile_PreloadOp : Tile_Op<"preload"> {
  let summary = "The next weight set of the array, of elements of the type `element`";
  let arguments = (ins Tile_Stream:$src, DefaultValuedAttr<StrAttr, "\"i8\"">:$element);
  let assemblyFormat = "$src attr-dict";
}

def Tile_MultiplyOp : Tile_Op<"multiply"> {
  let summary = "Rows times the next weight set into accumulator rows; added when `accumulate` is not zero";
  let description = "`element` is the type of what is multiplied, which the weight set has, too.";
  let arguments = (ins Tile_Stream:$dst, Tile_Stream:$src, Index:$accumulate, I64Attr:$fill,
                       DefaultValuedAttr<StrAttr, "\"i8\"">:$element);
  let assemblyFormat = "$dst `,` $src `fill` $fill `accumulate` $accumulate attr-dict";
}

def Tile_LoadLanesOp : Tile_Op<"load_lanes"> {
  let summary = "Consecutive lane registers from i32 values";
  let arguments = (ins Tile_Stream:$src, I64Attr:$lane);
  let assemblyFormat = "$lane `,` $src attr-dict";
}

def Tile_SetLanesOp : Tile_Op<"set_lanes"> {
  let summary = "One value in every lane of a lane register";
  let arguments = (ins I64Attr:$lane, I64Attr:$value);
  let assemblyFormat = "$lane `,` $value attr-dict";
}

def Tile_MapOp : Tile_Op<"map"> {
  let summary = "One result row for each source row; `function` names the expression";
  let arguments = (ins StrAttr:$function, Tile_Stream:$dst, Variadic<Tile_Stream>:$srcs, DictionaryAttr:$lanes);
  let assemblyFormat = "$function $dst (`,` $srcs^)? $lanes attr-dict";
}

def Tile_ApplyOp : Tile_Op<"apply"> {
  let summary = "A map by one instruction that the plan chose; operands by the instruction's own names";
  let description = [{
    `sources` names the operands that read `srcs`, `destination` the one that writes `dst`. `numbers` has the other operands:
    the number of a lane register, or a value.
  }];
  let arguments = (ins StrAttr:$instruction, Tile_Stream:$dst, Variadic<Tile_Stream>:$srcs, StrAttr:$destination,
                       StrArrayAttr:$sources, DictionaryAttr:$numbers);
  let assemblyFormat = "$instruction $destination `=` $dst `,` $sources `=` `(` $srcs `)` $numbers attr-dict";
}

def Tile_ReduceOp : Tile_Op<"reduce"> {
  let summary = "One result row for each group of source rows: the rows of the lowest `levels` levels";
  let arguments = (ins StrAttr:$function, Tile_Stream:$dst, Variadic<Tile_Stream>:$srcs, I64Attr:$levels,
                       DictionaryAttr:$lanes);
  let assemblyFormat = "$function $dst (`,` $srcs^)? `levels` $levels $lanes attr-dict";
}

def Tile_AwaitOp : Tile_Op<"await"> {
  let summary = "The unit's next operation takes a token of another unit";
  let arguments = (ins StrAttr:$unit, StrAttr:$from);
  let assemblyFormat = "$unit `from` $from attr-dict";
}

def Tile_SignalOp : Tile_Op<"signal"> {
  let summary = "The unit's previous operation gives a token to another unit when it has completed";
  let arguments = (ins StrAttr:$unit, StrAttr:$to);
  let assemblyFormat = "$unit `to` $to attr-dict";
}

#endif
