#pragma once
// Parts of chains that one instruction could do, and what such an instruction is made of.

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "npuforge/isa/propose.h"

namespace npuforge::isa {

/// Steps of one chain, ascending; the last one makes the result.
using Part = std::vector<int>;

/// An operand of a step: its step's place in the part, and its index in the instruction.
struct Slot {
  int step, operand;
  auto operator<=>(const Slot&) const = default;
};

/// One place where a candidate could be used.
struct Occurrence {
  const Chain* chain;
  int chain_index;
  Part part;
  std::vector<ChainSource> lanes; ///< parallel to Candidate::lanes
  int64_t before;                 ///< cycles of the part's steps
};

/// Parts of equal structure: the same instructions, connected alike.
struct Candidate {
  std::vector<const Instruction*> steps;
  std::vector<std::vector<int>> from; ///< for each step and operand: the step of the part that it
                                      ///< reads, -1 - s for external stream s, or kLane
  std::vector<Slot> lanes;            ///< the operands that are lane registers
  std::vector<Slot> streams;          ///< the first operand that reads external stream s
  std::vector<Occurrence> occurrences;
  static constexpr int kLane = 1 << 20;
};

/// All parts of two steps and more that read at most `most_streams` streams, grouped by structure.
/// Steps in `taken` (chain, step) belong to no part.
std::vector<Candidate> find_candidates(const Spec& spec, const std::vector<Chain>& chains,
                                       const std::map<std::pair<int, int>, bool>& taken,
                                       int most_streams);

/// Cycles that one execution of an instruction occupies its unit on streams of `rows` rows.
int64_t occupancy(const Spec& spec, const Instruction& instruction, int64_t rows);

} // namespace npuforge::isa
