#pragma once
// A candidate as an instruction of the spec language.

#include <optional>
#include <string>

#include "propose_candidates.h"

namespace npuforge::isa {

/// An instruction in the making.
struct Built {
  std::string format, instruction; ///< YAML, as in Proposal
  int64_t pace;                    ///< cycles a row
  int64_t more; ///< cycles of occupancy besides: beats of a result row behind its first
  int64_t occupancy(int64_t rows) const { return pace * rows + more; }
};

/// The entry of a candidate under a name; `number` of earlier proposals have their opcodes. Lane
/// registers that hold the same number in all occurrences become literals. Nothing if the word or
/// the opcodes do not suffice.
std::optional<Built> build(const Spec& spec, const Candidate& candidate,
                           const std::string& mnemonic, int number);

} // namespace npuforge::isa
