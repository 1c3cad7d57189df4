#pragma once
// Random programs of machines with several cores.

#include "random_program.h"

namespace npuforge::random_programs {

/// All cores begin at one entry, branch on their numbers, and each runs a program of its own. They
/// meet at barriers; between two barriers each has a stretch of DRAM of its own, and all read
/// another one, which the next barrier deals out anew; likewise a stretch of the scratchpads, if
/// cores can copy to each other. Single signals go to and fro. Every await
/// stands, in the order in which the programs are made, behind the signals that it needs: so none
/// deadlocks.
assembler::Program program_of_cores(const isa::Spec& spec, const Settings& settings);

} // namespace npuforge::random_programs
