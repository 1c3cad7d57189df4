#pragma once
// The maps over quantised rows that layers have in common, and the lane registers that they read.

#include "emit.h"
#include "layers.h"

namespace npuforge::tile {

/// Lane registers of a requantisation: i32 to i8.
struct RequantLanes {
  int64_t bias, multiplier, shift, zero, low, high;
};

/// Lane registers of a sum of two i8.
struct SumLanes {
  int64_t zero_a, multiplier_a, zero_b, multiplier_b, shift, zero, low, high;
};

/// Requantises the rows of accumulators `src` to `dst`.
void requantiseRows(Emit& e, mlir::Value dst, mlir::Value src, const RequantLanes& lanes);

/// Sets the lane registers of a sum to its numbers.
void setSumLanes(Emit& e, const SumLanes& lanes, const Sum& sum);

/// Adds the rows `a` and `b`.
void addRows(Emit& e, mlir::Value dst, mlir::ValueRange a_and_b, const SumLanes& lanes);

} // namespace npuforge::tile
