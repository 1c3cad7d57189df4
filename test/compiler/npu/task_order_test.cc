// Cores wait for each other as often as needed and no more, and no counter holds too much.
#include <random>

#include <gtest/gtest.h>

#include "cores/task_order.h"

namespace npuforge::tile {
namespace {

using Waits = std::vector<std::vector<int>>;

Waits waitsOf(const TaskOrder& order) {
  Waits waits;
  for (const TaskOrder::Task& task : order.tasks)
    waits.push_back(task.expects);
  return waits;
}

TEST(TaskOrder, OneCoreNeedsNoEvents) {
  auto order = orderTasks({{0, {}}, {0, {0}}, {0, {0, 1}}}, 2, 3);
  ASSERT_TRUE(order);
  EXPECT_EQ(waitsOf(*order), (Waits{{}, {}, {}}));
}

TEST(TaskOrder, WhatOneWaitImpliesNeedsNoOther) {
  // 0 on core 0, 1 on core 1 reads it, 2 on core 2 reads both; 3 on core 2 reads the first again.
  auto order = orderTasks({{0, {}}, {1, {0}}, {2, {0, 1}}, {2, {0}}}, 3, 3);
  ASSERT_TRUE(order);
  EXPECT_EQ(waitsOf(*order), (Waits{{}, {0}, {1}, {}}));
  EXPECT_EQ(order->tasks[0].tells, (std::vector<int>{1}));
  EXPECT_EQ(order->tasks[1].tells, (std::vector<int>{2}));
}

TEST(TaskOrder, TheLastOfACoresTasksStandsForAllBefore) {
  auto order = orderTasks({{0, {}}, {0, {}}, {1, {0, 1}}}, 2, 3);
  ASSERT_TRUE(order);
  EXPECT_TRUE(order->tasks[0].tells.empty());
  EXPECT_EQ(waitsOf(*order), (Waits{{}, {}, {0}}));
}

TEST(TaskOrder, ACounterThatCouldHoldTooMuchHasItsTellerWait) {
  std::vector<OrderedTask> tasks;
  for (int i = 0; i < 5; ++i)
    tasks.push_back({0, {}});
  for (int i = 0; i < 5; ++i)
    tasks.push_back({1, {i}});
  auto order = orderTasks(tasks, 2, 5);
  ASSERT_TRUE(order);
  EXPECT_EQ(waitsOf(*order), (Waits{{}, {}, {}, {}, {}, {0}, {0}, {0}, {0}, {0}}));
  order = orderTasks(tasks, 2, 3);
  ASSERT_TRUE(order);
  // Before it tells for the fourth time, the first must have been taken.
  EXPECT_EQ(waitsOf(*order), (Waits{{}, {}, {}, {1}, {1}, {0}, {0}, {0}, {0}, {0}}));
}

TEST(TaskOrder, WhereTheTellerIsFarAheadALaterTaskStandsForTwo) {
  std::vector<OrderedTask> tasks;
  for (int i = 0; i < 5; ++i)
    tasks.push_back({0, {}, 10 * i, 10 * i + 10});
  for (int i = 0; i < 5; ++i)
    tasks.push_back({1, {i}, 100 + 10 * i, 110 + 10 * i});
  auto order = orderTasks(tasks, 2, 3);
  ASSERT_TRUE(order);
  // Three are told at most, so nobody waits for the listener.
  EXPECT_EQ(waitsOf(*order), (Waits{{}, {}, {}, {}, {}, {0}, {}, {}, {0}, {0}}));
  EXPECT_TRUE(order->tasks[0].tells.empty());
  EXPECT_TRUE(order->tasks[1].tells.empty());
}

TEST(TaskOrder, CirclesAreRefused) {
  EXPECT_FALSE(orderTasks({{0, {1}}, {0, {}}}, 1, 3));
  EXPECT_FALSE(orderTasks({{0, {3}}, {0, {}}, {1, {1}}, {1, {}}}, 2, 3));
}

/// Runs the tasks in any order that the events allow, and looks whether all reads hold.
void play(const std::vector<OrderedTask>& tasks, const TaskOrder& order, int cores, int most,
          std::mt19937& random) {
  std::vector<std::vector<int>> counters(cores, std::vector<int>(cores, 0)), own(cores);
  std::vector<size_t> next(cores, 0);
  std::vector<bool> done(tasks.size(), false);
  for (size_t i = 0; i < tasks.size(); ++i)
    own[tasks[i].core].push_back(static_cast<int>(i));
  for (size_t left = tasks.size(); left > 0; --left) {
    std::vector<int> ready;
    for (int core = 0; core < cores; ++core) {
      if (next[core] == own[core].size())
        continue;
      const auto& expects = order.tasks[own[core][next[core]]].expects;
      if (std::all_of(expects.begin(), expects.end(),
                      [&](int from) { return counters[core][from] > 0; }))
        ready.push_back(core);
    }
    ASSERT_FALSE(ready.empty()) << "a deadlock";
    const int core = ready[random() % ready.size()], task = own[core][next[core]++];
    for (int from : order.tasks[task].expects)
      --counters[core][from];
    for (int read : tasks[task].reads)
      ASSERT_TRUE(done[read]) << task << " reads " << read;
    done[task] = true;
    for (int to : order.tasks[task].tells)
      ASSERT_LE(++counters[to][core], most);
  }
}

TEST(TaskOrder, RandomGraphsHoldWhateverTheTiming) {
  std::mt19937 random(5);
  for (int round = 0; round < 300; ++round) {
    const int cores = 2 + static_cast<int>(random() % 3), most = 1 + static_cast<int>(random() % 3);
    std::vector<OrderedTask> tasks;
    for (int i = 0; i < 40; ++i) {
      OrderedTask task{static_cast<int>(random() % cores), {}};
      if (round % 2 > 0) // times are no promise
        task.begin = static_cast<int64_t>(random() % 1000), task.end = task.begin + 10;
      for (int n = 0; i > 0 && n < 2; ++n)
        task.reads.push_back(static_cast<int>(random() % i));
      tasks.push_back(task);
    }
    auto order = orderTasks(tasks, cores, most);
    ASSERT_TRUE(order);
    play(tasks, *order, cores, most, random);
  }
}

} // namespace
} // namespace npuforge::tile
