// Which weights stay: those used again soonest, in places whose readers are done.
#include <gtest/gtest.h>

#include "cores/kept_weights.h"

namespace npuforge::tile {
namespace {

/// Tasks with these weights, each of 100 bytes; -1: a task with none.
std::vector<WeightUse> uses(const std::vector<int64_t>& keys) {
  std::vector<WeightUse> list;
  for (int64_t key : keys)
    list.push_back({key, 100, key >= 0, true});
  return list;
}

/// 'k': kept, 'f': found, '.': neither.
std::string kept(const std::vector<WeightUse>& list, int64_t room) {
  std::string text;
  for (const auto& own : keepWeights(list, room))
    text += !own ? '.' : own->found ? 'f' : 'k';
  return text;
}

TEST(KeptWeights, WhatIsUsedAgainStays) {
  EXPECT_EQ(kept(uses({1, 2, -1, 1, 3, 1}), 1000), "k..f.f");
}

TEST(KeptWeights, InTurnsAsManyStayAsThereIsRoomFor) {
  EXPECT_EQ(kept(uses({1, 2, 3, 1, 2, 3, 1, 2, 3}), 200), "kk.ff.ff.");
  EXPECT_EQ(kept(uses({1, 2, 1, 2}), 99), "....");
}

TEST(KeptWeights, OthersTakeThePlaceTwoLoadsLater) {
  EXPECT_EQ(kept(uses({1, 1, 2, 2}), 100), "kf..");         // 1 may still be read
  EXPECT_EQ(kept(uses({1, 1, 3, 4, 2, 2}), 100), "kf..kf"); // 4's load has waited for 3's place
}

TEST(KeptWeights, NothingStaysBesideLargeInputs) {
  std::vector<WeightUse> list = uses({1, -1, 1, 1, 1});
  list[1].beside = false;
  EXPECT_EQ(kept(list, 1000), "...kf"); // the one behind it would load while it reads
}

} // namespace
} // namespace npuforge::tile
