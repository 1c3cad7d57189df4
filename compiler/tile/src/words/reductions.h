#pragma once
// Reductions of the vector unit over accumulator rows of words, and maps of two of them, found by
// what they compute.

#include "npuforge/compiler/match/roles.h"

#include "words/words.h"

namespace npuforge::tile {

/// An instruction that combines rows, and which of its operands plays which role: the function's
/// sources, "dst", and lane registers.
struct RowReduction {
  const isa::Instruction* what;
  match::Roles roles;
  std::vector<std::string> sources;                    ///< roles
  std::vector<std::pair<std::string, uint32_t>> lanes; ///< role -> bits of the number it must hold
};

/// Sources that are two lie in different banks.
enum class RowFunction {
  // Of groups of rows.
  Sum,
  Max,
  Dot, ///< sum of the products of two
  // Of two rows each.
  Add,
  Multiply,
  Greater,
  Less,
};

/// Of f32 or i32 rows; none if the machine lacks it.
std::optional<RowReduction> findReduction(mlir::MLIRContext& context, const isa::Spec& spec,
                                          RowFunction function, isa::Type type);

/// Lane registers from `first` on take the numbers that the instruction needs.
void setReductionLanes(Emit& emit, const RowReduction& reduction, int64_t first);
/// A group is the rows of the lowest `levels` levels of `srcs`, all of which have more than one
/// row; 0 levels: a map.
void combineRows(Emit& emit, const RowReduction& reduction, mlir::Value dst,
                 llvm::ArrayRef<mlir::Value> srcs, int64_t levels, int64_t first_lane);

} // namespace npuforge::tile
