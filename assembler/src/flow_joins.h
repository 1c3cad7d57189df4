#pragma once
// Where the ways behind a branch meet again.

#include <cstdint>
#include <optional>
#include <vector>

namespace npuforge::assembler {

/// The instructions that may follow one; a program's end is `size()`. None: no way goes on.
using Followers = std::vector<std::vector<uint32_t>>;

/// Of each instruction the next one that every way from it to the program's end passes: immediate
/// post-dominators, by Cooper, Harvey and Kennedy's algorithm. None where no way leads to the end.
std::vector<std::optional<uint32_t>> joins(const Followers& followers);

} // namespace npuforge::assembler
