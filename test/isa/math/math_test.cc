// Every function that a reference machine's spec declares to implement a mathematical one is as
// near to it as declared.
#include <bit>
#include <cmath>
#include <random>
#include <set>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "npuforge/isa/evaluate.h"

#include "proof.h"

namespace npuforge::isa {
namespace {

/// Around each power of two, a dense comb of mantissas' ends, and random ones: all signs and
/// exponents.
std::vector<uint32_t> every_binade() {
  std::mt19937 random(1);
  std::vector<uint32_t> inputs;
  for (uint32_t binade = 0; binade < 512; ++binade) {
    const uint32_t first = binade << 23, middle = first + (1u << 22), last = first + 0x7fffff;
    for (uint32_t x : {first, first + 1, first + 2, middle - 1, middle, middle + 1, last - 1, last})
      inputs.push_back(x);
    for (int i = 0; i < 50; ++i)
      inputs.push_back(first + (random() & 0x7fffff));
  }
  return inputs;
}

/// Where a table's next entry begins, if its index is the upper bits of the mantissa: both sides of
/// 512 places of each binade.
std::vector<uint32_t> every_boundary() {
  std::vector<uint32_t> inputs;
  for (uint32_t place = 0; place < 1u << 18; ++place)
    for (uint32_t near : {~0u, 0u, 1u})
      inputs.push_back((place << 14) + near);
  return inputs;
}

class Math : public testing::TestWithParam<Claim> {};

TEST_P(Math, IsAsNearAsDeclared) {
  const Claim& claim = GetParam();
  const Proof proof(claim.spec, *claim.function);
  Worst worst = proof.exact(every_binade());
  worst.merge(proof.quick(every_boundary()));
  worst.merge(proof.sweep(5, 4099));
  const double declared = claim.function->approximation->ulp;
  EXPECT_LE(worst.ulp, declared) << to_string(worst);
  EXPECT_GE(worst.ulp * 2, declared) << "the declaration is loose: " << to_string(worst);
}

INSTANTIATE_TEST_SUITE_P(Functions, Math, testing::ValuesIn(all_claims()), [](const auto& info) {
  return info.param.machine + "_" + info.param.function->name;
});

TEST(Divide, IsAsNearTheQuotientAsDeclared) {
  // Over all bits, and over mantissas alone; a quotient of two f32 rounded from double is right
  // enough to measure by.
  const Spec spec = load_spec(find_machine("npu16"));
  const Kernel kernel(*spec.find("vfdivide")->result, {{"a", Type::F32}, {"b", Type::F32}});
  std::mt19937 random(5);
  std::vector<float> a, b;
  auto any = [&](bool wild) {
    return std::bit_cast<float>(wild ? static_cast<uint32_t>(random())
                                     : 0x3f000000 + static_cast<uint32_t>(random() & 0x1ffffff));
  };
  for (int i = 0; i < 400'000; ++i) {
    a.push_back(any(i & 1));
    b.push_back(any(i & 2));
  }
  const float inf = INFINITY;
  for (float x : {0.0F, -0.0F, 1.0F, -3.0F, inf, -inf, NAN, 0x1p-149F, -0x1.fffffep127F, 0x1p-126F})
    for (float y :
         {0.0F, -0.0F, 1.0F, -3.0F, inf, -inf, NAN, 0x1p-149F, -0x1.fffffep127F, 0x1p-126F}) {
      a.push_back(x);
      b.push_back(y);
    }
  const auto divide = std::find_if(spec.functions.begin(), spec.functions.end(),
                                   [](const auto& f) { return f->name == "divide"; });
  ASSERT_NE(divide, spec.functions.end());
  const double declared = (*divide)->approximation.value().ulp;
  std::vector<float> q(a.size());
  const void* inputs[] = {a.data(), b.data()};
  kernel.run(inputs, q.data(), static_cast<int64_t>(q.size()));
  double worst = 0;
  for (size_t i = 0; i < q.size(); ++i) {
    const double distance = error(q[i], static_cast<double>(a[i]) / static_cast<double>(b[i]));
    ASSERT_LE(distance, declared) << a[i] << " / " << b[i] << " = " << q[i];
    worst = std::max(worst, distance);
  }
  EXPECT_GT(worst, 0.49);
}

TEST(MathProof, EveryFunctionIsClaimed) {
  std::set<std::string> names;
  for (const Claim& claim : all_claims())
    names.insert(claim.function->approximation->implements);
  EXPECT_THAT(names, testing::IsSupersetOf(
                         {"exp", "log", "tanh", "sigmoid", "erf", "reciprocal", "rsqrt"}));
}

TEST(MathProof, FindsWhatIsWrong) {
  // A factor of 1 + 2^-22 is two to four ulp; a sign lost is wrong whatever the distance.
  Spec spec =
      parse_spec("base: edge16.yaml\n"
                 "name: wrong\n"
                 "functions:\n"
                 "  near: {arguments: {x: f32}, result: \"sqrt(x) * 1.0000002\", implements: sqrt, "
                 "ulp: 1, domain: [0, inf]}\n"
                 "  positive: {arguments: {x: f32}, result: \"abs(x)\", implements: erf, ulp: 1, "
                 "domain: [-1e-30, 1e-30]}\n",
                 NPUFORGE_MACHINE_DIR "/wrong.yaml");
  auto measured = [&](const char* name, std::vector<uint32_t> inputs) {
    for (const FunctionPtr& function : spec.functions)
      if (function->name == name)
        return Proof(spec, *function).exact(inputs).ulp;
    throw std::invalid_argument(name);
  };
  EXPECT_GT(measured("near", every_binade()), 3.9);
  EXPECT_LT(measured("near", every_binade()), 4.6);
  EXPECT_EQ(measured("positive", {0}), 0);
  EXPECT_EQ(measured("positive", {0x80000000}), std::numeric_limits<double>::infinity());
  EXPECT_EQ(measured("positive", {0x3f800000}), 0) << "outside its domain";
}

TEST(MathProof, MeasuresInUnitsOfTheLastPlace) {
  const double inf = std::numeric_limits<double>::infinity();
  EXPECT_EQ(error(1.0f, 1.0), 0);
  EXPECT_EQ(error(std::nextafter(1.0f, 2.0f), 1.0), 1);
  EXPECT_EQ(error(0x1p-149f, 0x1p-150), 0.5);
  EXPECT_EQ(error(-0.0f, 0.0), inf);
  EXPECT_EQ(error(NAN, 1.0), inf);
  EXPECT_EQ(error(INFINITY, 1e300), 0);
  EXPECT_EQ(error(INFINITY, 0x1.fffffep127), 1);
  EXPECT_EQ(error(0x1.fffffep127f, inf), inf);
  for (const char* name : {"exp", "exp2", "log", "log2", "tanh", "erf", "sigmoid", "reciprocal",
                           "rsqrt", "sqrt", "sin", "cos", "atan"})
    for (float x : {0.7f, 3.25f, -2.5f, -0.0f, INFINITY, -INFINITY, NAN, 1e-42f}) {
      const Reference& reference = *find_reference(name);
      float want = static_cast<float>(reference.quick(static_cast<double>(x)));
      EXPECT_LE(reference.exact(x, want), 0.51) << name << "(" << x << ") = " << want;
    }
  EXPECT_EQ(find_reference("cosh"), nullptr);
}

} // namespace
} // namespace npuforge::isa
