#pragma once
// Finds unordered accesses: an instruction issues while another one, not complete, touches the same
// bytes and one of them writes. Within one unit only the vector unit can read what it has not
// written yet; the matrix unit accumulates in order.

#include <optional>
#include <span>
#include <string>

#include "job.h"

namespace npuforge::simulator {

/// Checks a job that issues at its `issue` cycle against the issued ones. Returns what is wrong, if
/// anything.
std::optional<std::string> find_hazard(std::span<Job* const> issued, const Job& job);

/// The same against instructions that core `other` has issued, which share DRAM with the job's.
std::optional<std::string> find_hazard_of_cores(std::span<Job* const> issued, int other,
                                                const Job& job);

} // namespace npuforge::simulator
