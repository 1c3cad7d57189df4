#pragma once
// The weights unit: preloads the array's weight sets, in ring order.

#include <optional>

#include "core.h"
#include "float_kernel.h"
#include "matrix_kernel.h"

namespace npuforge::simulator {

class Weights : public sc_core::sc_module {
public:
  /// One set: integers or floats, as it was preloaded; before that it is empty, and has no type.
  struct Set {
    Set(int rows, int cols) : integers(rows, cols) { floats.cols = cols; }
    int used_rows = 0;
    std::optional<isa::Type> type;
    WeightSet integers;
    FloatWeights floats;
  };

  Weights(sc_core::sc_module_name name, Core& core);
  void reset();

  Cycle free_set() const { return free_.ready(); }
  Cycle loaded_set() const { return loaded_.ready(); }
  void issue(Job& job);
  /// The matrix unit makes the next loaded set the active one, at its issue.
  void advance(const Job& multiply);
  const Set& active() const { return sets_[active_]; }

private:
  Core& core_;
  Credits free_, loaded_;
  Cycle last_loaded_ = 0;
  std::vector<Set> sets_;
  size_t active_ = 0, filled_ = 0; ///< the set filled last
  std::vector<int64_t> rows_;
};

} // namespace npuforge::simulator
