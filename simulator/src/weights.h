#pragma once
// The weights unit: preloads the array's weight sets, in ring order.

#include "core.h"
#include "matrix_kernel.h"

namespace npuforge::simulator {

class Weights : public sc_core::sc_module {
public:
  Weights(sc_core::sc_module_name name, Core& core);
  void reset();

  Cycle free_set() const { return free_.ready(); }
  Cycle loaded_set() const { return loaded_.ready(); }
  void issue(Job& job);
  /// The matrix unit makes the next loaded set the active one, at its issue.
  void advance(Cycle issue);
  const WeightSet& active() const { return sets_[active_]; }

private:
  Core& core_;
  Credits free_, loaded_;
  std::vector<WeightSet> sets_;
  size_t active_ = 0, filled_ = 0; ///< the set filled last
  std::vector<int64_t> rows_;
};

} // namespace npuforge::simulator
