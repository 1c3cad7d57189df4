#pragma once
// The mathematical functions that a spec's functions say they implement, as exactly as needed.

#include <string_view>

namespace npuforge::isa {

/// One mathematical function, twice.
struct Reference {
  const char* name;
  double (*quick)(double x); ///< to about 2^-51 of the value: 1e-8 ulp of an f32
  /// Distance of `got` from the exact value at x, in ulp of the exact value, by MPFR; see error().
  double (*exact)(float x, float got);
};

/// Null for a name that is none of them.
const Reference* find_reference(std::string_view name);

/// |got - want| in units of the last place that an f32 next to `want` has (2^-149 at least).
/// Infinite if one is NaN and the other is not, or if the signs differ, zeros' included. A result
/// that overflows counts as 2^128; an infinite `want` has to be met.
double error(float got, double want);

} // namespace npuforge::isa
