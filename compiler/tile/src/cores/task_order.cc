#include "cores/task_order.h"

#include <algorithm>

namespace npuforge::tile {
namespace {

/// For each core how many of its tasks are known to be complete. Everything below is counted so:
/// the task of rank r on a core is its r-th, from 1.
using Clock = std::vector<int>;

void join(Clock& clock, const Clock& other) {
  for (size_t core = 0; core < clock.size(); ++core)
    clock[core] = std::max(clock[core], other[core]);
}

class Orderer {
public:
  Orderer(const std::vector<OrderedTask>& tasks, int cores, int most)
      : tasks_(tasks), most_(most), of_core_(cores), ranks_(tasks.size()), needs_(tasks.size()) {
    for (size_t task = 0; task < tasks.size(); ++task) {
      of_core_[tasks[task].core].push_back(static_cast<int>(task));
      ranks_[task] = static_cast<int>(of_core_[tasks[task].core].size());
      for (int read : tasks[task].reads)
        if (tasks[read].core != tasks[task].core)
          needs_[task].push_back(read);
        else if (read >= static_cast<int>(task))
          possible_ = false;
    }
  }

  std::optional<TaskOrder> run() {
    // Each turn adds a wait that was not implied before, so this ends.
    do {
      if (!possible_ || !walk())
        return {};
    } while (addWait());
    return order_;
  }

private:
  struct Wait {
    int source, task;
  };

  /// Takes tasks in an order in which all that one needs comes before it. False if there is none.
  bool walk() {
    order_.tasks.assign(tasks_.size(), {});
    known_.assign(tasks_.size(), Clock(of_core_.size(), 0));
    waits_.assign(of_core_.size(), std::vector<std::vector<Wait>>(of_core_.size()));
    std::vector<size_t> next(of_core_.size(), 0);
    auto done = [&](int task) { return ranks_[task] <= static_cast<int>(next[tasks_[task].core]); };
    for (size_t left = tasks_.size(); left > 0;) {
      const size_t before = left;
      for (size_t core = 0; core < of_core_.size(); ++core)
        while (next[core] < of_core_[core].size()) {
          const int task = of_core_[core][next[core]];
          if (!std::all_of(needs_[task].begin(), needs_[task].end(), done))
            break;
          place(task);
          ++next[core], --left;
        }
      if (left == before)
        return false;
    }
    return true;
  }

  /// What is complete when a task that waited for all that `clock` says, and all before it on its
  /// core, is complete.
  void place(int task) {
    const int core = tasks_[task].core, rank = ranks_[task];
    Clock clock = rank > 1 ? known_[of_core_[core][rank - 2]] : Clock(of_core_.size(), 0);
    clock[core] = rank - 1;
    // Of each core the last one that is needed: the others are before it.
    Clock needed(of_core_.size(), 0);
    for (int need : needs_[task])
      needed[tasks_[need].core] = std::max(needed[tasks_[need].core], ranks_[need]);
    for (size_t from = 0; from < needed.size(); ++from) {
      Clock others = clock; // without this one
      for (size_t other = 0; other < needed.size(); ++other)
        if (other != from && needed[other] > 0)
          join(others, known_[of_core_[other][needed[other] - 1]]);
      if (needed[from] <= others[from])
        needed[from] = 0;
    }
    for (size_t from = 0; from < needed.size(); ++from) {
      if (needed[from] == 0)
        continue;
      const int source = of_core_[from][needed[from] - 1];
      order_.tasks[task].expects.push_back(static_cast<int>(from));
      order_.tasks[source].tells.push_back(core);
      waits_[from][core].push_back({source, task});
      join(clock, known_[source]);
    }
    clock[core] = rank;
    known_[task] = clock;
  }

  /// Where a counter could hold more than it may: one wait less, or one more. True if there was
  /// such a place.
  bool addWait() {
    for (const auto& from : waits_)
      for (const auto& list : from)
        for (size_t i = static_cast<size_t>(most_); i < list.size(); ++i) {
          const size_t oldest = i - static_cast<size_t>(most_);
          const int taker = list[oldest].task, teller = list[i].source;
          if (known_[teller][tasks_[taker].core] >= ranks_[taker])
            continue;
          const Edge edge = cheapest(list, oldest, i);
          needs_[edge.task].push_back(edge.need);
          return true;
        }
    return false;
  }

  /// A need that makes the waits from `oldest` to `last` fewer than they are, or orders the two.
  struct Edge {
    int task, need;
  };
  Edge cheapest(const std::vector<Wait>& list, size_t oldest, size_t last) const {
    // What was told long ago must be taken before the teller goes on.
    Edge best{list[last].source, list[oldest].task};
    int64_t least = delay(best);
    if (least < 0) // the times are not known
      return best;
    for (size_t i = oldest; i < last; ++i) {
      const Edge later{list[i].task, list[i + 1].source};
      const bool circle = known_[later.need][tasks_[later.task].core] >= ranks_[later.task];
      if (!circle && delay(later) < least)
        best = later, least = delay(later);
    }
    return best;
  }

  /// Cycles that a task is expected to wait for what it needs; -1: not known.
  int64_t delay(Edge edge) const {
    const OrderedTask &task = tasks_[edge.task], &need = tasks_[edge.need];
    if (task.end == 0 || need.end == 0)
      return -1;
    return std::max<int64_t>(need.end - task.begin, 0);
  }

  const std::vector<OrderedTask>& tasks_;
  const int most_;
  std::vector<std::vector<int>> of_core_; ///< tasks in their order
  std::vector<int> ranks_;
  std::vector<std::vector<int>> needs_; ///< tasks of other cores that must be complete before
  bool possible_ = true;
  TaskOrder order_;
  std::vector<Clock> known_;                          ///< of each task when it is complete
  std::vector<std::vector<std::vector<Wait>>> waits_; ///< [from][to]
};

} // namespace

std::optional<TaskOrder> orderTasks(const std::vector<OrderedTask>& tasks, int cores, int most) {
  return Orderer(tasks, cores, most).run();
}

} // namespace npuforge::tile
