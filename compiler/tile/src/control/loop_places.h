#pragma once
// Where a loop's values lie, so that as few as can be are copied from turn to turn: the body writes
// what it carries and collects where the next turn and the loop's readers find it.

#include "flow.h"

namespace npuforge::tile {

/// The value behind reshapes, which are the same bytes.
mlir::Value behindReshapes(mlir::Value value);
int64_t bytesOf(mlir::Value value);

/// Values that layers or control flow of a body itself make; each is given to one place.
class MadeValues {
public:
  explicit MadeValues(mlir::func::FuncOp body) : block_(&body.getBody().front()) {}
  /// Is it made there, and nobody's yet?
  bool take(mlir::Value value);

private:
  mlir::Block* block_;
  llvm::DenseSet<mlir::Value> taken_;
};

/// Where a loop's values are among its body's arguments and results.
struct LoopParts {
  LoopParts(graph::LoopOp op, mlir::func::FuncOp body);

  mlir::Value turn() const { return arguments[0]; }
  mlir::Value carriedIn(size_t i) const { return arguments[1 + i]; }
  mlir::Value slice(size_t i) const { return arguments[1 + carried + i]; }
  mlir::Value input(size_t i) const { return arguments[1 + carried + scanned + i]; }
  mlir::Value condition() const { return results[0]; }
  mlir::Value carriedOut(size_t i) const { return results[first_result + i]; }
  mlir::Value piece(size_t i) const { return results[first_result + carried + i]; }

  const size_t carried, scanned, collected;
  const llvm::SmallVector<mlir::Value> arguments, results;
  const size_t first_result;
};

/// A carried value's data.
struct CarriedPlace {
  enum Form {
    Still, ///< the same in all turns
    Pair,  ///< two places: one is read, the other one written, by turns
    Stack, ///< it is collected, too: a turn reads what the one before has collected
  } form;
  size_t collected = 0; ///< Stack: which one
  bool made = false;    ///< the body's layers write it there; else it is copied
};
/// A collected value's data: a slice for each turn; one more, in front (backwards: behind), with
/// what the first turn reads if the slices are carried, too.
struct CollectedPlace {
  bool backwards = false, carried = false, made = false;
};

/// The places of one loop.
class LoopPlaces {
public:
  explicit LoopPlaces(graph::LoopOp op, mlir::func::FuncOp body);

  std::vector<CarriedPlace> carried;
  std::vector<CollectedPlace> collected;

  /// Bytes of the data, without what layers may read behind the last element.
  int64_t carriedBytes(size_t i) const; ///< 0: it has none of its own
  int64_t collectedBytes(size_t i) const;

  /// Offsets in the data, of turn `turn`: what it reads, what it writes.
  mlir::Value in(Emit& emit, size_t i, mlir::Value turn) const;
  mlir::Value out(Emit& emit, size_t i, mlir::Value turn) const;
  mlir::Value piece(Emit& emit, size_t i, mlir::Value turn) const;
  /// Where the whole of a collected tensor begins.
  int64_t collectedAt(size_t i) const;

private:
  int64_t step(size_t i) const; ///< of a pair

  const LoopParts parts_;
  const int64_t most_;
};

} // namespace npuforge::tile
