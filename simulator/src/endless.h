#pragma once
// What a program that does not end is doing.

#include <string>

#include "core.h"

namespace npuforge::simulator {

/// "; it is in the loop of 'Loop_2', in that of 'Loop_1'": the loops around an instruction that a
/// branch closes, named by the layer that the branch belongs to, innermost first. Empty without
/// any.
std::string loops_around(const RunContext& context, uint32_t pc);

} // namespace npuforge::simulator
