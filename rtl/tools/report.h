#pragma once
// What npucosim says about a run: on the terminal, and as JSON.

#include <filesystem>

#include "npuforge/rtl/compare.h"

namespace npuforge::cosim {

void print_summary(const Job& job, const Outcome& outcome);
/// Throws isa::FileError.
void write_json(const Job& job, const Outcome& outcome, const std::filesystem::path& file);

} // namespace npuforge::cosim
