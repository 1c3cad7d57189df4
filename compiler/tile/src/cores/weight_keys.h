#pragma once
// Equal weights get equal numbers.

#include <map>
#include <tuple>

#include "plan/plan.h"

namespace npuforge::tile {

class WeightKeys {
public:
  explicit WeightKeys(const isa::Machine& machine) : machine_(machine) {}

  struct Weights {
    int64_t key = -1;    ///< -1: it has none that may stay in the scratchpad
    int64_t bytes = 0;   ///< of a stripe that they take
    bool beside = false; ///< others' weights may stay while it runs
  };
  /// Of a layer, or a part of one.
  Weights of(const Layer& layer, const Plan& plan);

private:
  using Key = std::tuple<const void*, int64_t, int64_t, int64_t, int64_t, int64_t>;
  const isa::Machine& machine_;
  std::map<Key, int64_t> keys_;
};

} // namespace npuforge::tile
