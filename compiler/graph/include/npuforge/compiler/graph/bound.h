#pragma once
// The least time that a network takes, from its graph alone: what no schedule can go below that
// computes all elements of all results. It knows nothing of tiles, instructions or overlaps, nor
// of elements that nobody reads, as those between windows whose stride is beyond their size.

#include <cstdint>

#include <mlir/Dialect/Func/IR/FuncOps.h>

namespace npuforge::graph {

/// What a machine does in a cycle.
struct Resources {
  int64_t rows, cols; ///< of the array: i8 operands; s-byte ones take s cycles a row
  int64_t lanes;      ///< of the vector unit: 32-bit elements a cycle
  int64_t dram_bytes; ///< a cycle
};

/// Cycles of each resource, were it busy all the time. Depthwise convolutions may run on the array
/// or on the vector unit and are divided between the two as suits the sum best.
struct Bound {
  double array = 0, vector = 0, dram = 0;
  double cycles() const; ///< the largest
};

/// Of a lowered @main: integer operators and operators on tensors.
///
/// Array: blocks of rows x cols weights, the sum over taps and channels packed; a block takes as
/// many cycles as result rows stream through it, or as its preload has rows, whichever is more.
/// DRAM: weights, the network's inputs and outputs, once each. Vector: one element a lane and cycle
/// for each requantised, added, pooled, mapped element; a depthwise convolution's taps.
Bound lowerBound(mlir::func::FuncOp main, const Resources& resources);

/// The same of some operations alone; of DRAM their constants.
Bound lowerBound(llvm::ArrayRef<mlir::Operation*> operations, const Resources& resources);

} // namespace npuforge::graph
