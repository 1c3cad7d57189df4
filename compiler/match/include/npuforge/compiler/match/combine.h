#pragma once
// Instructions that combine rows of the accumulator by one operation: a reduction over a group of
// rows, or a map of two rows.

#include <map>
#include <optional>
#include <string>

#include "npuforge/compiler/match/pattern.h"

namespace npuforge::match {

/// An instruction with its streams; the other operands are numbers, as bits, that make it compute
/// just the operation.
struct Combination {
  const isa::Instruction* instruction = nullptr;
  std::string destination, first, second; ///< reduction: no second
  std::map<std::string, uint64_t> lanes, values;
};

/// A reduction: from `neutral` on, state = op(state, row) for each row of a group, and the result
/// is the state. `op` is an operation of arith over two elements of `type`, f32 or i32, in the
/// accumulator.
std::optional<Combination> findReduction(mlir::MLIRContext& context, const isa::Spec& spec,
                                         const std::string& op, mlir::Type type, uint64_t neutral);

/// A map of two streams of accumulator rows to accumulator rows.
std::optional<Combination> findPairwise(const Patterns& patterns, const std::string& op,
                                        mlir::Type type);

} // namespace npuforge::match
