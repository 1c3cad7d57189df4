#pragma once
// Values that are computed again where they are read, so that they hold no register in between.

#include "llvm/ADT/DenseSet.h"
#include "mlir/IR/Operation.h"

namespace npuforge::npu {

/// Frees registers of one layer, a value at a time. A value is computed again at most once, so the
/// work ends; what is left then are counters of loops, words that the device has loaded, and what
/// the operation itself reads.
class Rematerialiser {
public:
  /// `transparent` operations emit nothing: their operands are read where their results are.
  explicit Rematerialiser(llvm::function_ref<bool(mlir::Operation&)> transparent)
      : transparent_(transparent) {}

  /// At `op` the values of `live` hold all registers. Chooses one that `op` does not read, which
  /// costs least to compute again, and moves copies of its operation before each operation that
  /// reads it. False: there is none.
  bool free(mlir::Operation& op, llvm::ArrayRef<mlir::Value> live);

private:
  using Readers = llvm::SmallSetVector<mlir::Operation*, 8>;
  void addReaders(mlir::Value value, Readers& readers) const;
  void moveToReaders(mlir::Value value, const Readers& readers);

  llvm::function_ref<bool(mlir::Operation&)> transparent_;
  llvm::DenseSet<mlir::Operation*> moved_; ///< these stay where they are
};

} // namespace npuforge::npu
