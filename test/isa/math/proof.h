#pragma once
// Measures how far a function of a spec is from the mathematical function that it implements.

#include <cstdint>
#include <iosfwd>
#include <span>
#include <string>
#include <vector>

#include "npuforge/isa/evaluate.h"
#include "npuforge/isa/spec.h"

#include "reference.h"

namespace npuforge::isa {

/// The largest error seen, and where.
struct Worst {
  double ulp = 0;
  float x = 0, got = 0;
  int64_t inputs = 0; ///< how many were in the domain
  void merge(const Worst& other);
};
std::string to_string(const Worst& worst);

class Proof {
public:
  /// `function` has an approximation whose name find_reference() knows.
  Proof(const Spec& spec, const Function& function);

  /// Every input (bits of an f32) in the domain, by MPFR. NaN is in every domain.
  Worst exact(std::span<const uint32_t> inputs) const;
  /// The same faster: in double precision, and by MPFR what comes near the largest error, or near
  /// the one of `known` where that is larger.
  Worst quick(std::span<const uint32_t> inputs, const Worst& known = {}) const;
  /// quick() of first, first + step, ... below 2^32, on all processors.
  Worst sweep(uint32_t first, uint32_t step) const;

private:
  std::vector<float> run(std::span<const uint32_t> inputs) const;
  bool in_domain(float x) const;

  const Approximation& claim_;
  const Reference& reference_;
  Kernel kernel_;
};

/// The functions of one argument of all reference machines that implement something; those that
/// several machines share appear once. Machines that cannot be read are reported on standard error
/// and left out.
struct Claim {
  std::string machine;
  Spec spec;
  FunctionPtr function;
};
std::vector<Claim> all_claims();
void PrintTo(const Claim& claim, std::ostream* out); ///< for GoogleTest

} // namespace npuforge::isa
