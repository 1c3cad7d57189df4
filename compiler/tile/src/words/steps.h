#pragma once
// The steps of a map's plan over one tile, and the lane registers of their numbers.

#include <map>

#include "npuforge/compiler/tile/maps.h"

#include "emit.h"

namespace npuforge::tile {

class Steps {
public:
  /// The plan must outlive this. Lane registers before `first_lane` belong to others. `shorter`:
  /// tiles may be shorter than the plan's, so that all steps wait for the one before.
  Steps(Emit& emit, const MapPlan& plan, int64_t first_lane = 0, bool shorter = false);
  /// Sets the numbers once, where there is room for all of them; else each step sets its own.
  void setLanes();
  /// Makes the stream of a value that the step reads or makes.
  using Rows = std::function<mlir::Value(int64_t value, const MapStep& step)>;
  /// All steps, one instruction each.
  void run(const Rows& rows) { run(rows, {0, plan.steps.size()}); }
  /// Steps [first, end).
  struct Range {
    size_t first, end;
  };
  void run(const Rows& rows, Range range);
  /// The steps in their order, in parts of at most so many instructions (a step with its numbers is
  /// never divided), which the unit's queue takes without the sequencer's waiting.
  std::vector<Range> parts(int64_t instructions) const;

private:
  using Bits = std::vector<int64_t>;
  void step(const MapStep& step, const Rows& rows);
  int64_t laneOf(const Bits& bits, std::map<Bits, int64_t>& own);

  Emit& e;
  const MapPlan& plan;
  const int64_t first_lane;
  const bool shorter;
  std::map<Bits, int64_t> lanes;
};

} // namespace npuforge::tile
