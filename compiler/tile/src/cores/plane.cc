#include "cores/plane.h"

#include <algorithm>
#include <numeric>
#include <tuple>

#include "cores/dram_time.h"

namespace npuforge::tile {
namespace {

/// Cycles of delay that a task may cost for each of a core's cycles that its way saves.
constexpr double kWorths[] = {0, 0.1, 0.25, 0.5, 1, 2, 4, 10, 1e6};

/// What of the weights a core has kept, as a scheduler may guess: those that come while there is
/// room stay until nobody uses them again.
class Kept {
public:
  explicit Kept(int64_t room) : room_(room) {}

  bool has(const TaskCost& task) const {
    return task.weights >= 0 && std::ranges::find(held_, task.weights, &Held::key) != held_.end();
  }

  /// `left`: of each number, tasks that are still to be placed.
  void run(const TaskCost& task, const std::vector<int>& left) {
    if (!task.beside)
      held_.clear();
    if (!task.beside || task.weights < 0 || has(task))
      return;
    std::erase_if(held_, [&](const Held& held) { return left[held.key] == 0; });
    int64_t used = task.kept;
    for (const Held& held : held_)
      used += held.bytes;
    if (used <= room_ && left[task.weights] > 0)
      held_.push_back({task.weights, task.kept});
  }

private:
  struct Held {
    int64_t key, bytes;
  };
  int64_t room_;
  std::vector<Held> held_;
};

/// For each operator the cycles from its begin to the end of the longest chain of its readers.
std::vector<int64_t> chainsOf(const std::vector<PlaneOperator>& operators,
                              const PlaneMachine& machine) {
  std::vector<int64_t> chains(operators.size(), 0);
  for (size_t index = operators.size(); index-- > 0;) {
    int64_t least = INT64_MAX;
    for (const PlaneWay& way : operators[index].ways) {
      int64_t cycles = 0;
      for (const TaskCost& task : way)
        cycles = std::max(cycles, task.cycles(machine.beat_bytes));
      least = std::min(least, cycles);
    }
    chains[index] += least;
    for (int read : operators[index].reads)
      chains[read] = std::max(chains[read], chains[index]);
  }
  return chains;
}

class Scheduler {
public:
  Scheduler(const std::vector<PlaneOperator>& operators, const PlaneMachine& machine, double worth,
            bool spreads = false)
      : operators_(operators), machine_(machine), worth_(worth), spreads_(spreads),
        free_(machine.cores, 0), kept_(machine.cores, Kept(machine.kept_bytes)),
        dram_(machine.beat_bytes) {
    plane_.places.resize(operators.size());
    for (const PlaneOperator& op : operators)
      countWeights(op, 1);
  }

  /// Of tasks, whichever way is taken.
  void countWeights(const PlaneOperator& op, int more) {
    for (const PlaneWay& way : op.ways)
      for (const TaskCost& task : way)
        if (task.weights >= 0) {
          if (task.weights >= static_cast<int64_t>(left_.size()))
            left_.resize(task.weights + 1, 0);
          left_[task.weights] += more;
        }
  }

  /// In the order of the list.
  Plane run() {
    for (size_t index = 0; index < operators_.size(); ++index)
      place(index);
    return std::move(plane_);
  }

  /// Of the operators whose inputs are placed, first the one that can begin first; of several the
  /// one of the least rank.
  Plane runByTime(const std::vector<int64_t>& ranks) {
    std::vector<size_t> open(operators_.size()), missing(operators_.size(), 0);
    std::vector<std::vector<size_t>> readers(operators_.size());
    for (size_t index = 0; index < operators_.size(); ++index) {
      open[index] = index, missing[index] = operators_[index].reads.size();
      for (int read : operators_[index].reads)
        readers[read].push_back(index);
    }
    std::erase_if(open, [&](size_t index) { return missing[index] > 0; });
    while (!open.empty()) {
      auto next = std::min_element(open.begin(), open.end(), [&](size_t a, size_t b) {
        return std::tuple(firstStart(a), ranks[a], a) < std::tuple(firstStart(b), ranks[b], b);
      });
      const size_t index = *next;
      open.erase(next);
      place(index);
      for (size_t reader : readers[index])
        if (--missing[reader] == 0)
          open.push_back(reader);
    }
    return std::move(plane_);
  }

private:
  /// An operator placed in some way.
  struct Trial {
    PlanePlace place;
    int64_t end = 0;
    double score = 0;
  };

  int64_t firstStart(size_t index) const {
    int64_t first = INT64_MAX;
    for (int core = 0; core < machine_.cores; ++core)
      first = std::min(first, std::max(free_[core], ready(operators_[index], core)));
    return first;
  }

