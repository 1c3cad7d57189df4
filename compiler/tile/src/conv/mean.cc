// The mean over all pixels of a convolution's block, of the rows just requantised.
#include "conv/conv.h"

namespace npuforge::tile {

namespace {
// Lane registers behind those of the convolution, which has no sum.
enum Lane { kMeanFill = 6, kMeanBias, kMeanMultiplier, kMeanShift, kMeanZero, kMeanLow, kMeanHigh };
} // namespace

void ConvCode::prepareMean() {
  const Average& mean = *layer.average;
  e.set_lane(kMeanBias, mean.bias);
  e.set_lane(kMeanMultiplier, mean.multiplier);
  e.set_lane(kMeanShift, mean.shift);
  e.set_lane(kMeanZero, mean.zero);
  e.set_lane(kMeanLow, mean.low);
  e.set_lane(kMeanHigh, mean.high);
}

/// What is read was just written: the unit waits for itself. One row, before the others.
void ConvCode::mean(Value rows, Value counter) {
  e.signal("vector", "vector");
  e.await("vector", "vector");
  Value result = e.stream(output, outputSlot(counter), 0, {e.level(1, cols)});
  ReduceOp::create(e.builder, e.location, "average", result, rows, 1,
                   e.lanes({{"fill", kMeanFill},
                            {"bias", kMeanBias},
                            {"mult", kMeanMultiplier},
                            {"shift", kMeanShift},
                            {"zero", kMeanZero},
                            {"low", kMeanLow},
                            {"high", kMeanHigh}}));
}

} // namespace npuforge::tile
