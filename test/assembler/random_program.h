#pragma once
// Programs that mean nothing but use everything the text and the file can hold.

#include <random>

#include "npuforge/assembler/program.h"

namespace npuforge::assembler::test {

using Random = std::mt19937_64;
/// The same numbers for the same seed, so that a failure can be repeated.
inline Random seeded(uint64_t seed) {
  return Random(seed);
}

int64_t pick(Random& random, int64_t low, int64_t high);
/// A number of the range, its ends more often than chance would have them.
int64_t pick_with_ends(Random& random, int64_t low, int64_t high);

/// A word of the given instruction with random operands, waits and posts. Targets lie in [0,
/// targets].
isa::Word random_word(Random& random, const isa::Spec& spec, const isa::Instruction& instruction,
                      int64_t targets);
/// All instructions of the spec, some raw words, random data, symbols, ports and layers; passes
/// problems().
Program random_program(Random& random, const isa::Spec& spec);

} // namespace npuforge::assembler::test
