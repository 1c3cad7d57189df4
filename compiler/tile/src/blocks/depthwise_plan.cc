// How a depthwise convolution is divided between the array and the vector unit.
#include <limits>

#include "npuforge/compiler/graph/optimisations.h"

#include "plan/plan_check.h"

namespace npuforge::tile {

namespace {

// Cycles of a task beyond those of its rows: latencies of the units, one after the other.
constexpr int64_t kTaskCycles = 100;

/// Bands and shares of a layer, and what they cost.
class Division {
public:
  Division(const Layer& layer, const isa::Machine& machine)
      : layer_(layer), machine_(machine), map_(machine), cols_(machine.array.cols),
        taps_(layer.window.kernel_h * layer.window.kernel_w),
        pitch_(reduceFootprint(layer, Plan{}, machine).pitch) {}

  /// Array rows that hold a diagonal, and banks that only one of the units reads.
  bool possible() const {
    return graph::allowed(layer_.root, graph::kDivideDepthwise) && machine_.array.rows >= cols_ &&
           machine_.scratchpad.banks % 8 == 0 &&
           diagonalBytes(layer_, machine_) <= map_.weights[0].bytes;
  }

  /// Why the plan is impossible, or "".
  std::string misfit(const Plan& plan) const {
    const DepthwisePlaces places = depthwisePlaces(plan, machine_);
    const int64_t array = plan.array_rows;
    if (!fitsOutput(plan.band))
      return tooLarge("a band's results", plan.band * layer_.out.width * cols_,
                      map_.outputs[0].bytes);
    if (const int64_t bytes = paramBytes(); bytes > map_.params[0].bytes)
      return tooLarge("a block of parameters", bytes, map_.params[0].bytes);
    for (const int64_t rows : {plan.band - array, array})
      if (const int64_t bytes = inputRows(layer_.window, rows) * pitch_;
          rows > 0 && bytes > places.room)
        return tooLarge(rows == 1 ? "one row of results"
                                  : std::to_string(rows) + " rows of results",
                        bytes, places.room);
    if (array == 0)
      return "";
    if (!possible())
      return "the array cannot have a share: it needs as many rows as columns, banks of its own "
             "and room for diagonal weights";
    if (array >= lastBand(plan.band))
      return "the last band has " + std::to_string(lastBand(plan.band)) +
             " rows, and the array's " + std::to_string(array) + " leave none to the vector unit";
    if (array * layer_.out.width > map_.accumulators[0].bytes)
      return "the array's " + std::to_string(array) + " rows of " +
             std::to_string(layer_.out.width) + " results exceed the " +
             std::to_string(map_.accumulators[0].bytes) + " accumulator rows of a tile";
    return "";
  }
  bool fitsOutput(int64_t band) const {
    return band * layer_.out.width * cols_ <= map_.outputs[0].bytes;
  }

  /// Of all blocks of channels, with what overlaps with nothing: the first task's loads, and the
  /// last one's results.
  int64_t cycles(const Plan& plan) const {
    const int64_t beat = machine_.dram.beat_bytes, results = plan.band * layer_.out.width;
    const int64_t begin = inputBytes(plan) / beat,
                  end = results * ceilDiv(cols_, machine_.vector.lanes) + results * cols_ / beat;
    return ceilDiv(layer_.out.channels, cols_) * blockCycles(plan) + begin + end;
  }

private:
  int64_t inputBytes(const Plan& plan) const {
    const int64_t array = plan.array_rows, vector = plan.band - array;
    const int64_t rows =
        inputRows(layer_.window, vector) + (array ? inputRows(layer_.window, array) : 0);
    return rows * layer_.in.width * cols_;
  }
  int64_t blockCycles(const Plan& plan) const {
    const int64_t array = plan.array_rows, vector = plan.band - array;
    const int64_t passes = ceilDiv(cols_, machine_.vector.lanes);
    const int64_t compute =
        std::max(taps_ * array, passes * (taps_ * vector + array)) * layer_.out.width;
    const int64_t moved = inputBytes(plan) + plan.band * layer_.out.width * cols_;
    const int64_t tasks = ceilDiv(layer_.out.height, plan.band);
    return tasks * (std::max(compute, moved / machine_.dram.beat_bytes) + kTaskCycles);
  }
  int64_t paramBytes() const { return (12 + taps_) * cols_; }
  int64_t lastBand(int64_t band) const {
    return layer_.out.height - (ceilDiv(layer_.out.height, band) - 1) * band;
  }

  const Layer& layer_;
  const isa::Machine& machine_;
  const MemoryMap map_;
  const int64_t cols_, taps_, pitch_;
};

} // namespace

DepthwisePlaces depthwisePlaces(const Plan& plan, const isa::Machine& machine) {
  const MemoryMap map(machine);
  const int64_t cols = machine.array.cols, eighth = machine.scratchpad.bytes / 8;
  if (plan.array_rows == 0) {
    const int64_t half = map.input.bytes / 2 / cols * cols;
    return {.slot = half, .part = 0, .room = half};
  }
  // The inputs have four eighths but for two rows at their end.
  return {.slot = 2 * eighth, .part = eighth, .room = eighth - 2 * cols};
}

int64_t depthwiseCycles(const Layer& layer, const Plan& plan, const isa::Machine& machine) {
  return Division(layer, machine).cycles(plan);
}

std::string checkDepthwise(const Layer& layer, const Plan& plan, const isa::Machine& machine) {
  std::string wrong = checkShares(layer, plan);
  return wrong.empty() ? Division(layer, machine).misfit(plan) : wrong;
}

std::variant<Plan, std::string> planDepthwise(const Layer& layer, const isa::Machine& machine) {
  const int64_t height = layer.out.height;
  const Division division(layer, machine);
  Plan best;
  int64_t least = std::numeric_limits<int64_t>::max();
  for (int64_t bands = 1; bands <= height; ++bands) {
    Plan plan;
    plan.band = ceilDiv(height, bands);
    if (!division.fitsOutput(plan.band))
      continue;
    for (; plan.array_rows < plan.band; ++plan.array_rows) {
      if (plan.array_rows > 0 && !division.possible())
        break;
      if (division.misfit(plan).empty() && division.cycles(plan) < least)
        best = plan, least = division.cycles(plan);
    }
  }
  if (least != std::numeric_limits<int64_t>::max())
    return best;
  return division.misfit(Plan{});
}

} // namespace npuforge::tile
