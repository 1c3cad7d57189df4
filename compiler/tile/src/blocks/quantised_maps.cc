#include "blocks/quantised_maps.h"

#include "npuforge/compiler/tile/Tile.h"

namespace npuforge::tile {

void requantiseRows(Emit& e, mlir::Value dst, mlir::Value src, const RequantLanes& lanes) {
  MapOp::create(e.builder, e.location, "requant", dst, src,
                e.lanes({{"bias", lanes.bias},
                         {"mult", lanes.multiplier},
                         {"shift", lanes.shift},
                         {"zero", lanes.zero},
                         {"low", lanes.low},
                         {"high", lanes.high}}));
}

void setSumLanes(Emit& e, const SumLanes& lanes, const Sum& sum) {
  e.set_lane(lanes.zero_a, sum.zero_a);
  e.set_lane(lanes.multiplier_a, sum.multiplier_a);
  e.set_lane(lanes.zero_b, sum.zero_b);
  e.set_lane(lanes.multiplier_b, sum.multiplier_b);
  e.set_lane(lanes.shift, sum.shift);
  e.set_lane(lanes.zero, sum.zero);
  e.set_lane(lanes.low, sum.low);
  e.set_lane(lanes.high, sum.high);
}

void addRows(Emit& e, mlir::Value dst, mlir::ValueRange a_and_b, const SumLanes& lanes) {
  MapOp::create(e.builder, e.location, "add", dst, a_and_b,
                e.lanes({{"zero_a", lanes.zero_a},
                         {"mult_a", lanes.multiplier_a},
                         {"zero_b", lanes.zero_b},
                         {"mult_b", lanes.multiplier_b},
                         {"shift", lanes.shift},
                         {"zero", lanes.zero},
                         {"low", lanes.low},
                         {"high", lanes.high}}));
}

} // namespace npuforge::tile
