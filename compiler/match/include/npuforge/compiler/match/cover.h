#pragma once
// The cheapest sequence of instructions that computes a DAG's root, by the spec's timing.

#include <set>

#include "npuforge/compiler/match/pattern.h"

namespace npuforge::match {

/// Rows of one value in one memory.
struct RowValue {
  mlir::Type type;
  isa::Space space;
  int input = -1; ///< number of the network's operand that it is; -1: made by a step
};

struct StepOperand {
  std::string name;           ///< of the instruction's operand
  int value = -1;             ///< rows: index into Cover::values; -1: a number
  std::vector<uint64_t> bits; ///< a number's bits: one, or one for each channel
  isa::OperandKind kind = isa::OperandKind::Stream;
};

/// One instruction over a tile.
struct Step {
  const isa::Instruction* instruction;
  std::string destination; ///< operand's name
  int result;              ///< index into Cover::values
  std::vector<StepOperand> operands;
  int64_t cycles; ///< its occupancy
};

struct Cover {
  std::vector<RowValue> values; ///< an input that one instruction reads twice is here twice
  std::vector<Step> steps;      ///< in an order in which they can run; the last makes the root
  int64_t cycles = 0;           ///< of all steps
};

/// The occupancy of an instruction whose streams have `rows` rows.
int64_t occupancy(const isa::Spec& spec, const isa::Instruction& instruction, int64_t rows);

/// The cheapest cover and the cheapest of those that use other instructions; fewer if there are
/// none. Leaves are rows in the scratchpad, those of `accumulated` numbers rows of the accumulator;
/// the root comes to lie in `space`.
std::vector<Cover> findCovers(const isa::Spec& spec, const std::vector<Pattern>& patterns, Dag& dag,
                              Dag::Class root, int64_t rows, const std::set<int>& accumulated = {},
                              isa::Space space = isa::Space::Scratchpad);

} // namespace npuforge::match
