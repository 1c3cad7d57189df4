#pragma once
// What the layers over words share. A word is an f32 or an i32; a tensor of words lies in DRAM
// row-major, its bytes padded to whole rows of 4*cols, so that a tile may be read to the end of its
// last row. All sizes and strides below are bytes unless they say otherwise.
//
// A layer over words is a sequence of tasks of three units, each with two slots of everything:
//
//     load: DRAM -> scratchpad     vector (or matrix): scratchpad -> accumulator -> scratchpad
//     store: scratchpad -> DRAM
//
// Tasks gives the order of the units. Layers are ordered by the session: the first load of a layer
// waits for the last store of the layer before (Session::awaitLayerBefore), and one more signal
// from store to load follows each layer. So a layer may use the input slots, the output slots and
// the accumulators of MemoryMap as it likes; weights and parameters keep their turns over the whole
// network (see MemoryMap) and belong to those who count them.
//
// To add an operator: a row in kinds.cc, and its plan and LayerCode in a file of its own.

#include "npuforge/compiler/graph/Graph.h"
#include "npuforge/compiler/match/pattern.h"

#include "session.h"

namespace npuforge::tile {

/// One operation of the graph over words.
struct WordsKind {
  /// Is it one of mine?
  bool (*handles)(mlir::Operation& op);
  /// Writes what make() needs on the operation, or says why the machine cannot do it. `kPlanAttr`
  /// is the attribute's name; each kind has its own contents.
  std::string (*plan)(mlir::Operation& op, const isa::Spec& spec, const match::Patterns& patterns,
                      bool fast_math);
  /// Null, with an error emitted, when the code cannot be made. A part is one that `splits` allows.
  std::unique_ptr<LayerCode> (*make)(Emit& emit, Session& session, mlir::Operation& op,
                                     const isa::Spec& spec, const Part& part);
  /// How far the layer can be cut (see Splits); null: not at all.
  Splits (*splits)(mlir::Operation& op, const isa::Machine& machine) = nullptr;
};

/// The kind of an operation that is a layer over words; null for all others.
const WordsKind* wordsKind(mlir::Operation& op);

/// f32 or i32: a tensor that lies in DRAM as words.
bool isWords(mlir::Value value);
/// f16 or bf16, or bytes (graph/bytes.h): a tensor that lies in DRAM as words do, with 2 bytes or 1
/// an element. Maps make them, products and windows read them; moves take bytes, too.
bool isNarrow(mlir::Value value);
/// Known when the network is compiled.
bool isConstant(mlir::Value value);
/// Is it a change between bytes in rows and in blocks, which moves them as they are?
bool movesBytes(mlir::Operation& op);
/// Of a tensor of words, or a narrow one, with its padding.
int64_t wordsBytes(mlir::Value tensor, const isa::Machine& machine);
/// Of an element.
int64_t elementBytes(mlir::Value tensor);

// --- the order of units
// ---------------------------------------------------------------------------

/// The units of one task, in their order. The bodies make the operations of that unit only.
class Tasks {
public:
  Tasks(Emit& emit, Session& session, llvm::StringRef compute = "vector")
      : e(emit), s(session), compute_(compute) {}
  /// Takes a slot, free since the computation two tasks before.
  void load(const std::function<void()>& body);
  /// Waits for this task's load and for a slot of results.
  void compute(const std::function<void()>& body);
  void store(const std::function<void()>& body);

private:
  Emit& e;
  Session& s;
  const std::string compute_;
};

// --- copies between DRAM and scratchpad
// -------------------------------------------------------------

/// A counter of a copy and what one step of it moves the two addresses by. Strides may be negative
/// or zero (of what is read).
struct Axis {
  mlir::Value count;
  int64_t dram, pad;
};

/// Elements of `bytes` at pad + pad_at and dram + dram_at plus the sums of the axes' steps,
/// outermost axis first. Their order is free: neighbours become one run, counters the machine's
/// generators cannot hold (negative strides, too many of them) become loops.
struct Copy {
  mlir::Value pad, pad_at; ///< buffer, offset (may be null)
  mlir::Value dram, dram_at;
  llvm::SmallVector<Axis> axes;
  int64_t bytes = 4;
};
void copyIn(Emit& emit, const Copy& copy);
void copyOut(Emit& emit, const Copy& copy);

// --- words between scratchpad and accumulator
// -------------------------------------------------------

/// The machine's instructions that copy rows of 4-byte elements as they are. Null where it has
/// none.
struct WordMoves {
  /// `loaded`: what lies in the scratchpad is F16 or BF16 and becomes f32 when it is loaded.
  explicit WordMoves(const isa::Spec& spec, isa::Type loaded = isa::Type::F32);
  const isa::Instruction *load = nullptr, ///< scratchpad to accumulator
      *store = nullptr,                   ///< accumulator to scratchpad
          *fill = nullptr;                ///< a lane register to accumulator rows
};
/// dst and src are streams of as many rows. `what` moves one stream into another.
void moveRows(Emit& emit, const isa::Instruction& what, mlir::Value dst, mlir::Value src);
/// Rows of a lane register's value.
void fillRows(Emit& emit, const isa::Instruction& what, mlir::Value dst, int64_t lane);

// --- the kinds
// --------------------------------------------------------------------------------------

/// What a reduction over words begins with: it changes no element that it is combined with.
mlir::Attribute neutralElement(graph::ReduceOp op);

extern const WordsKind kWordsEpilogue, kWordsMap, kWordsMove, kWordsReduce, kWordsProduct,
    kWordsWindows, kWordsGather, kWordsScatter, kWordsBlocks;

} // namespace npuforge::tile
