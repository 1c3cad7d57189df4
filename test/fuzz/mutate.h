#pragma once
// Mutations of bytes, for builds without libFuzzer.

#include <cstdint>
#include <random>
#include <vector>

namespace npuforge::fuzz {

using Input = std::vector<uint8_t>;

/// `input` changed in one to eight places; `other` is where pieces may come from.
Input mutate(Input input, const Input& other, std::mt19937_64& random);

} // namespace npuforge::fuzz
