#pragma once
// Values that are computed again where they are read, so that they hold no register in between.

#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/SetVector.h"
#include "mlir/IR/Operation.h"

namespace npuforge::npu {

/// Frees registers of one layer, a value at a time. A value is computed again a few times at most,
/// so the work ends: once is not enough, as its readers may themselves have moved further down.
/// What is left then are counters of loops, words that the device has loaded, and what the
/// operation itself reads.
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
  llvm::DenseMap<mlir::Operation*, int> moves_; ///< how often a copy has been copied
};

} // namespace npuforge::npu
