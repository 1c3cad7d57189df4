#pragma once
// What can be proven of a program before it runs, whatever the cycles are that anything takes: each
// unit comes to its end, instructions touch what is there, and what touches the same is ordered.
//
// Scalar instructions are executed as far as their operands are known, so that streams without data
// in their control are checked exactly. What is loaded from the scratchpad is not known: a branch
// on it is followed both ways, which must leave the counters of tokens equal where they meet, and a
// turn of a loop that ends by it must leave them as it found them. Each core is followed with its
// number.
//
// - Tokens: no unit waits for one that none gives, none gives more than the counters hold. Units
//   take instructions from queues of their depth, in order, when their tokens are there; what can
//   be executed stays so, so one order of events stands for all. Likewise weight sets.
// - Events: the cores all at once, over what their sequencers give their units: no await is without
//   its signals, and no counter may have to hold more than it can.
// - Bounds: what the simulator calls a program error of an instruction's streams (TIMING.md section
//   2), on every way that is followed: outside the memory, not aligned, too many rows, two sources
//   in a bank, a destination that overlaps its source; and stores into the program's text.
// - Races: of two instructions that touch the same bytes, one of them writing, the older one is
//   complete when the newer one issues, in every timing: in a core by tokens, queues and the
//   sequencer, between cores, which share the DRAM, also by events. Of branches that data decide
//   over two runs are looked at, one that takes the first of the two ways everywhere and one that
//   takes the second; loops that data end make two turns, and begin a third one.
//
// What data decide over - an address, an event - is left out, and named.

#include <cstdint>
#include <string>
#include <vector>

#include "npuforge/assembler/program.h"

namespace npuforge::assembler {

struct FlowCheck {
  std::vector<std::string> problems; ///< a line each; the first ones
  std::vector<std::string> left_out; ///< what has not been checked, for the user: a line each
};

/// Follows at most `most` instructions of a core.
FlowCheck check_flow(const Program& program, const isa::Spec& spec, int64_t most);

/// The same for programs that must be right. Returns what has been left out. Throws ProgramError
/// with all problems.
std::vector<std::string> require_flow(const Program& program, const isa::Spec& spec, int64_t most);

} // namespace npuforge::assembler
