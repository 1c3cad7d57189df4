#pragma once
// What npucosim says about a run: on the terminal, and as JSON.

#include <filesystem>

#include "npuforge/rtl/compare.h"

namespace npuforge::cosim {

void print_summary(const Job& job, const Outcome& outcome);
/// Written to a temporary name first. Throws std::runtime_error if the file cannot be written.
void write_json(const Job& job, const Outcome& outcome, const std::filesystem::path& file);

}  // namespace npuforge::cosim
