#pragma once
// The order of tasks on several cores by event counters: who tells whom, who waits for whom.
//
// Each core has one event, by which its store unit says that a task's results are in DRAM; its
// number is the core's. A task that reads results of others waits for the cores that made them
// before it loads any; on one core everything is in order by itself. A counter is no clock: each
// signal to a core is taken by one wait of that core, in order.

#include <cstdint>
#include <optional>
#include <vector>

namespace npuforge::tile {

/// A task to be ordered. Tasks are numbered as they stand in a list, and a core runs its own in
/// the order of the list.
struct OrderedTask {
  int core;
  std::vector<int> reads;     ///< tasks whose results it reads
  int64_t begin = 0, end = 0; ///< when it is expected to run, in cycles; both 0: not known
};

struct TaskOrder {
  struct Task {
    std::vector<int> expects; ///< cores: it takes one of each one's event
    std::vector<int> tells;   ///< cores: it counts up its own core's event there
  };
  std::vector<Task> tasks;
};

/// Waits as few as order all reads: none where another one of this task, or one before, implies
/// it. `most` bounds what a counter may hold in any timing; where it could hold more, a listener
/// waits for a later task instead, which stands for both, or the teller waits for the listener
/// first: what is expected to cost least. None where the reads are in no order: a task reads what
/// is made later on its core, or cores wait for each other in a circle.
std::optional<TaskOrder> orderTasks(const std::vector<OrderedTask>& tasks, int cores, int most);

} // namespace npuforge::tile
