#pragma once
// The order of a program's instructions, proven before it runs: no unit waits for a token that none
// gives, none gives more than the counters hold, whatever way branches and loops take.
//
// Scalar instructions are executed as far as their operands are known, so that streams without data
// in their control are checked exactly. What is loaded from the scratchpad is not known: a branch
// on it is followed both ways, which must leave the counters of tokens equal where they meet, and a
// turn of a loop that ends by it must leave them as it found them. Units take instructions from
// queues of their depth, in order, when their tokens are there; what can be executed stays so, so
// one order of events stands for all.
//
// Cores that run the text together are followed one by one, each with its number, and then all at
// once over what their sequencers give their units: no await is without its signals, and no counter
// of an event may have to hold more than it can. Not where data decide over such an instruction.

#include <cstdint>
#include <string>
#include <vector>

#include "npuforge/assembler/program.h"

namespace npuforge::assembler {

struct FlowCheck {
  std::vector<std::string> problems; ///< a line each; the first ones
  std::string left_out;              ///< what has not been checked, for the user; "": nothing
};

/// Follows at most `most` instructions of a core.
FlowCheck check_flow(const Program& program, const isa::Spec& spec, int64_t most);

/// The same for programs that must be right. Returns a note for the user where not all was
/// followed, else "". Throws ProgramError with all problems.
std::string require_flow(const Program& program, const isa::Spec& spec, int64_t most);

} // namespace npuforge::assembler
