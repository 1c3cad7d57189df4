// Operands weighted on corners: where roundings tie, results underflow or overflow, and sums
// cancel.
#pragma once

#include <cstdint>

#include "formats.h"

namespace npuforge::fp {

struct Case {
  uint64_t a = 0, b = 0, c = 0;
};

/// xoshiro256**, seeded by splitmix64.
class Random {
public:
  explicit Random(uint64_t seed);
  uint64_t bits();
  uint32_t below(uint32_t n) { return uint32_t((bits() >> 32) * n >> 32); }
  int between(int low, int high) { return low + int(below(uint32_t(high - low + 1))); }

private:
  uint64_t state_[4];
};

/// Numbers of format F.
template <class F>
class Values {
public:
  explicit Values(Random& random) : random_(random) {}
  /// Any number: special ones, subnormals, patterns of fraction bits, random bits.
  uint32_t any();
  /// Any sign and a fraction likely to be a corner, with this exponent (clamped into the format's
  /// finite range).
  uint32_t with_exponent(int exponent);
  /// Operands related to one another so that sums cancel or tie, products under- or overflow.
  Case triple();

private:
  uint32_t special();
  uint32_t fraction();
  uint32_t second(uint32_t a);
  uint32_t third(uint32_t a, uint32_t b);
  uint32_t nudged(uint32_t bits) { return (bits + uint32_t(random_.between(-3, 3))) & F::kMask; }
  Random& random_;
};

/// An f32 near a number of format To or near the middle between two neighbours.
template <class To>
uint32_t near_rounding(Random& random);
/// An f32 near an integer of `bits` bits or the middle between two, also just out of range.
uint32_t near_integer(Random& random, int bits);
/// An integer of `bits` bits whose conversion ties or nearly so, or any.
uint64_t integer(Random& random, int bits);
/// Every sign and exponent of f32 with fractions of one bit, runs of ones, and their neighbours.
/// False when `index` is past the last.
bool exponent_corner(uint64_t index, uint64_t& bits);

extern template class Values<F32>;
extern template class Values<F16>;
extern template class Values<BF16>;
extern template uint32_t near_rounding<F16>(Random&);
extern template uint32_t near_rounding<BF16>(Random&);

} // namespace npuforge::fp
