#pragma once
// The calibration methods behind choose_range; the distribution has values other than 0.

#include "npuforge/compiler/quantize/distribution.h"

namespace npuforge::quantize {

Range percentile_range(const Distribution& distribution, double percentile);
Range entropy_range(const Distribution& distribution);
Range mse_range(const Distribution& distribution);

} // namespace npuforge::quantize
