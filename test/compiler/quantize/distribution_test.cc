// The calibration methods on distributions whose best range is known in closed form.
#include <cmath>
#include <random>

#include <gmock/gmock.h>

#include "npuforge/compiler/quantize/distribution.h"

namespace npuforge::quantize {
namespace {

using Values = std::vector<double>;

Distribution observe(const Values& values) {
  Distribution distribution;
  distribution.widen(values);
  distribution.add(values);
  return distribution;
}

Range range(const Values& values, Method method, double percentile = 99.99) {
  return choose_range(observe(values), method, percentile);
}

/// count values with equal distances from low to high.
Values evenly(double low, double high, int count) {
  Values values;
  for (int i = 0; i < count; ++i)
    values.push_back(low + (high - low) * i / (count - 1));
  return values;
}

/// Quantiles of the normal distribution, by bisection of its distribution function.
Values normal(int count) {
  Values values;
  for (int i = 0; i < count; ++i) {
    const double share = (i + 0.5) / count;
    double low = -10, high = 10;
    for (int step = 0; step < 60; ++step) {
      const double middle = (low + high) / 2;
      (0.5 * std::erfc(-middle / std::sqrt(2.0)) < share ? low : high) = middle;
    }
    values.push_back(low);
  }
  return values;
}

TEST(Distribution, RangeHoldsAllValuesAndZero) {
  EXPECT_EQ(observe({3, 5}).range().low, 0);
  EXPECT_EQ(observe({3, 5}).range().high, 5);
  EXPECT_EQ(observe({-3, -5}).range().low, -5);
  EXPECT_EQ(observe({-3, -5}).range().high, 0);
}

TEST(Distribution, RefusesWhatIsNoNumber) {
  Distribution distribution;
  EXPECT_THROW(distribution.widen(Values{1, std::nan("")}), std::domain_error);
  EXPECT_THROW(distribution.widen(Values{INFINITY}), std::domain_error);
  EXPECT_THROW(distribution.add(Values{2}), std::domain_error) << "outside the range";
}

TEST(Distribution, ZerosAreCountedApart) {
  Distribution distribution = observe({0, 0, 0, 1});
  EXPECT_EQ(distribution.total(), 4);
  EXPECT_EQ(distribution.bins()[0], 3);
  EXPECT_EQ(distribution.without_zeros()[0], 0);
  EXPECT_EQ(distribution.without_zeros().back(), 1);
}

TEST(MinMax, IsTheWholeRange) {
  const Range all = range({-1, 0.5, 7}, Method::kMinMax);
  EXPECT_EQ(all.low, -1);
  EXPECT_EQ(all.high, 7);
}

TEST(Percentile, IsThatOfTheValues) {
  const Range most = range(evenly(-100, 300, 100001), Method::kPercentile, 99);
  const double bin = 400.0 / Distribution::kBins;
  EXPECT_NEAR(most.low, -96, bin); // 1 % of 400 from either end
  EXPECT_NEAR(most.high, 296, bin);
}

TEST(Percentile, OutliersAreLeftOut) {
  Values values = evenly(0, 1, 100000);
  values.push_back(20);
  EXPECT_NEAR(range(values, Method::kPercentile, 99.9).high, 0.999, 20.0 / Distribution::kBins);
}

TEST(Mse, UniformValuesAreNotClipped) {
  const Range all = range(evenly(-2, 6, 100001), Method::kMse);
  EXPECT_NEAR(all.low, -2, 0.1);
  EXPECT_NEAR(all.high, 6, 0.1);
}

/// The clipping that is best for a normal distribution at 8 bits is known: 3.92 standard deviations
/// (R. Banner et al., "Post training 4-bit quantization of convolutional networks for
/// rapid-deployment", 2019, the root of their equation for a Gaussian with M = 8).
TEST(Mse, NormalValuesAreClippedWhereTheErrorIsLeast) {
  const Range best = range(normal(200000), Method::kMse);
  EXPECT_NEAR(best.high, 3.92, 0.15);
  EXPECT_NEAR(best.low, -3.92, 0.15);
}

TEST(Entropy, UniformValuesAreNotClipped) {
  const Range all = range(evenly(-5, 5, 204801), Method::kEntropy);
  EXPECT_EQ(all.low, -5);
  EXPECT_EQ(all.high, 5);
}

TEST(Entropy, FarOutliersAreClipped) {
  Values values = normal(200000);
  values.push_back(30);
  const Range best = range(values, Method::kEntropy);
  EXPECT_LT(best.high, 8);
  EXPECT_GT(best.high, 2);
}

TEST(AllMethods, OneValueAndNoValue) {
  for (Method method : {Method::kMinMax, Method::kPercentile, Method::kEntropy, Method::kMse}) {
    EXPECT_EQ(range(Values(10, 0.0), method).width(), 0) << name(method);
    EXPECT_NEAR(range(Values(10, 4.0), method).high, 4, 0.05) << name(method);
    EXPECT_NEAR(range(Values(10, -4.0), method).low, -4, 0.05) << name(method);
  }
}

TEST(Scale, ZeroIsExactAndTheEndsAreTheLastSteps) {
  const Scale scale = scale_of({-1, 1.55});
  EXPECT_FLOAT_EQ(scale.scale, 0.01f);
  EXPECT_EQ(scale.zero_point, -28);
  EXPECT_EQ(scale_of({0, 5}).zero_point, -128);
  EXPECT_EQ(scale_of({-5, 0}).zero_point, 127);
  EXPECT_EQ(scale_of({0, 0}).scale, 1);
}

} // namespace
} // namespace npuforge::quantize
