#pragma once
// Bits of the 16-bit floats to and from float, without branches so that loops vectorise.

#include <bit>
#include <cstdint>

namespace npuforge::isa {

inline float float_of(uint32_t bits) {
  return std::bit_cast<float>(bits);
}
inline uint32_t bits_of(float value) {
  return std::bit_cast<uint32_t>(value);
}

inline constexpr uint32_t kFloatNan = 0x7fc00000; ///< what every operation on f32 gives for a NaN
inline constexpr uint16_t kHalfNan = 0x7e00, kBfloatNan = 0x7fc0;

/// The value of an f16, exactly.
inline float widen_half(uint16_t bits) {
  const uint32_t sign = (uint32_t{bits} & 0x8000) << 16, magnitude = bits & 0x7fff;
  // With the exponent field of a float the value is 2^112 too small; the product is exact, also
  // where the half is subnormal. Infinity and NaN keep their exponents of ones.
  const uint32_t scaled = bits_of(float_of(magnitude << 13) * 0x1p112F);
  const uint32_t special = 0x7f800000 | magnitude << 13;
  return float_of(sign | (magnitude >= 0x7c00 ? special : scaled));
}

/// The value of a bf16, exactly.
inline float widen_bfloat(uint16_t bits) {
  return float_of(uint32_t{bits} << 16);
}

/// The nearest f16, ties to even; NaN becomes the canonical one.
inline uint16_t round_to_half(float value) {
  const uint32_t bits = bits_of(value), sign = bits >> 16 & 0x8000, magnitude = bits & 0x7fffffff;
  // Subnormal: adding 1/2 leaves 2^-24 as the last bit of the sum, which rounds as it must.
  const uint32_t subnormal = bits_of(float_of(magnitude) + 0.5F) - bits_of(0.5F);
  const uint32_t odd = magnitude >> 13 & 1;
  const uint32_t normal = (magnitude - (112U << 23) + 0xfff + odd) >> 13;
  uint32_t result = magnitude < 113U << 23 ? subnormal : normal;
  result = magnitude >= bits_of(65520.0F) ? 0x7c00 : result;
  return magnitude > 0x7f800000 ? kHalfNan : static_cast<uint16_t>(sign | result);
}

/// The nearest bf16, ties to even; NaN becomes the canonical one.
inline uint16_t round_to_bfloat(float value) {
  const uint32_t bits = bits_of(value), odd = bits >> 16 & 1;
  const auto rounded = static_cast<uint16_t>((bits + 0x7fff + odd) >> 16);
  return (bits & 0x7fffffff) > 0x7f800000 ? kBfloatNan : rounded;
}

} // namespace npuforge::isa
