// Tasks over cores and time: side by side where that is faster, cut where one is all there is.
#include <gtest/gtest.h>

#include "cores/plane.h"

namespace npuforge::tile {
namespace {

constexpr PlaneMachine kMachine{4, 16, 8192, 100};

TaskCost work(int64_t array) {
  return {array, 0, 0, 0, 200};
}

/// Whole, or in four parts of which each takes a bit more than a quarter.
PlaneOperator divisible(int64_t array, std::vector<int> reads) {
  return {std::move(reads), {{work(array)}, PlaneWay(4, work(array / 4 + 50))}};
}

TEST(Plane, AChainIsCut) {
  const Plane plane = placeOnPlane({divisible(8000, {}), divisible(8000, {0})}, kMachine);
  EXPECT_EQ(plane.places[0].tasks.size(), 4u);
  EXPECT_EQ(plane.places[1].tasks.size(), 4u);
  EXPECT_GE(plane.places[1].tasks[0].start, plane.places[0].tasks[0].end + kMachine.hand_over);
}

TEST(Plane, SmallIndependentOperatorsStandSideBySide) {
  const std::vector<PlaneOperator> operators(4, divisible(400, {}));
  const Plane plane = placeOnPlane(operators, kMachine);
  std::vector<int> cores;
  for (const PlanePlace& place : plane.places) {
    ASSERT_EQ(place.tasks.size(), 1u);
    cores.push_back(place.tasks[0].core);
  }
  std::sort(cores.begin(), cores.end());
  EXPECT_EQ(cores, (std::vector<int>{0, 1, 2, 3}));
  EXPECT_LT(plane.cycles, placeInTurn(operators, kMachine).cycles);
}

TEST(Plane, ReadersStayWithWhatTheyRead) {
  const PlaneOperator whole{{}, {{work(400)}}};
  const Plane plane = placeOnPlane({whole, {{0}, {{work(400)}}}}, kMachine);
  EXPECT_EQ(plane.places[0].tasks[0].core, plane.places[1].tasks[0].core);
}

TEST(Plane, DramServesOneAfterTheOther) {
  const TaskCost loads{0, 0, 16000, 16000, 0};
  const std::vector<PlaneOperator> operators(4, PlaneOperator{{}, {{loads}}});
  EXPECT_GE(placeOnPlane(operators, kMachine).cycles, 4000);
}

TEST(Plane, InTurnNothingOverlaps) {
  const Plane plane = placeInTurn(std::vector<PlaneOperator>(3, divisible(400, {})), kMachine);
  for (size_t i = 1; i < plane.places.size(); ++i)
    for (const auto& task : plane.places[i].tasks)
      for (const auto& before : plane.places[i - 1].tasks)
        EXPECT_GE(task.start, before.end);
}

} // namespace
} // namespace npuforge::tile
