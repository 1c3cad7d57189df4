#pragma once
// The plane of cores and time on which tasks are placed when a network is compiled (Rammer, OSDI
// 2020). Knows neither layers nor programs.

#include <cstdint>
#include <vector>

#include "cores/task_cost.h"

namespace npuforge::tile {

/// One way to compute an operator: tasks that different cores may run at once, together all of it.
using PlaneWay = std::vector<TaskCost>;

struct PlaneOperator {
  std::vector<int> reads; ///< operators before this one, by their places in the list
  std::vector<PlaneWay> ways;
};

struct PlanePlace {
  int way = 0;
  struct Slot {
    int core;
    int64_t start, end; ///< predicted, in cycles
  };
  std::vector<Slot> tasks; ///< of the way, in its order; no core twice
};

struct Plane {
  std::vector<PlanePlace> places; ///< of the operators
  std::vector<int> order;         ///< in which they were placed, and in which cores run theirs
  int64_t cycles = 0;             ///< when the last one ends
};

struct PlaneMachine {
  int cores;
  int64_t beat_bytes;  ///< of DRAM, a cycle, of all cores together
  int64_t ahead_bytes; ///< of weights that a core may load before a task begins
  int64_t hand_over;   ///< cycles from the end of a task until another core can load what it made
  int64_t kept_bytes = 0; ///< of weights that a core may keep
};

/// Operators one behind the other, the next one when all cores have done the one before, each in
/// the way that is fastest by itself: what co-scheduling is compared with.
Plane placeInTurn(const std::vector<PlaneOperator>& operators, const PlaneMachine& machine);

/// List scheduling, in the order of the list and in those of time: each operator in the way, and on
/// the cores, that end first, or that take less of the cores' time where that is worth it. What is
/// worth it is tried for the whole network, from "end first" to "waste nothing". Tasks find weights
/// that their core has kept, so the order and the cuts that keep the most win where DRAM is short.
Plane placeOnPlane(const std::vector<PlaneOperator>& operators, const PlaneMachine& machine);

} // namespace npuforge::tile
