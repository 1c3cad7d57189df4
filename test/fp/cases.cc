#include "cases.h"

#include <iterator>

namespace npuforge::fp {

Random::Random(uint64_t seed) {
  for (uint64_t& word : state_) {
    uint64_t z = seed += 0x9e3779b97f4a7c15;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
    z = (z ^ z >> 27) * 0x94d049bb133111eb;
    word = z ^ z >> 31;
  }
}

uint64_t Random::bits() {
  const uint64_t result = std::rotl(state_[1] * 5, 7) * 9, t = state_[1] << 17;
  state_[2] ^= state_[0];
  state_[3] ^= state_[1];
  state_[1] ^= state_[2];
  state_[0] ^= state_[3];
  state_[2] ^= t;
  state_[3] = std::rotl(state_[3], 45);
  return result;
}

template <class F>
uint32_t Values<F>::special() {
  constexpr int M = F::kManBits;
  constexpr uint32_t one = uint32_t(F::kBias) << M, min_normal = 1u << M;
  constexpr uint32_t list[] = {0,
                               0,
                               0,
                               1,
                               2,
                               3,
                               min_normal / 2,
                               min_normal - 2,
                               min_normal - 1,
                               min_normal,
                               min_normal + 1,
                               2 * min_normal,
                               one - min_normal,
                               one - 1,
                               one,
                               one + 1,
                               one + min_normal / 2,
                               one + min_normal,
                               one + 2 * min_normal,
                               one + M * min_normal,
                               one + (M + 1) * min_normal - 1,
                               one + (M + 1) * min_normal,
                               F::kInfinity - 2,
                               F::kInfinity - 1,
                               F::kInfinity,
                               F::kInfinity,
                               F::kInfinity + 1,
                               F::kNan,
                               F::kNan + 1,
                               F::kSign - 1};
  const uint32_t sign = random_.below(2) ? F::kSign : 0;
  return list[random_.below(std::size(list))] | sign;
}

template <class F>
uint32_t Values<F>::fraction() {
  const uint32_t run = F::kFraction >> random_.below(F::kManBits + 1);
  switch (random_.below(8)) {
  case 0:
    return 0;
  case 1:
    return F::kFraction;
  case 2:
    return 1u << random_.below(F::kManBits);
  case 3:
    return run;
  case 4:
    return F::kFraction & ~run;
  case 5:
    return uint32_t(random_.bits()) & F::kFraction & ~run;
  case 6:
    return uint32_t(random_.bits() & random_.bits() & random_.bits()) & F::kFraction;
  default:
    return uint32_t(random_.bits()) & F::kFraction;
  }
}

template <class F>
uint32_t Values<F>::with_exponent(int exponent) {
  const auto e = uint32_t(std::clamp(exponent, 0, F::kExpMax - 1));
  return (random_.below(2) ? F::kSign : 0) | e << F::kManBits | fraction();
}

template <class F>
uint32_t Values<F>::any() {
  switch (random_.below(16)) {
  case 0:
  case 1:
    return special();
  case 2:
  case 3:
    return with_exponent(0);
  case 4:
    return with_exponent(random_.between(1, F::kManBits + 2));
  case 5:
    return with_exponent(F::kExpMax - 1 - int(random_.below(4)));
  case 6:
  case 7:
  case 8:
    return with_exponent(F::kBias + random_.between(-F::kManBits - 4, F::kManBits + 4));
  case 9:
  case 10:
  case 11:
    return uint32_t(random_.bits()) & F::kMask;
  default:
    return with_exponent(int(random_.below(F::kExpMax)));
  }
}

template <class F>
uint32_t Values<F>::second(uint32_t a) {
  constexpr int M = F::kManBits;
  const int e = F::exponent(a);
  switch (random_.below(12)) {
  case 0:
  case 1:
    return any();
  case 2:
  case 3:
    return with_exponent(e + random_.between(-M - 4, M + 4));
  case 4:
  case 5:
    return nudged(a ^ F::kSign);
  case 6:
    return with_exponent(e + random_.between(-1, 1)) ^ F::kSign;
  // Half of a's last place, or nearly.
  case 7:
    return nudged((uint32_t(std::max(e - M - 1 + random_.between(-1, 1), 0)) << M) |
                  (random_.bits() & F::kSign));
  // Products that become subnormal or zero, and that come near the largest number.
  case 8:
  case 9:
    return with_exponent(F::kBias - e + random_.between(-M - 3, 2));
  case 10:
    return with_exponent(F::kBias - e + F::kExpMax + random_.between(-3, 1));
  default:
    return uint32_t(F::kBias + random_.between(-3, 3)) << M;
  }
}

template <class F>
uint32_t Values<F>::third(uint32_t a, uint32_t b) {
  constexpr int M = F::kManBits;
  const int e = std::max(F::exponent(a), 1) + std::max(F::exponent(b), 1) - F::kBias;
  switch (random_.below(10)) {
  case 0:
    return any();
  case 1:
    return special();
  // The product cancels, all but its rounding error, or nearly so.
  case 2:
  case 3:
  case 4:
    return nudged(F::encode(-F::decode(a) * F::decode(b)));
  case 5:
    return with_exponent(e + random_.between(-1, 2));
  case 6:
  case 7:
    return with_exponent(e + random_.between(-2 * M - 8, 2 * M + 8));
  // About half of the product's last place, and the product about half of this one's.
  case 8:
    return nudged((uint32_t(std::clamp(e - M - random_.between(-1, 2), 0, F::kExpMax)) << M) |
                  (random_.bits() & F::kSign));
  default:
    return with_exponent(e + M + random_.between(-1, 4));
  }
}

template <class F>
Case Values<F>::triple() {
  uint32_t a = any(), b = second(a);
  if (random_.below(2))
    std::swap(a, b);
  return {a, b, third(a, b)};
}

template <class To>
uint32_t near_rounding(Random& random) {
  Values<To> to(random);
  const uint32_t bits = to.any();
  const double low = To::decode(bits), high = To::decode((bits + 1) & To::kMask);
  const double value = random.below(3) ? (low + high) / 2 : low;
  return std::bit_cast<uint32_t>(float(value)) + uint32_t(random.between(-1, 1));
}

uint32_t near_integer(Random& random, int bits) {
  const double limit = std::ldexp(1.0, bits - 1);
  const double size = std::ldexp(double(random.bits() >> 11), random.between(0, bits + 1) - 53);
  double whole = std::floor(size);
  if (random.below(8) == 0)
    whole = limit + random.between(-2, 2);
  const double value = whole + 0.5 * random.between(-1, 1);
  return std::bit_cast<uint32_t>(float(random.below(2) ? -value : value)) +
         uint32_t(random.between(-1, 1));
}

uint64_t integer(Random& random, int bits) {
  const uint64_t mask = ~uint64_t{0} >> (64 - bits);
  const uint64_t any = random.bits() & mask;
  const uint64_t sized = any >> random.below(uint32_t(bits));
  // As many bits as a significand has, above a tie, with neighbours.
  const int significant[] = {24, 11, 8};
  const uint64_t head = random.bits() >> (64 - significant[random.below(3)]);
  const uint64_t tie = (head << 1 | 1) << random.below(uint32_t(bits)) >> 1;
  switch (random.below(4)) {
  case 0:
    return any;
  case 1:
    return (random.below(2) ? sized : -sized) & mask;
  case 2:
    return ((uint64_t{1} << random.below(uint32_t(bits))) + uint64_t(random.between(-3, 3))) & mask;
  default:
    return ((random.below(2) ? tie : -tie) + uint64_t(random.between(-1, 1))) & mask;
  }
}

bool exponent_corner(uint64_t index, uint64_t& bits) {
  constexpr uint64_t kFractions = 23 * 9;
  const uint64_t pattern = index % kFractions, head = index / kFractions;
  if (head >= 512)
    return false;
  const uint32_t bit = 1u << pattern % 23, below = bit - 1;
  const uint32_t shapes[] = {bit,        bit - 1, bit + 1, ~below,        ~below - 1,
                             ~below + 1, ~bit,    3 * bit, bit | 1u << 22};
  bits = uint32_t(head) << 23 | (shapes[pattern / 23] & F32::kFraction);
  return true;
}

template class Values<F32>;
template class Values<F16>;
template class Values<BF16>;
template uint32_t near_rounding<F16>(Random&);
template uint32_t near_rounding<BF16>(Random&);

} // namespace npuforge::fp