  void place(size_t index) {
    const PlaneOperator& op = operators_[index];
    Trial best{};
    for (size_t way = 0; way < op.ways.size(); ++way) {
      if (spreads_ && !spreadsWeights(op, op.ways[way]))
        continue;
      Trial trial = attempt(op, static_cast<int>(way));
      dram_.undo();
      if (best.place.tasks.empty() || trial.score < best.score)
        best = std::move(trial);
    }
    attempt(op, best.place.way);
    dram_.keep();
    countWeights(op, -1);
    for (size_t task = 0; task < best.place.tasks.size(); ++task) {
      const PlanePlace::Slot& slot = best.place.tasks[task];
      free_[slot.core] = slot.end;
      kept_[slot.core].run(op.ways[best.place.way][task], left_);
    }
    plane_.cycles = std::max(plane_.cycles, best.end);
    plane_.places[index] = std::move(best.place);
    plane_.order.push_back(static_cast<int>(index));
  }

  /// Is each core's share of the operator's weights the least there is, so that most may stay?
  static bool spreadsWeights(const PlaneOperator& op, const PlaneWay& way) {
    auto most = [](const PlaneWay& tasks) {
      int64_t bytes = 0;
      for (const TaskCost& task : tasks)
        bytes = std::max(bytes, task.weights >= 0 ? task.kept : INT64_MAX);
      return bytes;
    };
    return std::ranges::all_of(op.ways,
                               [&](const PlaneWay& other) { return most(way) <= most(other); });
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
    Trial trial{{way, {}}};
    double taken = 0;
    cores.resize(tasks.size());
    std::sort(cores.begin(), cores.end());    // the same rows of a layer on the same core as before
    for (size_t i = 0; i < tasks.size(); ++i) // a gang begins when all its cores can
      for (size_t other = 0; tasks[i].gang >= 0 && other < tasks.size(); ++other)
        if (tasks[other].gang == tasks[i].gang)
          starts[cores[i]] = std::max(starts[cores[i]], starts[cores[other]]);
    for (size_t i = 0; i < tasks.size(); ++i) {
      const int core = cores[i];
      const TaskCost& cost = tasks[i];
      // Weights may come while the task before computes; one slot is free for them.
      const int64_t found = kept_[core].has(cost) ? cost.early : 0;
      const int64_t ahead = std::min(cost.early - found, machine_.ahead_bytes),
                    early = dram_.take(starts[core] - ahead / machine_.beat_bytes, ahead),
                    late = dram_.take(starts[core], cost.bytes - found - ahead),
                    loaded = std::max({early, late, starts[core] + cost.chain}),
                    end = std::max(starts[core] + cost.busy(), loaded) + cost.ends;
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
  const bool spreads_;        ///< weights that may stay are cut as far as they can be
  std::vector<int64_t> free_; ///< when each core has done its tasks
  std::vector<Kept> kept_;    ///< of each core
  std::vector<int> left_;     ///< of each number of weights, tasks of operators not placed yet
  DramTime dram_;
  Plane plane_;
};

} // namespace

Plane placeInTurn(const std::vector<PlaneOperator>& operators, const PlaneMachine& machine) {
  std::vector<PlaneOperator> chain = operators;
  for (size_t i = 1; i < chain.size(); ++i)
    chain[i].reads.push_back(static_cast<int>(i) - 1);
  for (PlaneOperator& op : chain) // no weights stay
    for (PlaneWay& way : op.ways)
      for (TaskCost& task : way)
        task.weights = -1;
  return Scheduler(chain, machine, 0).run();
}

Plane placeOnPlane(const std::vector<PlaneOperator>& operators, const PlaneMachine& machine) {
  // Long chains first, or what stands first: that goes on with the same weights.
  std::vector<int64_t> chains = chainsOf(operators, machine);
  for (int64_t& chain : chains)
    chain = -chain;
  const std::vector<int64_t> listed(operators.size(), 0);
  Plane best;
  auto consider = [&](Plane plane) {
    if (best.places.empty() || plane.cycles < best.cycles)
      best = std::move(plane);
  };
  for (double worth : kWorths) {
    for (bool spreads : {false, true}) {
      consider(Scheduler(operators, machine, worth, spreads).run());
      consider(Scheduler(operators, machine, worth, spreads).runByTime(chains));
      consider(Scheduler(operators, machine, worth, spreads).runByTime(listed));
    }
  }
  return best;
}

} // namespace npuforge::tile
