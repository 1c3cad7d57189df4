#pragma once
// What a task takes of a core and of the DRAM that all cores share.

#include "plan/plan.h"

namespace npuforge::tile {

struct TaskCost {
  int64_t array = 0, vector = 0; ///< cycles of the core's units, were they busy all the time
  int64_t copies = 0;            ///< the same of its DMA, beyond what `bytes` say: short runs
  int64_t early = 0;             ///< bytes that it may load before its inputs are there: weights
  int64_t bytes = 0;             ///< of DRAM, all of them
  int64_t gang = -1;             ///< tasks with the same number share weights and run at once
  int64_t chain = 0;             ///< of a gang: cycles in which its weights come, each group loaded
                                 ///< and then copied before the next one is asked for
  int64_t ends = 0;              ///< cycles in which no other work overlaps: the first load, the
                                 ///< pipelines, the last store
  /// Weights that may stay in the core's scratchpad (kept_weights.h), in place of being among
  /// `early`: their number, -1 for none, and the bytes of room that they take.
  int64_t weights = -1, kept = 0;
  bool beside = false; ///< others' weights may stay while it runs
  /// Of the core's busiest unit.
  int64_t busy() const { return std::max({array, vector, copies}); }
  /// Alone on the machine.
  int64_t cycles(int64_t beat_bytes) const { return std::max(busy(), bytes / beat_bytes) + ends; }
};

/// Of a layer, or a part of one, that is computed as the plan says, one of so many tasks that begin
/// at once.
TaskCost taskCost(const Layer& layer, const Plan& plan, const isa::Machine& machine,
                  int64_t at_once = 1);
/// Gangs of one layer, each of so many cores.
struct Gangs {
  int64_t cores, count;
};
/// From here on the task's weights are loaded by the cores of its gang, each a part.
void shareWeights(TaskCost& cost, int64_t gang, Gangs gangs, const isa::Machine& machine);

} // namespace npuforge::tile
