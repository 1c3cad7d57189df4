#include "cores/weight_keys.h"

#include "npuforge/compiler/graph/optimisations.h"

#include "plan/kept.h"

namespace npuforge::tile {

WeightKeys::Weights WeightKeys::of(const Layer& layer, const Plan& plan) {
  Weights own;
  own.beside = runsBesideKept(layer, plan, machine_);
  const int64_t bytes = own.beside ? keptBytes(layer, plan, machine_) : 0;
  if (bytes == 0 || !graph::allowed(layer.root, graph::kShareWeights))
    return own;
  const Reduction r = reductionOf(layer, plan, machine_);
  const Key key{layer.weights.data(), layer.out.channels, layer.in.channels, r.inner, r.taps,
                r.tile_rows};
  own.key = keys_.try_emplace(key, keys_.size()).first->second;
  own.bytes = bytes;
  return own;
}

} // namespace npuforge::tile
