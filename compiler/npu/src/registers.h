#pragma once
// Scalar registers for SSA values of structured code: a value holds its register from its
// definition to the end of its last use, where a use inside a loop that does not contain the
// definition counts to the end of that loop.

#include "llvm/ADT/MapVector.h"
#include "mlir/IR/Operation.h"

namespace npuforge::npu {

class Registers {
public:
  /// Registers first .. last are free.
  Registers(int first, int last);
  /// Finds the last uses of everything in `region`. `transparent` operations emit nothing: their
  /// operands are used where their results are.
  void analyse(mlir::Region& region, llvm::function_ref<bool(mlir::Operation&)> transparent);

  int take(); ///< a free register; -1 if there is none
  void give(int number) { free_.push_back(number); }
  bool assign(mlir::Value value);                 ///< false if there is no free register
  llvm::SmallVector<mlir::Value> holders() const; ///< values that hold a register, oldest first
  int of(mlir::Value value) const { return numbers_.lookup(value); }
  /// Frees what `op` uses last.
  void finish(mlir::Operation& op);
  void release(mlir::Value value);

private:
  mlir::Operation* lastUse(mlir::Value value,
                           llvm::function_ref<bool(mlir::Operation&)> transparent);

  llvm::SmallVector<int> free_;
  llvm::MapVector<mlir::Value, int> numbers_;
  llvm::DenseMap<mlir::Operation*, llvm::SmallVector<mlir::Value>> dying_;
};

} // namespace npuforge::npu
