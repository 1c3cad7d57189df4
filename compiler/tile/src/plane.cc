#include "plane.h"

#include <algorithm>
#include <numeric>

namespace npuforge::tile {
namespace {

/// Cycles of delay that a task may cost for each of a core's cycles that its way saves.
constexpr double kWorths[] = {0, 0.1, 0.25, 0.4, 0.6, 0.8, 1};

class Scheduler {
public:
  Scheduler(const std::vector<PlaneOperator>& operators, const PlaneMachine& machine, double worth)
      : operators_(operators), machine_(machine), worth_(worth), free_(machine.cores, 0) {}

  Plane run() {
    for (const PlaneOperator& op : operators_)
      place(op);
    return std::move(plane_);
  }

private:
  /// The machine's state where an operator has been placed in some way.
  struct Trial {
    PlanePlace place;
    int64_t dram, end;
    double score;
  };

  void place(const PlaneOperator& op) {
    Trial best{};
    for (size_t way = 0; way < op.ways.size(); ++way) {
      Trial trial = attempt(op, static_cast<int>(way));
      if (way == 0 || trial.score < best.score)
        best = std::move(trial);
    }
    dram_ = best.dram;
    for (const PlanePlace::Slot& slot : best.place.tasks)
      free_[slot.core] = slot.end;
    plane_.cycles = std::max(plane_.cycles, best.end);
    plane_.places.push_back(std::move(best.place));
  }

  /// When a core has all that the operator reads.
  int64_t ready(const PlaneOperator& op, int core) const {
    int64_t cycle = 0;
    for (int read : op.reads)
      for (const PlanePlace::Slot& slot : plane_.places[read].tasks)
        cycle = std::max(cycle, slot.end + (slot.core == core ? 0 : machine_.hand_over));
    return cycle;
  }

  Trial attempt(const PlaneOperator& op, int way) {
    const PlaneWay& tasks = op.ways[way];
    std::vector<int> cores(free_.size());
    std::iota(cores.begin(), cores.end(), 0);
    std::vector<int64_t> starts;
    for (int core : cores)
      starts.push_back(std::max(free_[core], ready(op, core)));
    std::sort(cores.begin(), cores.end(),
              [&](int a, int b) { return std::pair(starts[a], a) < std::pair(starts[b], b); });
    Trial trial{{way, {}}, dram_, 0, 0};
    double taken = 0;
    cores.resize(tasks.size());
    std::sort(cores.begin(), cores.end()); // the same rows of a layer on the same core as before
    for (size_t i = 0; i < tasks.size(); ++i) {
      const int core = cores[i];
      const TaskCost& cost = tasks[i];
      // DRAM serves one task after the other; weights may come while others compute.
      const int64_t begun = std::max(trial.dram, std::min(starts[core], free_[core]) -
                                                     cost.early / machine_.beat_bytes);
      trial.dram = begun + cost.bytes / machine_.beat_bytes;
      const int64_t end =
          std::max(starts[core] + std::max(cost.array, cost.vector), trial.dram) + cost.ends;
      trial.place.tasks.push_back({core, starts[core], end});
      trial.end = std::max(trial.end, end);
      taken += static_cast<double>(end - free_[core]);
    }
    trial.score = static_cast<double>(trial.end) + worth_ * taken;
    return trial;
  }

  const std::vector<PlaneOperator>& operators_;
  const PlaneMachine& machine_;
  const double worth_;
  std::vector<int64_t> free_; ///< when each core has done its tasks
  int64_t dram_ = 0;          ///< when DRAM has served what was asked of it
  Plane plane_;
};

} // namespace

Plane placeInTurn(const std::vector<PlaneOperator>& operators, const PlaneMachine& machine) {
  std::vector<PlaneOperator> chain = operators;
  for (size_t i = 1; i < chain.size(); ++i)
    chain[i].reads.push_back(static_cast<int>(i) - 1);
  return Scheduler(chain, machine, 0).run();
}

Plane placeOnPlane(const std::vector<PlaneOperator>& operators, const PlaneMachine& machine) {
  Plane best;
  for (double worth : kWorths) {
    Plane plane = Scheduler(operators, machine, worth).run();
    if (best.places.empty() || plane.cycles < best.cycles)
      best = std::move(plane);
  }
  return best;
}

} // namespace npuforge::tile
