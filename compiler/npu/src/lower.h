#pragma once
// From tile and scf operations to instructions.

#include "npuforge/compiler/tile/Tile.h"

#include "assembly.h"
#include "generators.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "registers.h"
#include "vector_functions.h"

namespace npuforge::npu {

/// Lowers one module's layers into an npu.program, operation by operation in program order.
class Lowering {
public:
  Lowering(mlir::ModuleOp module, const Target& target, const VectorInstructions& vectors);
  mlir::LogicalResult run();

private:
  using Value = mlir::Value;

  void start(int64_t core);
  /// Layers, and what stands between them: control flow and what it needs (lower_control.cc).
  mlir::LogicalResult program(mlir::Block& block);
  mlir::LogicalResult cores();
  mlir::LogicalResult repeat(tile::RepeatOp op);
  mlir::LogicalResult branch(tile::BranchOp op);
  void again(int index, Value turns, llvm::StringRef begin, llvm::StringRef end);
  void releaseTurns(mlir::Operation& op);
  void jump(llvm::StringRef label);
  /// A layer; where registers run out, values are computed again and it is lowered once more.
  mlir::LogicalResult layer(tile::LayerOp layer);
  mlir::LogicalResult block(mlir::Block& block);
  mlir::LogicalResult operation(mlir::Operation& op);
  mlir::LogicalResult loop(mlir::scf::ForOp loop);
  mlir::LogicalResult scalar(mlir::Operation& op, llvm::StringRef function);
  mlir::LogicalResult multiply(tile::MultiplyOp op);
  mlir::LogicalResult loadScalar(tile::LoadScalarOp op);
  mlir::LogicalResult storeScalar(tile::StoreScalarOp op);
  mlir::LogicalResult notify(tile::NotifyOp op);
  mlir::LogicalResult expect(tile::ExpectOp op);
  mlir::LogicalResult copyAcross(tile::CopyAcrossOp op);
  template <typename Op>
  mlir::LogicalResult copy(Op op, isa::Action action, llvm::StringRef pad, llvm::StringRef dram);
  template <typename Op>
  mlir::LogicalResult vector(Op op, int64_t levels);
  mlir::LogicalResult apply(tile::ApplyOp op);

  /// Sets a generator where needed and says where the stream begins.
  Address stream(Value value, const isa::Instruction& user, llvm::StringRef operand,
                 bool keep_levels = false);
  Address wordOf(Value stream, const isa::Instruction& user); ///< of the scratchpad
  Shape shapeOf(tile::StreamOp stream, bool window, bool keep_levels);
  void setLevel(int generator, int level, const LevelShape& shape);
  /// The number as a value operand; computes into a temporary register what does not fit into the
  /// word.
  Address value(Number number, const isa::Instruction& user, llvm::StringRef operand);
  Number number(Value value);
  int registerOf(Value value); ///< constants go to a temporary register
  bool assign(Value value);    ///< a register; false, with needs_register_ set, if none is free
  int temporary();
  void giveTemporaries(size_t kept = 0); ///< all but the first ones
  void addImmediate(int result, int source, int64_t constant);
  void label(llvm::StringRef name);
  /// Jumps where the number is below one.
  void skipIfEmpty(Value count, llvm::StringRef end);
  Instruction make(const isa::Instruction& what) { return Instruction(builder_, what); }

  mlir::ModuleOp module_;
  const Target& target_;
  const VectorInstructions& vectors_;
  const isa::Machine& machine_;
  const Idle idle_;
  mlir::OpBuilder builder_;
  mlir::Location location_;
  Registers registers_;
  Generators generators_;
  llvm::SmallVector<int> temporaries_; ///< free again after the operation
  int labels_ = 0, depth_ = 0;
  Value leaves_;                       ///< what ends the loop whose body has just ended; or null
  llvm::SmallVector<Value> done_;      ///< numbers of turns that still have readers
  mlir::Operation* current_ = nullptr; ///< being lowered
  mlir::Operation* needs_register_ = nullptr; ///< found none; it is tried again or refused
  bool failed_ = false; ///< an error has been emitted, or needs_register_ is set
};

/// Operations between layers that become instructions.
bool isCode(mlir::Operation& op);
/// Operations that emit nothing themselves; their operands are used where their results are.
bool isTransparent(mlir::Operation& op);

} // namespace npuforge::npu
