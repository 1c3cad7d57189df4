// Every function that a reference machine declares, for all 2^32 inputs.
#include <iostream>

#include <gtest/gtest.h>

#include "proof.h"

namespace npuforge::isa {
namespace {

class MathLong : public testing::TestWithParam<Claim> {};

TEST_P(MathLong, AllInputs) {
  const Claim& claim = GetParam();
  Worst worst = Proof(claim.spec, *claim.function).sweep(0, 1);
  std::cout << claim.function->name << ": " << to_string(worst) << "\n";
  const double declared = claim.function->approximation->ulp;
  EXPECT_LE(worst.ulp, declared);
  EXPECT_GE(worst.ulp * 1.05, declared) << "the declaration is loose";
}

INSTANTIATE_TEST_SUITE_P(Functions, MathLong, testing::ValuesIn(all_claims()),
                         [](const auto& info) {
                           return info.param.machine + "_" + info.param.function->name;
                         });

} // namespace
} // namespace npuforge::isa
