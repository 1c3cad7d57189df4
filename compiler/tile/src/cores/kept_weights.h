#pragma once
// Which weights stay in a core's scratchpad, and where: Belady's choice for the known order of the
// core's tasks. Knows neither layers nor programs.

#include <cstdint>
#include <optional>
#include <vector>

namespace npuforge::tile {

/// A task of the core, in its order.
struct WeightUse {
  int64_t key = -1;    ///< equal for equal weights; -1: it has none that may stay
  int64_t bytes = 0;   ///< that they take of the room
  bool loads = false;  ///< it loads weights, those or others
  bool beside = false; ///< others' weights may stay while it runs
};

struct KeptWeights {
  int64_t at;
  bool found; ///< a task before has loaded them
};

/// For each task the place of its weights, within `room` bytes; none where they do not stay.
/// Weights take the place of others only when the credits of the weights' slots say that those have
/// been used: two loads of weights later.
std::vector<std::optional<KeptWeights>> keepWeights(const std::vector<WeightUse>& uses,
                                                    int64_t room);

} // namespace npuforge::tile
