#pragma once
// Finds unordered accesses: an instruction issues while another one, not complete, touches the same
// bytes and one of them writes. Within one unit only the vector unit can read what it has not
// written yet; the matrix unit accumulates in order.

#include <optional>
#include <span>
#include <string>

#include "job.h"

namespace npuforge::simulator {

/// Checks a job of a core that issues at its `issue` cycle against those that the core has issued.
/// Returns what is wrong, if anything.
std::optional<std::string> find_hazard(std::span<Job* const> issued, const Job& job, int core);

/// The same against instructions that core `other` has issued: they share DRAM, and copies reach
/// another core's scratchpad.
std::optional<std::string> find_hazard_of_core(std::span<Job* const> issued, int other,
                                               const Job& job, int core);

} // namespace npuforge::simulator
