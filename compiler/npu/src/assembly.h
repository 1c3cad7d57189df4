#pragma once
// Writes npu.inst operations by role; shared by lowering and token insertion.

#include "npuforge/compiler/npu/Npu.h"

#include "mlir/IR/Builders.h"
#include "target.h"

namespace npuforge::npu {

/// Contents of a value operand: offset + register. With `generator` set, of a stream operand.
struct Address {
  int64_t offset = 0;
  int base = 0;
  int generator = -1;
};

/// Collects one instruction's operands by name.
class Instruction {
public:
  Instruction(mlir::OpBuilder& builder, const isa::Instruction& what)
      : builder_(builder), what_(what) {}
  Instruction& number(llvm::StringRef operand, int64_t value);
  Instruction& address(llvm::StringRef operand, Address value);
  Instruction& label(llvm::StringRef operand, llvm::StringRef name);
  /// Makes the operation; every operand of the spec's instruction must have been given.
  InstOp emit(mlir::Location location);
  const isa::Instruction& what() const { return what_; }

private:
  mlir::OpBuilder& builder_;
  const isa::Instruction& what_;
  llvm::SmallVector<mlir::NamedAttribute> operands_;
};

/// Registers, generators and places that instructions use which only wait or signal; attributes of
/// npu.program.
struct Idle {
  int row_generator;   ///< never set: one row
  int empty_generator; ///< one row outside its window
  int scratchpad_register, dram_register;
  int lane;
  static Idle of(const isa::Machine& machine);
};

} // namespace npuforge::npu
